# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A domain of its own for each test, and nodes in it that are spun until something is so."""

from __future__ import annotations

import itertools
import os
import socket
import subprocess
import time

import pytest

_numbers = itertools.count(os.getpid())


def spin_until(executor, condition, timeout_s=30.0):
    """Spin until a condition holds; fail if it doesn't within the time."""
    end_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end_s, 'not within the time'
        executor.spin_once(timeout_sec=0.05)


def ignore(_):
    """Be a callback that does nothing; `print` has no signature before Python 3.11."""


def stop_daemon(number):
    """Stop the daemon that a command may have left in a domain: it is a node there for hours."""
    with socket.socket() as probe:  # where it listens: ros2cli/daemon/__init__.py
        running = probe.connect_ex(('127.0.0.1', 11511 + number)) == 0
    if running:
        environment = {**os.environ, 'ROS_DOMAIN_ID': str(number)}
        subprocess.run(['ros2', 'daemon', 'stop'], env=environment, timeout=60, check=False)


def own_domain(monkeypatch):
    """Set the number of a domain that nobody else uses, and give it."""
    number = next(_numbers) % 100 + 1
    stop_daemon(number)
    monkeypatch.setenv('ROS_DOMAIN_ID', str(number))
    monkeypatch.setenv('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
    return number


@pytest.fixture
def domain(monkeypatch):
    """The number of a domain that only this test and the processes it starts use."""
    number = own_domain(monkeypatch)
    yield number
    stop_daemon(number)


@pytest.fixture
def context(domain):
    """An initialised context, without arguments."""
    from rclpy.context import Context  # noqa: PLC0415 the launch tests do without

    context = Context()
    context.init([])
    yield context
    context.try_shutdown()
    context.destroy()


@pytest.fixture
def executor(context):
    """A single-threaded executor; what it spins is what is added to it."""
    from rclpy.executors import SingleThreadedExecutor  # noqa: PLC0415 as above

    executor = SingleThreadedExecutor(context=context)
    yield executor
    executor.shutdown()


@pytest.fixture
def make_node(context, executor):
    """Make a node that the executor spins; options as Node's. It is destroyed in the end."""
    from rclpy.node import Node  # noqa: PLC0415 as above

    nodes = []

    def make(name='tester', kind=Node, **options):
        node = kind(name, context=context, **options)
        nodes.append(node)
        executor.add_node(node)
        return node

    yield make
    for node in nodes:
        executor.remove_node(node)
        node.destroy_node()


@pytest.fixture
def ros2(domain):
    """Run the `ros2` command: `ros2('topic', 'list')` gives what subprocess.run does."""

    def run(*arguments, timeout_s=60, **options):
        return subprocess.run(
            ['ros2', *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
            **options,
        )

    return run
