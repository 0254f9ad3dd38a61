# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Clocks, and time that comes from /clock (rclpy: rclpy/clock.py, rclpy/time_source.py)."""

from contextlib import suppress
import threading
import time

import pytest
from rclpy.clock import Clock, ClockChange, ClockType, JumpThreshold, ROSClock
from rclpy.context import Context
from rclpy.duration import Duration
from rclpy.exceptions import NotInitializedException
from rclpy.parameter import Parameter
from rclpy.qos import qos_profile_sensor_data
from rclpy.time import Time
from ros_fixtures import spin_until
from rosgraph_msgs.msg import Clock as ClockMessage

ROS, STEADY, SYSTEM = ClockType.ROS_TIME, ClockType.STEADY_TIME, ClockType.SYSTEM_TIME
EVERYTHING = JumpThreshold(
    min_forward=Duration(nanoseconds=1), min_backward=Duration(nanoseconds=-1)
)


@pytest.fixture
def simulated(make_node):
    """A node on simulated time."""
    return make_node('simulated', parameter_overrides=[Parameter('use_sim_time', value=True)])


@pytest.fixture
def set_time(make_node, executor, simulated):
    """Have another node publish a time, and wait until the clock shows it."""
    publisher = make_node('sim').create_publisher(ClockMessage, '/clock', qos_profile_sensor_data)
    spin_until(executor, lambda: publisher.get_subscription_count() == 1)

    def set_time(seconds):
        stamp = Time(seconds=seconds, clock_type=ROS)
        publisher.publish(ClockMessage(clock=stamp.to_msg()))
        spin_until(executor, lambda: simulated.get_clock().now() == stamp)

    return set_time


def switch(node, *, simulated):
    (result,) = node.set_parameters([Parameter('use_sim_time', value=simulated)])
    assert result.successful


@pytest.mark.parametrize('kind', [ROS, STEADY, SYSTEM])
def test_clocks_go_on(kind):
    clock = Clock(clock_type=kind)
    assert clock.clock_type == kind
    first = clock.now()
    assert first.clock_type == kind
    assert first <= clock.now()


def test_a_clock_shows_system_time_unless_told():
    assert Clock().clock_type == SYSTEM
    with pytest.raises(TypeError):
        Clock(clock_type='STEADY_TIME')


def test_ros_clocks():
    assert isinstance(Clock(clock_type=ROS), ROSClock)
    assert ROSClock().clock_type == ROS
    assert not ROSClock().ros_time_is_active
    before_ns = time.time_ns()
    assert before_ns <= ROSClock().now().nanoseconds <= time.time_ns()


def test_a_node_has_a_ros_clock(make_node):
    clock = make_node().get_clock()
    assert clock.clock_type == ROS
    assert not clock.ros_time_is_active


@pytest.mark.parametrize(
    ('forward', 'backward', 'on_change'),
    [(Duration(), None, True), (None, Duration(), True), (None, None, False),
     (Duration(seconds=-1), None, True), (None, Duration(seconds=1), True)],
)  # fmt: skip
def test_thresholds_that_mean_nothing(forward, backward, on_change):
    with pytest.raises(ValueError):
        JumpThreshold(min_forward=forward, min_backward=backward, on_clock_change=on_change)


def test_jump_callbacks_that_are_none():
    with pytest.raises(ValueError, match='callable'):
        ROSClock().create_jump_callback(EVERYTHING)
    with pytest.raises(ValueError, match='callable'):
        ROSClock().create_jump_callback(EVERYTHING, pre_callback='no')


def test_simulated_time(simulated, set_time):
    clock = simulated.get_clock()
    assert clock.ros_time_is_active
    assert clock.now().nanoseconds == 0
    set_time(5)
    set_time(3)


def test_simulated_time_can_begin_and_end(make_node, executor, simulated, set_time):
    set_time(5)
    switch(simulated, simulated=False)
    assert not simulated.get_clock().ros_time_is_active
    assert simulated.get_clock().now().nanoseconds > 10**18
    switch(simulated, simulated=True)
    assert simulated.get_clock().now() == Time(seconds=5, clock_type=ROS)
    assert simulated.get_clock().ros_time_is_active


def test_use_sim_time_is_a_bool(simulated):
    assert not simulated.set_parameters([Parameter('use_sim_time', value=1)])[0].successful
    assert simulated.get_clock().ros_time_is_active


