# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How every node's program begins and ends."""

from __future__ import annotations

from collections.abc import Callable
import signal
import sys

import rclpy
from rclpy.exceptions import ParameterException
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions

from pi0_ros.types import InputError


def run(make_node: Callable[[], Node], end: Callable[[Node], None] | None = None) -> None:
    """
    Make the node, spin it until the process is told to end, and clean up.

    A node that can't start because of what it was given, or because an optional package is
    missing, says so in one line and exits with 1.

    :param make_node: its class, or a function without arguments.
    :param end: called with the node at the first SIGINT or SIGTERM, between two callbacks; sees
        to it that the context is shut down soon. A second signal ends the process as any other.
        None: the context is shut down at once, and nothing more can be sent.
    """
    handlers = SignalHandlerOptions.ALL if end is None else SignalHandlerOptions.NO
    rclpy.init(signal_handler_options=handlers)
    node = None
    try:
        node = make_node()
        if end is not None:
            _at_first_signal(end, node)
        rclpy.spin(node)
    except (InputError, ParameterException, ImportError) as error:
        rclpy.logging.get_logger('pi0_ros').fatal(str(error))
        sys.exit(1)
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
    finally:
        if node is not None:
            node.destroy_node()
        rclpy.try_shutdown()


def _at_first_signal(end: Callable[[Node], None], node: Node) -> None:
    def handle(_number, _frame):
        for number, handler in before.items():
            signal.signal(number, handler)
        end(node)

    numbers = signal.SIGINT, signal.SIGTERM
    before = {number: signal.signal(number, handle) for number in numbers}
