# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Policies whose intentions are known."""

import numpy as np
import pytest

from benchmarks.seams.__main__ import RECORDING, ROBOT
from benchmarks.seams.policies import HORIZON, Recorded, Synthetic, go_on
from pi0_ros.policy.continuation import Rest
from pi0_ros.robots.spec import load_robot

MS = 1_000_000
MOVING = ('waist', 'shoulder', 'elbow', 'wrist_angle')


@pytest.fixture(scope='module')
def robot():
    return load_robot(ROBOT)


def test_synthetic_motion_keeps_limits_and_is_as_fast_as_it_says(robot):
    times_ns = np.arange(0, 20_000 * MS, 10 * MS)
    path = Synthetic(robot).reference(times_ns)
    lower, upper = robot.position_limits
    assert ((path > lower) & (path < upper)).all()
    arms = ~np.isin(robot.joint_names, list(robot.grippers))
    speeds = np.abs(np.diff(path, axis=0) / 0.01).max(axis=0)[arms]
    assert speeds.max() <= Synthetic.FASTEST[1]
    assert speeds.min() > Synthetic.FASTEST[0] / 3


def test_synthetic_chunk_is_a_function_of_the_instant(robot):
    policy, anywhere = Synthetic(robot), np.zeros(14)
    first, again, later = (policy.plan(ns, anywhere) for ns in (5 * MS, 5 * MS, 6 * MS))
    assert (first.positions == again.positions).all()
    assert np.abs(first.positions - later.positions).max() > 1e-3


def test_synthetic_chunks_miss_by_as_much_as_they_say(robot):
    policy = Synthetic(robot)
    stamps = np.arange(1, 400) * 10 * MS
    misses = np.array([
        policy.plan(stamp, np.zeros(14)).positions - policy.reference(stamp + policy._times_ns)
        for stamp in stamps.tolist()
    ])[:, :, :6]  # fmt: skip
    assert misses[:, 0].std() == pytest.approx(Synthetic.OFFSET, rel=0.05)
    assert misses[:, -1].std() == pytest.approx(np.hypot(Synthetic.DRIFT, Synthetic.OFFSET), 0.05)
    roughness = np.sqrt((np.diff(misses, 3, axis=1) ** 2).mean() / 20)  # of white noise: sqrt(20)
    assert roughness == pytest.approx(Synthetic.NOISE, rel=0.05)


def test_returning_chunk_begins_at_the_robot_and_ends_on_the_motion(robot):
    policy, plain = Synthetic(robot, returning_s=0.1), Synthetic(robot)
    on_it = policy.reference(np.array([5 * MS]))[0]
    away = policy.plan(5 * MS, on_it + 0.3).positions - plain.plan(5 * MS, on_it).positions
    assert away[0] == pytest.approx(np.full(14, 0.3))
    assert away[-1] == pytest.approx(np.zeros(14), abs=1e-4)


def test_recorded_chunk_is_that_of_the_newest_picture(robot):
    policy = Recorded(robot, RECORDING)
    first, later = int(policy._stamps_ns[0]), int(policy._stamps_ns[7])
    assert policy.plan(first, np.zeros(14)).stamp_ns == first
    assert policy.plan(later - 1, np.zeros(14)).stamp_ns == policy._stamps_ns[6]
    chunk = policy.plan(later + MS, np.zeros(14))
    assert (chunk.positions == policy._chunks[7]).all()
    assert len(chunk.positions) == HORIZON


@pytest.mark.parametrize(('point', 'deviation'), [(0, Synthetic.OFFSET), (-1, Synthetic.DRIFT)])
def test_synthetic_misses_lie_between_the_recorded_ones_middle_and_tails(robot, point, deviation):
    policy = Recorded(robot, RECORDING)
    moving = [robot.joint_names.index(f'right_{name}') for name in MOVING]
    instants = policy._stamps_ns + policy._times_ns[point]
    known = (instants > 1_000 * MS) & (instants < policy._command_times_ns[-1])
    missed = (policy._chunks[:, point] - policy.reference(instants))[known][:, moving]
    assert np.median(np.abs(missed)) / 0.6745 < deviation < np.sqrt((missed**2).mean())


def test_synthetic_noise_is_the_recorded_one(robot):
    moving = [robot.joint_names.index(f'right_{name}') for name in MOVING]
    chunks = Recorded(robot, RECORDING)._chunks[:, :, moving]
    noise = np.sqrt((np.diff(chunks, 5, axis=1) ** 2).mean() / 252)  # of white noise: sqrt(252)
    assert noise == pytest.approx(Synthetic.NOISE, rel=0.1)


def test_chunk_goes_on_from_the_rest_and_ends_on_its_own(robot):
    own = Synthetic(robot).plan(5 * MS, np.zeros(14))
    rest = Rest(own.positions + 1.0, delay=10, overlap=30)
    chunk = go_on(own, rest)
    assert (chunk.positions[:10] == rest.targets[:10]).all()
    assert (chunk.positions[30:] == own.positions[30:]).all()
    kept = (chunk.positions - own.positions)[10:30, 0]
    assert (np.diff(kept) < 0).all()
