# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Timers and rates (rclpy: rclpy/timer.py; rcl: rcl/src/rcl/timer.c)."""

from contextlib import suppress
import threading
import time

import pytest
from rclpy.clock import Clock, ClockType
from rclpy.exceptions import ROSInterruptException
from rclpy.executors import ExternalShutdownException
from rclpy.parameter import Parameter
from rclpy.qos import qos_profile_sensor_data
from rclpy.time import Time
from ros_fixtures import spin_until
from rosgraph_msgs.msg import Clock as ClockMessage

STEADY = Clock(clock_type=ClockType.STEADY_TIME)


def test_a_timer_calls_each_period(make_node, executor):
    node, calls = make_node(), []
    start = time.monotonic()
    timer = node.create_timer(0.02, lambda: calls.append(1))
    spin_until(executor, lambda: len(calls) == 5)
    assert time.monotonic() - start >= 0.1
    assert timer.timer_period_ns == 20_000_000
    assert timer in list(node.timers)


def test_a_timer_on_another_clock(make_node, executor):
    node, calls = make_node(), []
    timer = node.create_timer(0.01, lambda: calls.append(1), clock=STEADY)
    assert timer.clock is STEADY
    assert node.create_timer(1.0, lambda: None).clock is node.get_clock()
    spin_until(executor, lambda: len(calls) == 2)


def test_a_timer_of_no_period_is_always_ready(make_node, executor):
    calls = []
    timer = make_node().create_timer(0.0, lambda: calls.append(1))
    assert timer.is_ready()
    spin_until(executor, lambda: len(calls) == 10)


def test_cancel_and_reset(make_node, executor):
    node, calls, others = make_node(), [], []
    timer = node.create_timer(0.01, lambda: calls.append(1))
    spin_until(executor, lambda: calls)
    timer.cancel()
    assert timer.is_canceled()
    assert timer.time_until_next_call() is None
    count = len(calls)
    node.create_timer(0.02, lambda: others.append(1))
    spin_until(executor, lambda: len(others) == 3)
    assert len(calls) == count
    timer.reset()
    assert not timer.is_canceled()
    spin_until(executor, lambda: len(calls) > count)


def test_a_timer_can_cancel_itself(make_node, executor):
    node, calls, others = make_node(), [], []
    once = node.create_timer(0.01, lambda: (calls.append(1), once.cancel()))
    node.create_timer(0.03, lambda: others.append(1))
    spin_until(executor, lambda: len(others) == 3)
    assert calls == [1]


def test_a_timer_that_is_not_started(make_node, executor):
    node, calls, others = make_node(), [], []
    timer = node.create_timer(0.01, lambda: calls.append(1), autostart=False)
    node.create_timer(0.02, lambda: others.append(1))
    assert timer.is_canceled()
    spin_until(executor, lambda: len(others) == 3)
    assert calls == []
    timer.reset()
    spin_until(executor, lambda: calls)


def test_a_destroyed_timer_is_not_called(make_node, executor):
    node, calls, others = make_node(), [], []
    timer = node.create_timer(0.01, lambda: calls.append(1))
    assert node.destroy_timer(timer)
    assert not node.destroy_timer(timer)
    node.create_timer(0.02, lambda: others.append(1))
    spin_until(executor, lambda: len(others) == 3)
    assert calls == []


@pytest.fixture
def simulated(make_node):
    return make_node('simulated', parameter_overrides=[Parameter('use_sim_time', value=True)])


@pytest.fixture
def set_time(make_node, executor, simulated):
    """Set the simulated time, and let what is due then run."""
    sim = make_node('sim')
    publisher = sim.create_publisher(ClockMessage, '/clock', qos_profile_sensor_data)
    spin_until(executor, lambda: publisher.get_subscription_count() == 1)

    def set_time(seconds):
        stamp = Time(seconds=seconds, clock_type=ClockType.ROS_TIME)
        publisher.publish(ClockMessage(clock=stamp.to_msg()))
        spin_until(executor, lambda: simulated.get_clock().now() == stamp)
        later = []
        timer = sim.create_timer(0.02, lambda: later.append(1), clock=STEADY)
        spin_until(executor, lambda: len(later) == 2)
        sim.destroy_timer(timer)

    return set_time


def test_timers_follow_simulated_time(simulated, set_time):
    set_time(100)
    calls = []
    timer = simulated.create_timer(1.0, lambda: calls.append(1))
    set_time(100.5)
    assert timer.time_until_next_call() == 500_000_000
    assert timer.time_since_last_call() == 500_000_000
    assert not timer.is_ready()
    assert calls == []
    set_time(101.25)
    assert calls == [1]
    assert timer.time_until_next_call() == 750_000_000


def test_missed_periods_are_called_once(simulated, set_time):
    set_time(100)
    calls = []
    timer = simulated.create_timer(1.0, lambda: calls.append(1))
    set_time(105.75)
    assert calls == [1]
    assert timer.time_until_next_call() == 250_000_000


def test_time_that_goes_back_begins_a_new_period(simulated, set_time):
    set_time(100)
    calls = []
    timer = simulated.create_timer(1.0, lambda: calls.append(1))
    set_time(20)
    assert timer.time_until_next_call() == 1_000_000_000
    set_time(20.9)
    assert calls == []
    set_time(21)
    assert calls == [1]


def test_reset_begins_a_new_period(simulated, set_time):
    set_time(100)
    timer = simulated.create_timer(1.0, lambda: None)
    set_time(100.75)
    timer.reset()
    assert timer.time_until_next_call() == 1_000_000_000


def test_a_new_period_counts_from_the_next_call(simulated, set_time):
    set_time(100)
    calls = []
    timer = simulated.create_timer(1.0, lambda: calls.append(1))
    timer.timer_period_ns = 3_000_000_000
    assert timer.timer_period_ns == 3_000_000_000
    set_time(101)
    assert calls == [1]
    assert timer.time_until_next_call() == 3_000_000_000


# Rates.


@pytest.fixture
def spinning(executor):
    """Spin in a thread, once it is started, until the test ends."""
    ended = threading.Event()

    def spin():
        with suppress(ExternalShutdownException):
            while not ended.is_set():
                executor.spin_once(timeout_sec=0.05)

    thread = threading.Thread(target=spin, daemon=True)
    yield thread
    ended.set()
    thread.join(timeout=30)
    executor.shutdown()


def test_a_rate(make_node, spinning):
    rate = make_node().create_rate(50.0)
    spinning.start()
    rate.sleep()
    start = time.monotonic()
    for _ in range(5):
        rate.sleep()
    # The first may end at once, and a period that began late is short.
    assert time.monotonic() - start >= 0.04
    rate.destroy()


def test_no_rate_without_frequency(make_node):
    with pytest.raises(ValueError, match='frequency'):
        make_node().create_rate(0.0)


def test_a_destroyed_rate_does_not_sleep(make_node):
    rate = make_node().create_rate(50.0)
    rate.destroy()
    with pytest.raises(RuntimeError, match='destroyed'):
        rate.sleep()


def test_shutdown_ends_the_sleep_of_a_rate(context, make_node, spinning):
    rate = make_node().create_rate(0.001)
    spinning.start()
    threading.Timer(0.05, context.shutdown).start()
    with pytest.raises(ROSInterruptException):
        rate.sleep()
