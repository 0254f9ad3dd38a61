# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Times and durations (rclpy: rclpy/time.py, rclpy/duration.py)."""

import operator

from builtin_interfaces.msg import Duration as DurationMessage
from builtin_interfaces.msg import Time as TimeMessage
import pytest
from rclpy.clock import ClockType
from rclpy.constants import S_TO_NS
from rclpy.duration import Duration, Infinite
from rclpy.time import Time

ROS = ClockType.ROS_TIME


def test_a_time_is_seconds_and_nanoseconds():
    assert Time(seconds=2, nanoseconds=5).nanoseconds == 2 * S_TO_NS + 5
    assert Time(seconds=1.5).nanoseconds == 1_500_000_000
    assert Time(seconds=2, nanoseconds=5).seconds_nanoseconds() == (2, 5)
    assert Time().nanoseconds == 0


def test_a_time_is_of_system_time_unless_told():
    assert Time().clock_type == ClockType.SYSTEM_TIME
    assert Time(clock_type=ROS).clock_type == ROS


@pytest.mark.parametrize(
    ('error', 'fields'),
    [
        (ValueError, {'seconds': -1}),
        (ValueError, {'nanoseconds': -1}),
        (OverflowError, {'nanoseconds': 2**63}),
        (TypeError, {'clock_type': 'ROS_TIME'}),
    ],
)
def test_what_no_time_is(error, fields):
    with pytest.raises(error):
        Time(**fields)


def test_time_and_duration():
    start = Time(seconds=2, nanoseconds=5, clock_type=ROS)
    later = start + Duration(seconds=1)
    assert later == Duration(seconds=1) + start
    assert (later.nanoseconds, later.clock_type) == (3 * S_TO_NS + 5, ROS)
    assert start - Duration(nanoseconds=5) == Time(seconds=2, clock_type=ROS)
    assert start - later == Duration(seconds=-1)
    with pytest.raises(ValueError, match='negative'):
        start - Duration(seconds=3)
    with pytest.raises(OverflowError):
        start + Duration(nanoseconds=2**63 - 1)
    with pytest.raises(TypeError):
        start + 1
    with pytest.raises(TypeError):
        start + start


COMPARISONS = ['lt', 'le', 'eq', 'ne', 'ge', 'gt']


@pytest.mark.parametrize('name', COMPARISONS)
@pytest.mark.parametrize(('a', 'b'), [(1, 2), (2, 2), (2, 1)])
def test_comparisons(name, a, b):
    compare = getattr(operator, name)
    assert compare(Time(seconds=a), Time(seconds=b)) == compare(a, b)
    assert compare(Duration(seconds=a), Duration(seconds=b)) == compare(a, b)


@pytest.mark.parametrize('name', COMPARISONS)
def test_times_of_different_clocks_are_not_compared(name):
    with pytest.raises(TypeError):
        getattr(operator, name)(Time(), Time(clock_type=ROS))


def test_times_of_different_clocks_are_not_subtracted():
    with pytest.raises(TypeError):
        Time() - Time(clock_type=ROS)


@pytest.mark.parametrize('name', ['lt', 'le', 'ge', 'gt'])
def test_other_things_are_not_compared(name):
    for thing in (Time(), Duration()):
        with pytest.raises(TypeError):
            getattr(operator, name)(thing, 1)


def test_other_things_are_not_equal():
    assert Time() != 0
    assert Duration() != 0


def test_time_messages():
    time = Time(seconds=2, nanoseconds=5, clock_type=ROS)
    assert time.to_msg() == TimeMessage(sec=2, nanosec=5)
    assert Time.from_msg(time.to_msg()) == time
    steady = Time.from_msg(time.to_msg(), clock_type=ClockType.STEADY_TIME)
    assert steady.clock_type == ClockType.STEADY_TIME
    with pytest.raises(TypeError):
        Time.from_msg(DurationMessage())


def test_durations():
    assert Duration(seconds=1, nanoseconds=5).nanoseconds == S_TO_NS + 5
    assert Duration(seconds=-0.5).nanoseconds == -500_000_000
    assert Duration(nanoseconds=1.9).nanoseconds == 1
    for nanoseconds in (2**63, -(2**63) - 1):
        with pytest.raises(OverflowError):
            Duration(nanoseconds=nanoseconds)


@pytest.mark.parametrize('nanoseconds', [0, 1, 10**9 + 5, -1, -250_000_000, -3 * 10**9])
def test_duration_messages(nanoseconds):
    message = Duration(nanoseconds=nanoseconds).to_msg()
    assert 0 <= message.nanosec < S_TO_NS
    assert message.sec * S_TO_NS + message.nanosec == nanoseconds
    assert Duration.from_msg(message) == Duration(nanoseconds=nanoseconds)
    with pytest.raises(TypeError):
        Duration.from_msg(TimeMessage())


def test_texts():
    assert repr(Time(seconds=1)) == 'Time(nanoseconds=1000000000, clock_type=SYSTEM_TIME)'
    assert repr(Duration(nanoseconds=5)) == 'Duration(nanoseconds=5)'
    assert str(Duration(nanoseconds=5)) == '5 nanoseconds'
    assert str(Infinite) == 'Infinite'
    assert Infinite.nanoseconds == 2**63 - 1
