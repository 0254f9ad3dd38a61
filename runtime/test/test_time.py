# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Times, clocks, timers, simulated time."""

import threading

from builtin_interfaces.msg import Time as TimeMessage
import pytest
from rclpy.clock import Clock, ClockChange, ClockType, JumpThreshold, ROSClock
from rclpy.duration import Duration
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.qos import qos_profile_sensor_data
from rclpy.time import Time
from ros_fixtures import spin_until
from rosgraph_msgs.msg import Clock as ClockMessage

ROS = ClockType.ROS_TIME


def test_arithmetic():
    start = Time(seconds=2, nanoseconds=5, clock_type=ROS)
    assert start + Duration(seconds=1) == Time(seconds=3, nanoseconds=5, clock_type=ROS)
    assert (start - Time(seconds=3, clock_type=ROS)).nanoseconds == -999999995
    assert start - Duration(nanoseconds=5) == Time(seconds=2, clock_type=ROS)
    assert start.seconds_nanoseconds() == (2, 5)
    assert Time.from_msg(start.to_msg()) == start
    assert start.to_msg() == TimeMessage(sec=2, nanosec=5)
    assert Duration.from_msg(Duration(seconds=-0.25).to_msg()).nanoseconds == -250000000
    assert Duration(seconds=1) * 0.5 == Duration(seconds=0.5)


def test_clocks_are_not_mixed():
    with pytest.raises(TypeError, match='compare'):
        assert Time() < Time(clock_type=ROS)
    with pytest.raises(TypeError, match='subtract'):
        Time() - Time(clock_type=ROS)
    with pytest.raises(ValueError, match='negative'):
        Time(seconds=1) - Duration(seconds=2)
    with pytest.raises(OverflowError):
        Time(nanoseconds=2**63)
    assert isinstance(Clock(clock_type=ROS), ROSClock)


def test_jump_callbacks():
    clock, jumps, before = ROSClock(), [], []
    clock.set_ros_time_override(Time(seconds=10, clock_type=ROS))
    threshold = JumpThreshold(
        min_forward=Duration(seconds=1), min_backward=Duration(nanoseconds=-1)
    )
    handle = clock.create_jump_callback(
        threshold, pre_callback=lambda: before.append(clock.now()), post_callback=jumps.append
    )
    clock._set_ros_time_is_active(True)
    assert [jump.clock_change for jump in jumps] == [ClockChange.ROS_TIME_ACTIVATED]
    clock.set_ros_time_override(Time(seconds=10.5, clock_type=ROS))
    assert len(jumps) == 1
    clock.set_ros_time_override(Time(seconds=12, clock_type=ROS))
    clock.set_ros_time_override(Time(seconds=11, clock_type=ROS))
    assert [jump.delta.nanoseconds for jump in jumps[1:]] == [1500000000, -1000000000]
    assert before[-1] == Time(seconds=12, clock_type=ROS)
    handle.unregister()
    clock.set_ros_time_override(Time(seconds=1, clock_type=ROS))
    assert len(jumps) == 3


@pytest.fixture
def simulated(context, executor):
    """A node on simulated time, and how to set the time."""
    node = Node(
        'simulated', context=context, parameter_overrides=[Parameter('use_sim_time', value=True)]
    )
    publisher = node.create_publisher(ClockMessage, '/clock', qos_profile_sensor_data)
    executor.add_node(node)

    def set_time(seconds):
        stamp = Time(seconds=seconds, clock_type=ROS)
        publisher.publish(ClockMessage(clock=stamp.to_msg()))
        spin_until(executor, lambda: node.get_clock().now() == stamp)

    return node, set_time


def test_clock_topic_sets_the_time(simulated):
    node, set_time = simulated
    assert node.get_clock().now().nanoseconds == 0
    set_time(5)
    set_time(3)
    assert node.get_clock().ros_time_is_active


def test_timers_follow_simulated_time(simulated, executor):
    node, set_time = simulated
    set_time(100)
    calls = []
    timer = node.create_timer(1.0, lambda: calls.append(node.get_clock().now().nanoseconds))
    set_time(100.5)
    assert timer.time_until_next_call() == 500000000
    set_time(101.2)
    spin_until(executor, lambda: len(calls) == 1)
    set_time(105.9)
    spin_until(executor, lambda: len(calls) == 2)
    assert timer.time_until_next_call() == 100000000
    set_time(20)  # reset: the period begins anew
    set_time(20.9)
    assert len(calls) == 2
    set_time(21)
    spin_until(executor, lambda: len(calls) == 3)
    assert calls == [101200000000, 105900000000, 21000000000]


def test_simulated_time_can_end(simulated):
    node, set_time = simulated
    set_time(5)
    assert node.set_parameters([Parameter('use_sim_time', value=False)])[0].successful
    assert node.get_clock().now().nanoseconds > 10**18
    assert not node.set_parameters([Parameter('use_sim_time', value=1)])[0].successful


def test_sleep_on_simulated_time(simulated, context, executor):
    node, set_time = simulated
    set_time(10)
    outcome = []
    until = Time(seconds=12, clock_type=ROS)
    thread = threading.Thread(
        target=lambda: outcome.append(node.get_clock().sleep_until(until, context))
    )
    thread.start()
    set_time(11)
    assert outcome == []
    set_time(12)
    thread.join(timeout=10)
    assert outcome == [True]


def test_steady_timer_can_be_stopped(context, executor):
    node = Node('timers', context=context)
    calls = []
    timer = node.create_timer(0.01, lambda: calls.append(1))
    executor.add_node(node)
    spin_until(executor, lambda: len(calls) >= 3)
    timer.cancel()
    count = len(calls)
    executor.spin_once(timeout_sec=0.05)
    assert timer.is_canceled()
    assert len(calls) == count
    assert timer.time_until_next_call() is None
    timer.reset()
    spin_until(executor, lambda: len(calls) > count)
    assert timer.timer_period_ns == 10000000
