# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Each line of the table of edge cases in `Course`, and what the interpolations promise."""

import numpy as np
import pytest

from pi0_ros.execution.timeline import INTERPOLATIONS, Course
from pi0_ros.types import Chunk

MS = 1_000_000
STAMP = 1_700_000_000_123_456_789
UNEVEN = np.array([20, 40, 70, 75, 130]) * MS
both = pytest.mark.parametrize('interpolation', INTERPOLATIONS)


def chunk(times_ns=UNEVEN, joints=2, curve=None):
    seconds = np.asarray(times_ns) / 1e9
    values = np.sin(40 * seconds) if curve is None else curve(seconds)
    positions = np.outer(values, np.arange(1, joints + 1))
    return Chunk(STAMP, tuple('abcdefg'[:joints]), times_ns, positions)


@both
def test_before_the_first_point(interpolation):
    c = chunk()
    for time_ns in (0, STAMP, STAMP + 20 * MS - 1):
        assert np.array_equal(Course(c, interpolation)(time_ns), c.positions[0])


@both
def test_exactly_on_a_point(interpolation):
    c = chunk()
    for k, offset in enumerate(c.times_ns):
        assert np.array_equal(Course(c, interpolation)(STAMP + int(offset)), c.positions[k])


@both
def test_after_the_last_point(interpolation):
    c = chunk()
    for time_ns in (c.end_ns + 1, c.end_ns + 10**15):
        assert np.array_equal(Course(c, interpolation)(time_ns), c.positions[-1])


@both
def test_single_point(interpolation):
    c = chunk(times_ns=[30 * MS])
    for time_ns in (0, STAMP, c.end_ns, c.end_ns + 1):
        assert np.array_equal(Course(c, interpolation)(time_ns), c.positions[0])


@both
def test_two_points_are_joined_by_a_line(interpolation):
    c = chunk(times_ns=[0, 10 * MS], curve=lambda t: t)
    assert Course(c, interpolation)(STAMP + 3 * MS) == pytest.approx([0.003, 0.006], abs=1e-15)


def test_linear_between_uneven_points():
    c = chunk()
    expected = 0.4 * c.positions[3] + 0.6 * c.positions[4]
    assert Course(c)(STAMP + (75 + 33) * MS) == pytest.approx(expected, abs=1e-15)


def test_spline_leads_through_uneven_points_unless_it_smooths():
    c = chunk()
    assert Course(c, 'spline')(STAMP + UNEVEN) == pytest.approx(c.positions, abs=1e-14)
    assert np.abs(Course(c, 'spline', 0.02)(STAMP + UNEVEN) - c.positions).max() > 0.05


def test_spline_is_continuous_to_the_second_derivative():
    course = Course(chunk(), 'spline', smoothing_s=0.005)
    for time_ns in STAMP + UNEVEN[1:-1]:
        around = course(time_ns + np.arange(-3, 4) * MS // 10)
        bends = np.diff(around, 2, axis=0) * 1e8  # [1/s²], a tenth of a millisecond apart
        steps = np.abs(np.diff(bends, axis=0))
        assert steps.max() < 2 * np.abs(bends).max() * 0.1, 'no jump among even slopes'


@pytest.mark.parametrize('smoothing_s', [0, 0.01, 0.1])
def test_no_smoothing_bends_a_line(smoothing_s):
    c = chunk(curve=lambda t: 3 * t - 1)
    path = Course(c, 'spline', smoothing_s)(STAMP + UNEVEN + MS)
    expected = np.outer(3 * np.minimum(UNEVEN + MS, UNEVEN[-1]) / 1e9 - 1, [1, 2])
    assert path == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(('frequency', 'smoothing_s'), [(20, 0.05), (6, 0.05), (40, 0.02)])
def test_smoothing_damps_an_oscillation_as_told(frequency, smoothing_s):
    times = np.arange(300) * 20 * MS
    c = chunk(times, joints=1, curve=lambda t: np.sin(frequency * t))
    middle = np.arange(2_000, 4_000) * MS
    gain = np.abs(Course(c, 'spline', smoothing_s)(STAMP + middle)).max()
    assert gain == pytest.approx(1 / (1 + (frequency * smoothing_s) ** 4), rel=0.05)


def test_exact_joints_go_straight_from_point_to_point():
    c = chunk()
    course = Course(c, 'spline', 0.02, exact=np.array([False, True]))
    times = np.arange(STAMP, c.end_ns, MS)
    assert np.array_equal(course(times)[:, 1], Course(c)(times)[:, 1])
    assert np.array_equal(course(times)[:, 0], Course(c, 'spline', 0.02)(times)[:, 0])


@both
def test_a_lead_begins_before_the_first_point_along_its_slope(interpolation):
    c = chunk(curve=lambda t: 3 * t)
    course = Course(c, interpolation, lead_ns=15 * MS)
    times = STAMP + np.array([5, 10, 20, 30]) * MS
    assert course(times)[:, 0] == pytest.approx([0.015, 0.03, 0.06, 0.09], abs=1e-12)
    assert np.array_equal(course(STAMP), course(STAMP + 5 * MS))


def velocity(c, time_ns, step_ns):
    course = Course(c, 'spline')
    return (course(time_ns + step_ns) - course(time_ns)) / step_ns * 1e9


def test_spline_velocity_is_continuous_on_inner_points_where_linear_jumps():
    c = chunk()
    for offset in c.times_ns[1:-1]:
        time_ns = STAMP + int(offset)
        after, before = velocity(c, time_ns, 1000), velocity(c, time_ns, -1000)
        assert after == pytest.approx(before, abs=0.05)  # of about 20


@both
def test_continuous_everywhere(interpolation):
    c = chunk()
    times = range(STAMP - 5 * MS, c.end_ns + 5 * MS, MS // 10)
    path = np.array([Course(c, interpolation)(time_ns) for time_ns in times])
    fastest = np.abs(np.diff(c.positions, axis=0) / np.diff(c.times_ns)[:, None]).max()
    assert np.abs(np.diff(path, axis=0)).max() <= 2 * fastest * MS / 10


def test_spline_may_leave_the_range_of_its_points_and_linear_does_not():
    c = chunk(times_ns=np.arange(4) * 10 * MS, joints=1, curve=lambda t: (t > 0.015).astype(float))
    times = np.arange(STAMP, c.end_ns, MS)
    assert Course(c, 'spline')(times)[:, 0].max() > 1
    assert Course(c, 'linear')(times)[:, 0].max() == 1
