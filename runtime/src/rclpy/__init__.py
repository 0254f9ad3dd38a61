# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The rclpy API over Cyclone DDS, for machines without ROS 2; wire-compatible with rmw_cyclonedds.

The same nodes run on the real rclpy. What isn't supported raises NotImplementedError.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rclpy import _refuse  # noqa: F401 first of all: nothing is loaded beside a real ROS 2
from rclpy.context import Context
from rclpy.signals import SignalHandlerOptions, install_signal_handlers, uninstall_signal_handlers
from rclpy.task import Future
from rclpy.utilities import (
    get_default_context,
    get_rmw_implementation_identifier,
    ok,
    try_shutdown,
)
from rclpy.utilities import shutdown as _shutdown

if TYPE_CHECKING:
    from rclpy.executors import Executor
    from rclpy.node import Node

__all__ = ['Future', 'create_node', 'get_default_context', 'get_global_executor', 'init', 'ok']
__all__ += ['get_rmw_implementation_identifier', 'shutdown', 'spin', 'spin_once']
__all__ += ['spin_until_future_complete', 'try_shutdown']
_executors: list[Executor] = []


def init(
    *,
    args: list[str] | None = None,
    context: Context | None = None,
    domain_id: int | None = None,
    signal_handler_options: SignalHandlerOptions | None = None,
) -> None:
    """Initialise a context, by default the default one, and install signal handlers for that."""
    default = get_default_context()
    context = default if context is None else context
    if signal_handler_options is None:
        is_default = context is default
        signal_handler_options = (
            SignalHandlerOptions.ALL if is_default else SignalHandlerOptions.NO
        )
    context.init(args, domain_id=domain_id)
    install_signal_handlers(signal_handler_options)


def get_global_executor() -> Executor:
    """The executor used where none is given."""
    from rclpy.executors import SingleThreadedExecutor  # noqa: PLC0415 it imports this package

    if not _executors:
        executor = SingleThreadedExecutor()
        _executors.append(executor)

        def forget() -> None:
            _executors.clear()
            executor.shutdown()

        executor.context.on_shutdown(forget)
        return executor
    return _executors[0]


def shutdown(*, context: Context | None = None, uninstall_handlers: bool | None = None) -> None:
    """
    Shut a context down, by default the default one, whose signal handlers go too.

    :raises RuntimeError: it is shut down already.
    """
    is_default = context is None or context is get_default_context()
    _shutdown(context=None if is_default else context)
    if uninstall_handlers or (uninstall_handlers is None and is_default):
        uninstall_signal_handlers()


def create_node(node_name: str, **options: Any) -> Node:
    """Make a :class:`rclpy.node.Node`; options as its."""
    from rclpy.node import Node  # noqa: PLC0415 it imports this package

    return Node(node_name, **options)


def spin_once(
    node: Node, *, executor: Executor | None = None, timeout_sec: float | None = None
) -> None:
    """Run one callback of a node, waiting for it for so long."""
    executor = executor or get_global_executor()
    try:
        executor.add_node(node)
        executor.spin_once(timeout_sec=timeout_sec)
    finally:
        executor.remove_node(node)


def spin(node: Node, executor: Executor | None = None) -> None:
    """Run a node's callbacks until shutdown."""
    executor = executor or get_global_executor()
    try:
        executor.add_node(node)
        executor.spin()
    finally:
        executor.remove_node(node)


def spin_until_future_complete(
    node: Node, future: Future, executor: Executor | None = None, timeout_sec: float | None = None
) -> None:
    """Run a node's callbacks until a future is done, or for so long."""
    executor = executor or get_global_executor()
    added = executor.add_node(node)
    try:
        executor.spin_until_future_complete(future, timeout_sec)
    finally:
        if added:
            executor.remove_node(node)
