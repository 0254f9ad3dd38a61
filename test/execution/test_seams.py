# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What each strategy promises about the target at a seam and after it."""

from dataclasses import replace as changed

import numpy as np
import pytest

from pi0_ros.execution.limits import JointLimits, Limiter, Motion
from pi0_ros.execution.seams import SHARE, Handover, crossfade, ensemble, replace
from pi0_ros.execution.timeline import Course
from pi0_ros.types import Chunk

MS = 1_000_000
PERIOD_S = 0.01
NOW = 5_000 * MS
LIMITER = Limiter(JointLimits(('a', 'b'), [-9, -9], [9, 9], [9, 9], [99, 99]), 10 * MS)
FADE_S = 0.2
END = NOW + 200 * MS


def course(stamp_ns=NOW - 4 * MS, curve=lambda t: t - 4, points=50):
    """Return a chunk along a curve of the time in seconds, mirrored for the second joint."""
    times = np.arange(points) * 20 * MS
    positions = np.outer(curve((stamp_ns + times) / 1e9), [1.0, -1.0])
    return Course(Chunk(stamp_ns, ('a', 'b'), times, positions), lead_ns=40 * MS)


def seam(position=(0.0, 0.0), velocity=(0.0, 0.0), acceleration=(0.0, 0.0), **others):
    made = Handover(
        time_ns=NOW,
        motion=Motion(np.array(position), np.array(velocity), np.array(acceleration)),
        limiter=LIMITER,
        new=course(),  # younger than a period
        earlier=(),
        slope=np.array([99.0, 99.0]),
        bend=np.array([999.0, 999.0]),
        fade_s=FADE_S,
        decay_per_s=0.5,
        unfaded=np.array([False, False]),
    )
    return changed(made, **others)


def test_replace_is_the_new_chunk_at_once():
    s = seam()
    assert replace(s)(NOW) == pytest.approx([1, -1])
    assert replace(s)(NOW + 100 * MS) == pytest.approx([1.1, -1.1])


def test_crossfade_starts_on_the_last_command_as_it_moves():
    s = seam(position=(0.3, 0.2), velocity=(-0.5, 2.0), acceleration=(3.0, -4.0))
    target = crossfade(s)
    assert target(NOW) == pytest.approx([0.3, 0.2], abs=1e-12)
    # As ticks see it, velocity and acceleration are differences over whole periods.
    before = np.array([0.3, 0.2]) - PERIOD_S * np.array([-0.5, 2.0])
    earlier = 2 * before - [0.3, 0.2] + PERIOD_S**2 * np.array([3.0, -4.0])
    later = target(NOW + np.arange(11) * 10 * MS)
    third = np.diff(np.vstack([earlier, before, later]), 3, axis=0) / PERIOD_S**3
    assert third[0] == pytest.approx(third[1], rel=0.3)
    assert (np.abs(np.diff(third, axis=0)) < 0.35 * np.abs(third).max()).all(), 'no jump of jerk'


def test_crossfade_ends_on_the_new_chunk_as_it_moves():
    s = seam(position=(0.3, 0.2), velocity=(-0.5, 2.0), acceleration=(3.0, -4.0))
    target = crossfade(s)
    for time_ns in (END, END + 1, END + 500 * MS):
        assert np.array_equal(target(time_ns), s.new(time_ns))
    path = target(END - np.arange(4)[::-1] * MS)
    assert np.diff(path, axis=0)[-1] * 1e3 == pytest.approx([1, -1], abs=2e-3)
    assert np.diff(path, 2, axis=0)[-1] * 1e6 == pytest.approx([0, 0], abs=10)


@pytest.mark.parametrize(
    ('position', 'velocity'), [(3.0, 0.0), (0.5, 0.0), (0.0, 0.5), (1.0, -2.0)]
)
def test_a_fade_takes_as_long_as_the_joint_needs(position, velocity):
    """A share of what it can do has to do for the fade, whatever fade_s says."""
    able = {'slope': np.array([4.0, 4.0]), 'bend': np.array([10.0, 10.0])}
    new = course(curve=lambda t: 0 * t)
    s = seam((position, 0.0), (velocity, 0.0), new=new, **able)
    path = crossfade(s)(NOW + np.arange(0, 9000, 5) * MS)[:, 0]
    assert np.abs(np.diff(path)).max() / 0.005 <= SHARE * 4.0 * 1.05
    assert np.abs(np.diff(path, 2)).max() / 0.005**2 <= SHARE * 10.0 * 1.2
    assert abs(path[-1]) < 1e-12


