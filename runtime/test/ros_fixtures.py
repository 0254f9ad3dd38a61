# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A domain of its own for each test, and ways to spin until something is so."""

from __future__ import annotations

import itertools
import os
import time

import pytest

_numbers = itertools.count(os.getpid())


def spin_until(executor, condition, timeout_s=10.0):
    """Spin until a condition holds; fail if it doesn't within the time."""
    end_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end_s, 'not within the time'
        executor.spin_once(timeout_sec=0.05)


@pytest.fixture
def domain(monkeypatch):
    """The number of a domain that only this test uses."""
    number = next(_numbers) % 100 + 1
    monkeypatch.setenv('ROS_DOMAIN_ID', str(number))
    monkeypatch.setenv('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
    return number


@pytest.fixture
def context(domain):
    """An initialised context."""
    from rclpy.context import Context  # noqa: PLC0415 the launch tests do without

    context = Context()
    context.init([])
    yield context
    context.destroy()


@pytest.fixture
def executor(context):
    """A single-threaded executor; what it spins is what is added to it."""
    from rclpy.executors import SingleThreadedExecutor  # noqa: PLC0415 as above

    with SingleThreadedExecutor(context=context) as executor:
        yield executor
