# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What each strategy promises about the target at a seam and after it."""

import numpy as np
import pytest

from pi0_ros.execution.limits import Motion
from pi0_ros.execution.seams import Handover, crossfade, replace

MS = 1_000_000
PERIOD_S = 0.01
NOW = 5_000 * MS
BEGIN = NOW - 4 * MS  # the chunk is younger than a period


def seam(position=(0.0, 0.0), velocity=(0.0, 0.0), unfaded=()):
    return Handover(
        time_ns=NOW,
        period_ns=10 * MS,
        motion=Motion(np.array(position), np.array(velocity)),
        new=lambda time_ns: np.array([1.0, -1.0]) * (max(time_ns, BEGIN) / 1e9 - 4),
        begins_ns=BEGIN,
        fade_s=0.2,
        unfaded=unfaded,
    )


def test_replace_is_the_new_chunk_at_once():
    s = seam()
    assert replace(s)(NOW) == pytest.approx([1, -1])
    assert replace(s)(NOW + 100 * MS) == pytest.approx([1.1, -1.1])


def test_crossfade_starts_on_the_last_command_with_its_velocity():
    target = crossfade(seam(position=(0.3, 0.2), velocity=(-0.5, 2.0)))
    assert target(NOW) == pytest.approx([0.3, 0.2], abs=1e-12)
    slope = (target(NOW + 1000) - target(NOW)) / 1e-6
    assert slope == pytest.approx([-0.5, 2.0], abs=1e-3)


def test_crossfade_ends_on_the_new_chunk_with_its_velocity():
    s = seam(position=(0.3, 0.2), velocity=(-0.5, 2.0))
    target = crossfade(s)
    end = NOW + 200 * MS
    for time_ns in (end, end + 1, end + 500 * MS):
        assert np.array_equal(target(time_ns), s.new(time_ns))
    slope = (target(end) - target(end - 1000)) / 1e-6
    assert slope == pytest.approx([1, -1], abs=1e-3)


def test_crossfade_leaves_agreeing_chunks_alone():
    target = crossfade(seam(position=(1.0, -1.0), velocity=(1.0, -1.0)))
    for ms in range(0, 250, 7):
        assert target(NOW + ms * MS) == pytest.approx(seam().new(NOW + ms * MS), abs=1e-12)


def test_grippers_are_not_faded():
    target = crossfade(seam(unfaded=(1,)))
    assert target(NOW) == pytest.approx([0, -1])


def test_a_new_chunk_at_every_tick_still_wins():
    """An offset that is taken afresh at each arrival must shrink all the same."""
    goal = np.array([1.0, -2.0])
    motion, largest = Motion.at_rest(np.zeros(2)), np.zeros(2)
    for k in range(200):
        time_ns = NOW + k * 10 * MS
        target = crossfade(
            Handover(time_ns, 10 * MS, motion, new=lambda _: goal, begins_ns=0, fade_s=0.2)
        )(time_ns + 10 * MS)
        motion = Motion(target, (target - motion.position) / PERIOD_S)
        largest = np.maximum(largest, np.abs(target))
    assert motion.position == pytest.approx(goal, abs=1e-4)  # exp(-2 s / 0.2 s)
    assert (largest < 1.12 * np.abs(goal)).all()  # overshoot of a damping of 0.58: 11 %
