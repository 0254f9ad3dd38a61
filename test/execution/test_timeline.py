# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Each line of the table of edge cases in `sample`, and what the interpolations promise."""

import numpy as np
import pytest

from pi0_ros.execution.timeline import INTERPOLATIONS, remaining_ns, sample
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
        assert np.array_equal(sample(c, time_ns, interpolation), c.positions[0])


@both
def test_exactly_on_a_point(interpolation):
    c = chunk()
    for k, offset in enumerate(c.times_ns):
        assert np.array_equal(sample(c, STAMP + int(offset), interpolation), c.positions[k])


@both
def test_after_the_last_point(interpolation):
    c = chunk()
    for time_ns in (c.end_ns + 1, c.end_ns + 10**15):
        assert np.array_equal(sample(c, time_ns, interpolation), c.positions[-1])


@both
def test_single_point(interpolation):
    c = chunk(times_ns=[30 * MS])
    for time_ns in (0, STAMP, c.end_ns, c.end_ns + 1):
        assert np.array_equal(sample(c, time_ns, interpolation), c.positions[0])


@both
def test_two_points_are_joined_by_a_line(interpolation):
    c = chunk(times_ns=[0, 10 * MS], curve=lambda t: t)
    assert sample(c, STAMP + 3 * MS, interpolation) == pytest.approx([0.003, 0.006], abs=1e-15)


def test_linear_between_uneven_points():
    c = chunk()
    expected = 0.4 * c.positions[3] + 0.6 * c.positions[4]
    assert sample(c, STAMP + (75 + 33) * MS) == pytest.approx(expected, abs=1e-15)


def test_cubic_repeats_a_parabola_between_uneven_points():
    """Three-point slopes are exact for parabolas, except at the two ends."""
    c = chunk(curve=lambda t: 3 * t**2 - t + 1)
    for ms in (45, 55.5, 71, 74):
        t = ms / 1e3
        found = sample(c, STAMP + int(ms * MS), 'cubic')
        assert found == pytest.approx(np.array([1, 2]) * (3 * t**2 - t + 1), abs=1e-12)


def velocity(c, time_ns, step_ns):
    return (sample(c, time_ns + step_ns, 'cubic') - sample(c, time_ns, 'cubic')) / step_ns * 1e9


def test_cubic_velocity_is_continuous_on_inner_points_where_linear_jumps():
    c = chunk()
    for offset in c.times_ns[1:-1]:
        time_ns = STAMP + int(offset)
        after, before = velocity(c, time_ns, 1000), velocity(c, time_ns, -1000)
        assert after == pytest.approx(before, abs=0.05)  # of about 20


@both
def test_continuous_everywhere(interpolation):
    c = chunk()
    times = range(STAMP - 5 * MS, c.end_ns + 5 * MS, MS // 10)
    path = np.array([sample(c, time_ns, interpolation) for time_ns in times])
    fastest = np.abs(np.diff(c.positions, axis=0) / np.diff(c.times_ns)[:, None]).max()
    assert np.abs(np.diff(path, axis=0)).max() <= 2 * fastest * MS / 10


def test_cubic_may_leave_the_range_of_its_points_and_linear_does_not():
    c = chunk(times_ns=np.arange(4) * 10 * MS, joints=1, curve=lambda t: (t > 0.015).astype(float))
    times = range(STAMP, c.end_ns, MS)
    assert max(sample(c, t, 'cubic')[0] for t in times) > 1
    assert max(sample(c, t, 'linear')[0] for t in times) == 1


def test_remaining():
    c = chunk()
    assert remaining_ns(c, STAMP) == 130 * MS
    assert remaining_ns(c, c.end_ns + 7) == -7
