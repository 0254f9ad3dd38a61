# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The default context, and the command line without ROS's part of it."""

from __future__ import annotations

import sys
import threading

from rclpy import _arguments
from rclpy.context import Context

_lock = threading.Lock()
_default: list[Context] = []


def get_default_context(*, shutting_down: bool = False) -> Context:
    """The context used where none is given; a new one after the last was shut down."""
    with _lock:
        if shutting_down:
            if not _default:
                raise RuntimeError('Context must be initialized before it can be shutdown')
            return _default.pop()
        if not _default:
            _default.append(Context())
        return _default[0]


def remove_ros_args(args: list[str] | None = None) -> list[str]:
    """The command line without --ros-args and what belongs to it."""
    return _arguments.parse(sys.argv if args is None else args).others


def ok(*, context: Context | None = None) -> bool:
    """Whether a context is initialised and not shut down."""
    return (context or get_default_context()).ok()


def shutdown(*, context: Context | None = None) -> None:
    """Shut a context down; the default one may then be initialised anew."""
    (context or get_default_context(shutting_down=True)).shutdown()


def try_shutdown(*, context: Context | None = None) -> None:
    """Shut a context down unless it is already."""
    if context is not None:
        context.try_shutdown()
    elif _default:
        get_default_context(shutting_down=True).try_shutdown()


def get_rmw_implementation_identifier() -> str:
    """What ROS would say the middleware is."""
    return 'rmw_cyclonedds_cpp'


def get_available_rmw_implementations() -> set[str]:
    """All there is."""
    return {get_rmw_implementation_identifier()}


def timeout_sec_to_nsec(timeout_sec: float | None) -> int | None:
    """Seconds as nanoseconds; None and negative mean no limit, which is None."""
    return None if timeout_sec is None or timeout_sec < 0 else int(timeout_sec * 1e9)


def get_logger_name(full_name: str) -> str:
    """The logger's name of a node: dots for slashes."""
    return full_name.strip('/').replace('/', '.')