@pytest.mark.parametrize('period', [1, 10, 1000])
def test_a_long_fade_that_is_taken_over_again_and_again_ends_as_soon(period):
    able = {'slope': np.array([4.0, 4.0]), 'bend': np.array([10.0, 10.0])}
    motion, new = Motion.at_rest(np.array([2.0, 0.0])), course(curve=lambda t: 0 * t)
    for k in range(200):
        if k % period == 0:
            target = crossfade(seam(*motion, time_ns=NOW + k * 10 * MS, new=new, **able))
        position = target(NOW + (k + 1) * 10 * MS)
        velocity = (position - motion.position) / PERIOD_S
        motion = Motion(position, velocity, (velocity - motion.velocity) / PERIOD_S)
    assert abs(motion.position[0]) < 0.02, 'after 2 s, of which one fade would need 1.9'


@pytest.mark.parametrize('strategy', [crossfade, ensemble])
def test_agreeing_chunks_are_left_alone(strategy):
    s = seam((1.0, -1.0), (1.0, -1.0), earlier=(course(NOW - 300 * MS), course(NOW - 100 * MS)))
    instants = NOW + np.arange(0, 950, 7) * MS
    assert strategy(s)(instants) == pytest.approx(s.new(instants), abs=1e-9)


def test_grippers_are_not_faded():
    s = seam(unfaded=np.array([False, True]), earlier=(course(NOW - 100 * MS, np.cos),))
    for strategy in (crossfade, ensemble):
        assert strategy(s)(NOW) == pytest.approx([0, -1])


def test_an_ensemble_counts_older_chunks_more():
    """ACT's weights exp(-m i), i = 0 for the oldest; here 100 ms lie between two chunks."""
    older = [course(NOW - age * MS, lambda t, c=c: c + 0 * t) for age, c in ((204, 3), (104, 2))]
    s = seam(earlier=tuple(older), new=course(curve=lambda t: 1 + 0 * t), decay_per_s=5.0)
    weights = np.exp(-5.0 * np.array([0.0, 0.1, 0.2]))
    mean = weights @ [3, 2, 1] / weights.sum()
    assert ensemble(s)(END)[0] == pytest.approx(mean, rel=1e-12)


def test_a_chunk_leaves_an_ensemble_gradually():
    ending = course(NOW - 704 * MS, lambda t: 2 + 0 * t)  # its last point: 276 ms from now
    s = seam(earlier=(ending,), new=course(curve=lambda t: 1 + 0 * t), decay_per_s=0.0)
    target = ensemble(s)
    share = 80 / 200 / (1 + 80 / 200)
    assert target(NOW + 196 * MS)[0] == pytest.approx(1 + share, abs=1e-3)
    assert target(NOW + 500 * MS)[0] == 1
    path = target(NOW + np.arange(200, 600) * MS)[:, 0]
    assert np.abs(np.diff(path)).max() < 0.01


def test_a_new_chunk_at_every_tick_still_wins():
    """An offset that is taken afresh at each arrival must shrink all the same."""
    goal = np.array([1.0, -2.0])
    still = Course(Chunk(1, ('a', 'b'), [0], goal[None]))
    motion, largest = Motion.at_rest(np.zeros(2)), np.zeros(2)
    for k in range(200):
        time_ns = NOW + k * 10 * MS
        target = crossfade(seam(*motion, new=still, time_ns=time_ns))(time_ns + 10 * MS)
        velocity = (target - motion.position) / PERIOD_S
        motion = Motion(target, velocity, (velocity - motion.velocity) / PERIOD_S)
        largest = np.maximum(largest, np.abs(target))
    assert motion.position == pytest.approx(goal, abs=1e-4)
    assert (largest < 1.2 * np.abs(goal)).all()
