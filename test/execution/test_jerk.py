# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The limiter with limits of jerk: what holds for any target, and for a good one."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
import numpy as np
import pytest

pytest.importorskip('ruckig')

from pi0_ros.execution.jerk import JerkLimiter
from pi0_ros.execution.limits import JointLimits, Motion

PERIOD_NS, PERIOD_S = 10_000_000, 0.01
LIMITS = JointLimits(
    ('a', 'b', 'c'),
    lower=[-1.0, -0.01, -np.inf],
    upper=[1.0, 0.02, np.inf],
    velocity=[1.0, 0.3, 2.0],
    acceleration=[5.0, 2.0, 9.0],
    jerk=[60.0, 100.0, np.inf],
)
INSTANTS = PERIOD_NS * np.arange(1000)


def follow(limiter, motion, target, n):
    """Return all motions, the start included."""
    path = [motion]
    for k in range(1, n):
        path.append(limiter.step(path[-1], limiter.read(target, k * PERIOD_NS)))
    return path


def curve(function):
    """Return a target from a function of seconds, (...) to (..., J)."""
    return lambda time_ns: function(np.asarray(time_ns)[..., None] / 1e9)


def assert_within(limits, path, period_s=PERIOD_S):
    positions = np.array([motion.position for motion in path])
    assert (positions >= limits.lower).all()
    assert (positions <= limits.upper).all()
    scales = 1 + np.abs(positions).max()
    for n, most in enumerate((limits.velocity, limits.acceleration, limits.jerk), start=1):
        differences = np.abs(np.diff(positions, n, axis=0)) / period_s**n
        assert (differences <= most * (1 + 1e-6) + 1e-12 * scales / period_s**n).all(), n
    velocities = np.array([motion.velocity for motion in path])
    assert (np.abs(velocities) <= limits.velocity * (1 + 1e-9)).all()


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    kind=st.sampled_from(['noise', 'steps', 'walk', 'waves', 'far']),
)
def test_no_target_breaks_a_limit(seed, kind):
    rng = np.random.default_rng(seed)
    n = 300
    points = {
        'noise': rng.normal(0, 2, (n + 2, 3)),
        'steps': np.repeat(rng.uniform(-3, 3, (n // 20 + 1, 3)), 20, axis=0),
        'walk': np.cumsum(rng.normal(0, 0.01, (n + 2, 3)), axis=0),
        'waves': 1.5 * np.sin(np.outer(np.arange(n + 2) * 0.01, rng.uniform(0, 30, 3))),
        'far': rng.normal(0, 1e6, (n + 2, 3)),
    }[kind]
    start = Motion.at_rest(np.array([1.0, -0.01, 123.0]) * rng.uniform(-1, 1, 3).clip(0))
    limiter = JerkLimiter(LIMITS, PERIOD_NS)
    path = follow(limiter, start, lambda t: points[np.asarray(t) // PERIOD_NS], n)
    assert_within(LIMITS, path)
    stopping = path[: rng.integers(1, n)]
    for _ in range(100):
        stopping.append(limiter.brake(stopping[-1]))
    assert_within(LIMITS, stopping)
    assert np.abs(stopping[-1].velocity).max() < 1e-9
    assert_within(LIMITS, [path[0]] * 3 + path[:3])  # from rest it begins as gently


def test_target_within_limits_is_followed():
    target = curve(lambda t: np.array([0.4, 0.009, 0.5]) * np.sin(np.array([1.0, 3.0, 2.0]) * t))
    limiter = JerkLimiter(LIMITS, PERIOD_NS)
    path = follow(limiter, limiter.read(target, 0), target, 500)
    errors = [m.position - target(k * PERIOD_NS) for k, m in enumerate(path)]
    assert np.abs(errors).max() < 1e-6
    assert all(limiter.reaches(m, limiter.read(target, k * PERIOD_NS)) for k, m in enumerate(path))


def test_a_constant_target_is_reached_without_overshoot():
    limiter = JerkLimiter(LIMITS, PERIOD_NS)
    goal = np.array([0.9, 0.015, -2.0])
    path = follow(limiter, Motion.at_rest(np.zeros(3)), curve(lambda t: goal + 0 * t), 400)
    positions = np.array([motion.position for motion in path])
    assert positions[-1] == pytest.approx(goal, abs=1e-9)
    assert (positions * np.sign(goal) <= np.abs(goal) + 1e-9).all()


def test_a_moving_target_is_caught_up_with():
    limiter = JerkLimiter(LIMITS, PERIOD_NS)
    target = curve(lambda t: np.array([-0.5, 0.0, 3.0]) + np.array([0.2, 0.0, 1.0]) * t)
    path = follow(limiter, Motion.at_rest(np.zeros(3)), target, 600)
    lag = [m.position - target(k * PERIOD_NS) for k, m in enumerate(path)]
    assert np.abs(lag[400:]).max() < 1e-6


def test_a_free_joint_follows_a_velocity():
    limiter = JerkLimiter(LIMITS, PERIOD_NS, np.array([False, False, True]))
    path = [Motion.at_rest(np.zeros(3))]
    for _ in range(100):
        aim = Motion.at_rest(np.zeros(3))._replace(velocity=np.array([0.0, 0.0, 1.5]))
        path.append(limiter.step(path[-1], aim))
    assert_within(LIMITS, path)
    assert path[-1].velocity == pytest.approx([0, 0, 1.5])
    assert (np.diff([motion.velocity[2] for motion in path]) >= 0).all(), 'straight to it'
    assert limiter.reaches(path[-1], aim)


def test_start_outside_the_position_limits_returns_without_a_jump():
    limiter = JerkLimiter(LIMITS, PERIOD_NS)
    start = Motion.at_rest(np.array([1.2, 0.0, 0.0]))
    path = follow(limiter, start, curve(lambda t: np.array([5.0, 0.0, 0.0]) + 0 * t), 300)
    positions = np.array([motion.position[0] for motion in path])
    assert (np.diff(positions) <= 1e-12).all()
    assert positions[-1] == pytest.approx(1.0)


def test_a_number_that_is_none_makes_no_command():
    limiter = JerkLimiter(LIMITS, PERIOD_NS)
    start = Motion.at_rest(np.zeros(3))
    for bad in (np.nan, np.inf):
        aim = Motion.at_rest(np.array([0.0, bad, 0.0]))
        assert not np.isfinite(limiter.step(start, aim).position).all()


def test_steps_are_evenly_bent_where_the_other_limiter_is_not():
    limiter = JerkLimiter(LIMITS, PERIOD_NS)
    path = follow(limiter, Motion.at_rest(np.zeros(3)), curve(lambda t: 0.5 + 0 * t), 100)
    changes = [abs(b.acceleration - a.acceleration)[0] for a, b in pairwise(path)]
    assert max(changes) <= 60 * PERIOD_S * (1 + 1e-9)