def test_jumps(simulated, set_time):
    clock, jumps, before = simulated.get_clock(), [], []
    handle = clock.create_jump_callback(
        EVERYTHING, pre_callback=lambda: before.append(clock.now()), post_callback=jumps.append
    )
    set_time(10)
    set_time(12)
    set_time(11.5)
    seconds = [jump.delta.nanoseconds / 1e9 for jump in jumps]
    assert seconds == [10.0, 2.0, -0.5]
    assert [jump.clock_change for jump in jumps] == [ClockChange.ROS_TIME_NO_CHANGE] * 3
    assert [stamp.nanoseconds / 1e9 for stamp in before] == [0.0, 10.0, 12.0]
    handle.unregister()
    set_time(1)
    assert len(jumps) == 3


def test_jump_thresholds(simulated, set_time):
    clock, forward, backward, changes = simulated.get_clock(), [], [], []
    set_time(10)
    second = Duration(seconds=1)
    thresholds = (
        (forward, JumpThreshold(min_forward=second, min_backward=None, on_clock_change=False)),
        (backward, JumpThreshold(min_forward=None, min_backward=Duration(seconds=-1),
                                 on_clock_change=False)),
        (changes, JumpThreshold(min_forward=None, min_backward=None)),
    )  # fmt: skip
    handles = [clock.create_jump_callback(t, post_callback=seen.append) for seen, t in thresholds]
    for seconds in (10.5, 12, 11.5, 9):
        set_time(seconds)
    assert [jump.delta.nanoseconds for jump in forward] == [1_500_000_000]
    assert [jump.delta.nanoseconds for jump in backward] == [-2_500_000_000]
    assert changes == []
    switch(simulated, simulated=False)
    switch(simulated, simulated=True)
    assert [jump.clock_change for jump in changes] == [
        ClockChange.ROS_TIME_DEACTIVATED,
        ClockChange.ROS_TIME_ACTIVATED,
    ]
    assert (len(forward), len(backward)) == (1, 1)
    for handle in handles:
        handle.unregister()


# Sleeping.


@pytest.mark.parametrize('kind', [ROS, STEADY, SYSTEM])
def test_sleep(context, kind):
    clock = Clock(clock_type=kind)
    until = clock.now() + Duration(seconds=0.05)
    assert clock.sleep_until(until, context)
    assert clock.now() >= until
    start = clock.now()
    assert clock.sleep_for(Duration(seconds=0.05), context)
    assert clock.now() - start >= Duration(seconds=0.05)


def test_no_sleep_until_what_was(context):
    clock = Clock()
    assert clock.sleep_until(Time(seconds=1), context)
    assert clock.sleep_for(Duration(seconds=-1), context)


def test_a_sleep_needs_a_time_of_its_clock_and_a_context(context):
    with pytest.raises(ValueError, match='clock type'):
        Clock(clock_type=STEADY).sleep_until(Time(clock_type=SYSTEM), context)
    with pytest.raises(NotInitializedException):
        Clock().sleep_for(Duration(seconds=1), Context())


class Sleeper(threading.Thread):
    """Sleeps in a thread until a time that is far away."""

    def __init__(self, clock, context):
        super().__init__(daemon=True)
        self._clock, self._context = clock, context
        self.outcome = None
        self.start()

    def run(self):
        until = Time(nanoseconds=2**62, clock_type=self._clock.clock_type)
        with suppress(NotInitializedException):  # shut down before it began
            self.outcome = self._clock.sleep_until(until, self._context)


@pytest.mark.parametrize('kind', [ROS, STEADY, SYSTEM])
def test_shutdown_ends_a_sleep(context, kind):
    sleeper = Sleeper(Clock(clock_type=kind), context)
    context.shutdown()
    sleeper.join(timeout=30)
    assert not sleeper.is_alive()
    assert not sleeper.outcome


def test_a_sleep_in_simulated_time(context, simulated, set_time):
    set_time(10)
    clock = simulated.get_clock()
    asleep = threading.Event()
    until = Time(seconds=12, clock_type=ROS)
    outcomes = []

    def sleep():
        asleep.set()
        outcomes.append(clock.sleep_until(until, context))

    thread = threading.Thread(target=sleep, daemon=True)
    thread.start()
    assert asleep.wait(30)
    set_time(11)
    assert outcomes == []
    set_time(12)
    thread.join(timeout=30)
    assert outcomes == [True]


def test_a_sleep_ends_with_simulated_time(context, simulated, set_time):
    set_time(10)
    sleeper = Sleeper(simulated.get_clock(), context)
    # Whether it sleeps already is not to be seen; once it does, either change wakes it.
    while sleeper.is_alive():
        switch(simulated, simulated=False)
        switch(simulated, simulated=True)
        sleeper.join(timeout=0.01)
    assert sleeper.outcome is False
