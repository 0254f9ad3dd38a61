# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How every node's program begins and ends."""

from __future__ import annotations

from collections.abc import Callable
import sys

import rclpy
from rclpy.exceptions import ParameterException
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node

from pi0_ros.types import InputError


def run(make_node: Callable[[], Node]) -> None:
    """
    Make the node, spin it until the process is told to end, and clean up.

    A node that can't start because of what it was given, or because an optional package is
    missing, says so in one line and exits with 1.

    :param make_node: its class, or a function without arguments.
    """
    rclpy.init()
    node = None
    try:
        node = make_node()
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
