# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
A node of the command line's own, and how it finds the others.

There is no daemon that knows the graph already: a command looks until it has found what it was
asked for, or until nothing new turns up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
import os
import time
from typing import Any, TypeVar

import rclpy
from rclpy.executors import ExternalShutdownException
from rclpy.parameter import Parameter

T = TypeVar('T')
_POLL_S = 0.05
# Where nodes come and go all the time, the graph never rests.
_PATIENCE = 5


@contextmanager
def direct_node(
    name: str | None = None, *, use_sim_time: bool = False, cli_args: list[str] | None = None
) -> Iterator[Any]:
    """
    Give a node that lives as long as the context.

    :param name: its name; a hidden one if None.
    :param cli_args: after --ros-args, e.g. remappings.
    """
    rclpy.init(args=[])
    try:
        yield rclpy.create_node(
            name or f'_ros2cli_{os.getpid()}',
            cli_args=cli_args,
            start_parameter_services=False,
            parameter_overrides=[Parameter('use_sim_time', value=use_sim_time)],
        )
    finally:
        rclpy.try_shutdown()


def _pause() -> None:
    time.sleep(_POLL_S)
    if not rclpy.ok():  # SIGTERM has come
        raise ExternalShutdownException


def wait_until(condition: Callable[[], T], timeout_s: float) -> T:
    """Return what the condition gives as soon as it is true, or when the time [s] is over."""
    end_s = time.monotonic() + timeout_s
    while not (found := condition()) and time.monotonic() < end_s:
        _pause()
    return found


def settle(node: Any, quiet_s: float) -> None:
    """Wait until nothing new has been discovered for so many seconds."""
    known: Any = None
    end_s = 0.0
    last_s = time.monotonic() + _PATIENCE * quiet_s
    while True:
        found = node.get_node_names_and_namespaces(), node.get_topic_names_and_types()
        if found != known:
            known, end_s = found, time.monotonic() + quiet_s
        if time.monotonic() >= min(end_s, last_s):
            return
        _pause()


def node_names(node: Any, *, hidden: bool) -> list[str]:
    """The full names of the nodes that are known by now, sorted."""
    return sorted(
        f'{namespace.rstrip("/")}/{name}'
        for name, namespace in node.get_node_names_and_namespaces()
        if hidden or not name.startswith('_')
    )


def request_answer(node: Any, kind: Any, name: str, request: Any) -> Any:
    """
    What a service answers.

    :raises RuntimeError: it isn't there, or fails.
    """
    client = node.create_client(kind, name)
    if not client.wait_for_service(timeout_sec=5.0):
        raise RuntimeError(f'Service {name} is not available')
    return ask(node, client, request)


def ask(node: Any, client: Any, request: Any) -> Any:
    """
    What the service of a client answers.

    :raises RuntimeError: it fails.
    """
    future = client.call_async(request)
    rclpy.spin_until_future_complete(node, future)
    if future.result() is None:
        raise RuntimeError(f'Exception while calling service: {future.exception()!r}')
    return future.result()
