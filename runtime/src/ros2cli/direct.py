# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: T201  a command prints
"""
A node of the command line's own.

Gives a context manager around rclpy's initialisation and a hidden node, and the time to wait for
the other nodes to be discovered.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
import os
import time
from typing import Any, TypeVar

import rclpy
from rclpy.executors import ExternalShutdownException

T = TypeVar('T')
_POLL_S = 0.05


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options all verbs with a node have."""
    parser.add_argument(
        '--spin-time',
        type=float,
        default=1.0,
        metavar='SPIN_TIME',
        help='Spin time in seconds to wait for discovery (default: 1.0)',
    )


@contextmanager
def direct_node(name: str | None = None) -> Iterator[Any]:
    """
    Yield a node that lives as long as the context; Ctrl-C inside of it is quiet.

    :param name: its name; a hidden one if None.
    """
    rclpy.init(args=[])
    try:
        node = rclpy.create_node(name or f'_ros2cli_{os.getpid()}', start_parameter_services=False)
        yield node
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
    finally:
        rclpy.try_shutdown()


def wait_until(condition: Callable[[], T], timeout_s: float | None) -> T:
    """
    Return what the condition gives as soon as it is true, or in the end.

    :param timeout_s: how long to wait [s], None for ever.
    """
    end = None if timeout_s is None else time.monotonic() + timeout_s
    while not (found := condition()) and rclpy.ok():
        if end is not None and time.monotonic() > end:
            break
        time.sleep(_POLL_S)
    return found


def is_hidden(name: str) -> bool:
    """Return whether a name has a part that begins with an underscore."""
    return any(part.startswith('_') for part in name.split('/'))


def print_names(names_and_types: list[tuple[str, list[str]]], *, show_types: bool) -> None:
    """Print names, with their types if wanted."""
    for name, types in names_and_types:
        print(f'{name} [{", ".join(types)}]' if show_types else name)
