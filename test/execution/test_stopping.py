# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The way to rest that goes with a command: where the limiter would brake to, and not beyond."""

from itertools import pairwise

import numpy as np
import pytest

from pi0_ros.execution.limits import JointLimits, Limiter, Motion
from pi0_ros.execution.stopping import StoppingPath
from pi0_ros.types import Command

NAMES = ('a', 'b', 'c', 'd')
LIMITS = JointLimits(
    NAMES, [-1.0] * 4, [1.0] * 4, [3.0, 3.0, 1.0, 0.2], np.array([12.5, 6.0, 4.0, 2.0])
)
PERIOD_NS = 10_000_000
P = 0.01


def path(position, velocity, joints=NAMES):
    command = Command(7, NAMES, np.array(position, float), np.array(velocity, float))
    return StoppingPath(LIMITS, joints, PERIOD_NS).of(command)


def some_motions():
    rng = np.random.default_rng(3)
    for scale in (0.01, 0.1, 1.0):
        for _ in range(30):
            yield rng.uniform(-0.5, 0.5, 4), rng.uniform(-1, 1, 4) * LIMITS.velocity * scale


def test_points_lie_where_the_limiter_brakes_to():
    limiter = Limiter(LIMITS, PERIOD_NS)
    for position, velocity in some_motions():
        first, *rest = path(position, velocity)
        assert first.velocities.tolist() == velocity.tolist()
        braked, motion = {}, Motion(position, velocity, np.zeros_like(velocity))
        for k in range(1, 61):
            motion = braked[k] = limiter.brake(motion)
        steps = [(command.stamp_ns - 7) // PERIOD_NS for command in rest]
        assert steps[0] == 1
        assert (np.diff(steps) > 0).all()
        for k, command in zip(steps, rest, strict=True):
            assert command.positions == pytest.approx(braked[k].position, abs=1e-12)
        assert not rest[-1].velocities.any()
        assert rest[-1].positions == pytest.approx(motion.position, abs=1e-12)
        assert len(rest) <= 1 + len(NAMES)


def test_cubics_through_the_points_keep_to_the_way():
    for position, velocity in some_motions():
        for a, b in pairwise(path(position, velocity)):
            span = (b.stamp_ns - a.stamp_ns) * 1e-9
            s = np.linspace(0, 1, 50)[:, None]
            slope = (b.positions - a.positions) / span
            speed = (
                (1 - 4 * s + 3 * s**2) * a.velocities
                + 6 * s * (1 - s) * slope
                + (3 * s**2 - 2 * s) * b.velocities
            ) * np.sign(velocity)
            assert (speed <= np.abs(velocity) + 1e-9).all()
            if a.stamp_ns > 7:
                assert (speed > -1e-9).all()  # never turns
            braking = -np.diff(speed, axis=0) / (span / 49) / LIMITS.acceleration
            assert braking.max() < 4
            if span > 3 * P:
                assert braking.max() < 2.5


def test_at_rest_it_stays():
    first, rest = path([0.1] * 4, [0.0] * 4)
    assert rest.stamp_ns - first.stamp_ns == PERIOD_NS
    assert rest.positions.tolist() == first.positions.tolist()


def test_only_the_joints_of_the_controller_count():
    full = path([0.0] * 4, [0.0, 3.0, 0.0, 0.2])
    arm = path([0.0] * 4, [0.0, 3.0, 0.0, 0.2], ('d', 'a'))
    assert full[-1].stamp_ns == 7 + 50 * PERIOD_NS
    assert arm[-1].stamp_ns == 7 + 10 * PERIOD_NS
    assert arm[-1].names == ('d', 'a')
    assert arm[-1].positions == pytest.approx([0.2 * 0.1 / 2 - 0.2 * P / 2, 0.0])
