# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The limiter: what holds for any target, what holds for a good one, and how it brakes."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
import numpy as np
import pytest

from pi0_ros.execution.limits import JointLimits, Limiter, Motion
from pi0_ros.types import NS_PER_S, InputError

TIGHT = 1e-9  # relative
positive = st.floats(0.05, 20)


def limits(lower=-1.0, upper=1.0, velocity=1.0, acceleration=5.0, names=('a',)):
    shape = len(names)
    spread = [np.broadcast_to(x, shape) for x in (lower, upper, velocity, acceleration)]
    return JointLimits(names, *spread)


def assert_step_within(lim, period_s, old, new):
    slack = 1 + TIGHT
    assert (np.abs(new.velocity) <= lim.velocity * slack).all()
    change = np.abs(new.velocity - old.velocity)
    assert (change <= lim.acceleration * period_s * slack + TIGHT * lim.velocity).all()
    assert (new.position >= lim.lower).all()
    assert (new.position <= lim.upper).all()
    moved = new.position - old.position
    assert np.abs(moved - new.velocity * period_s).max() <= 1e-12 * (
        1 + np.abs(new.position).max()
    )


def limiter_of(lim, period_s):
    return Limiter(lim, round(period_s * NS_PER_S))


def follow(limiter, motion, targets, period_s=0.01):
    """Return all motions, the start included."""
    path, before = [motion], targets[0]
    for target in targets:
        aim = Motion(target, (target - before) / period_s, np.zeros_like(target))
        path.append(limiter.step(path[-1], aim))
        before = target
    return path


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    period_s=st.sampled_from([0.001, 0.01, 0.02, 0.1]),
    velocity=positive,
    acceleration=positive,
    kind=st.sampled_from(['noise', 'steps', 'walk', 'waves', 'unbounded']),
)
def test_no_target_breaks_a_limit(seed, period_s, velocity, acceleration, kind):
    rng = np.random.default_rng(seed)
    n = 400
    lim = limits(
        lower=[-1.0, -0.01, -np.inf],
        upper=[1.0, 0.02, np.inf],
        velocity=velocity,
        acceleration=acceleration,
        names=('a', 'b', 'c'),
    )
    targets = {
        'noise': rng.normal(0, 2, (n, 3)),
        'steps': np.repeat(rng.uniform(-3, 3, (n // 20, 3)), 20, axis=0),
        'walk': np.cumsum(rng.normal(0, velocity * period_s, (n, 3)), axis=0),
        'waves': 1.5 * np.sin(np.outer(np.arange(n) * period_s, rng.uniform(0, 30, 3))),
        'unbounded': rng.normal(0, 1e12, (n, 3)),
    }[kind]
    limiter = limiter_of(lim, period_s)
    start = Motion.at_rest(np.array([1.0, -0.01, 123.0]) * rng.uniform(-1, 1, 3).clip(0))
    path = follow(limiter, start, targets, period_s)
    for old, new in pairwise(path):
        assert_step_within(lim, period_s, old, new)
    # At any moment it could also brake, and would rest in the theoretical time.
    motion = path[rng.integers(len(path))]
    periods = np.ceil(np.abs(motion.velocity) / (acceleration * period_s) - TIGHT).astype(int)
    for k in range(periods.max() + 1):
        assert ((np.abs(motion.velocity) < 1e-12) == (k >= periods)).all()
        stopped = limiter.brake(motion)
        assert_step_within(lim, period_s, motion, stopped)
        motion = stopped


@settings(max_examples=40, deadline=None)
@given(goal=st.floats(-1, 1), velocity=positive, acceleration=positive, start=st.floats(-1, 1))
def test_constant_target_is_reached_without_overshoot_in_the_shortest_time(
    goal, velocity, acceleration, start
):
    period_s = 0.01
    limiter = limiter_of(limits(velocity=velocity, acceleration=acceleration), 0.01)
    distance = abs(goal - start)
    ramp_s = min(velocity / acceleration, np.sqrt(distance / acceleration))
    shortest_s = 2 * ramp_s + max(0, distance - acceleration * ramp_s**2) / velocity
    n = int(shortest_s / period_s) + 4
    path = follow(limiter, Motion.at_rest(np.array([start])), np.full((n, 1), goal))
    overshoot = max((m.position[0] - goal) * np.sign(goal - start) for m in path)
    assert overshoot <= 1e-12
    assert path[-1].position[0] == pytest.approx(goal, abs=1e-12)
    assert path[-1].velocity[0] == pytest.approx(0, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_target_within_limits_is_followed_exactly(seed):
    rng = np.random.default_rng(seed)
    lim, period_s = limits(velocity=2.0, acceleration=30.0), 0.01
    a, f = rng.uniform(0.05, 0.5), rng.uniform(0.5, 4.0)
    a = min(a, 0.99 * 2.0 / f, 0.99 * 30.0 / f**2)
    targets = (a * np.cos(f * np.arange(500) * period_s))[:, None]
    path = follow(limiter_of(lim, period_s), Motion.at_rest(targets[0]), targets)
    assert np.abs(np.array([m.position for m in path[1:]]) - targets).max() < 1e-12


def test_moving_target_is_caught_up_with_and_then_followed_exactly():
    period_s = 0.01
    targets = 0.3 + 0.4 * np.arange(300)[:, None] * period_s
    limiter = limiter_of(limits(lower=-np.inf, upper=np.inf), 0.01)
    path = follow(limiter, Motion.at_rest(np.zeros(1)), targets)
    lag = targets[:, 0] - [m.position[0] for m in path[1:]]
    assert lag.min() > -1e-12, 'overtook it'
    assert np.abs(lag[150:]).max() < 1e-12
    # 0.3 behind a target that goes 0.4: away with 0.6 at most in its frame, 5 to gain and lose it.
    caught = int(np.argmax(np.abs(lag) < 1e-9)) * period_s
    assert caught == pytest.approx(0.4 / 5 + 0.6 / 5 + (0.3 + 0.4 * 0.08 / 2) / 0.6, abs=0.1)


def test_start_outside_the_position_limits_returns_without_a_jump():
    lim, period_s = limits(), 0.01
    path = follow(
        limiter_of(lim, period_s),
        Motion.at_rest(np.array([1.2])),
        np.full((200, 1), 5.0),
    )
    positions = [m.position[0] for m in path]
    assert (np.diff(positions) <= 1e-15).all()
    assert positions[-1] == pytest.approx(1.0, abs=1e-12)
    velocities = np.array([m.velocity[0] for m in path])
    assert np.abs(np.diff(velocities)).max() <= 5.0 * period_s * (1 + TIGHT)


@pytest.mark.parametrize(
    ('change', 'sentence'),
    [
        ({'velocity': [1, 0]}, 'velocity limits: expected a positive value for b, found 0.0'),
        ({'acceleration': [-1, 1]}, 'acceleration limits: expected a positive value for a'),
        ({'velocity': [1, np.inf]}, r'velocity limits: inf at index \(1,\) \(b\) is not finite'),
        ({'lower': [np.nan, -1]}, 'lower position limits: expected a number for a, found nan'),
        ({'upper': [1, -1]}, r'expected lower < upper for b, found \[-1. -1.\]'),
        ({'upper': [1, 1, 1]}, r'upper position limits: expected shape \(2,\), found \(3,\)'),
        ({'jerk': [1, 0]}, 'jerk limits: expected a positive value for b, found 0.0'),
        ({'jerk': [np.nan, 1]}, 'jerk limits: expected a number for a, found nan'),
        ({'jerk': [1, 1, 1]}, r'jerk limits: expected shape \(2,\), found \(3,\)'),
        ({'names': ('a', 'a')}, 'joint names stand more than once: a'),
    ],
)
def test_bad_limits_are_named(change, sentence):
    good = {
        'names': ('a', 'b'),
        'lower': [-1, -1],
        'upper': [1, 1],
        'velocity': [1, 1],
        'acceleration': [1, 1],
    }
    JointLimits(**good)
    with pytest.raises(InputError, match=sentence):
        JointLimits(**{**good, **change})


def test_jerk_has_no_limit_unless_given():
    assert limits(names=('a', 'b')).jerk.tolist() == [np.inf, np.inf]
    values = (['a', 'b'], [-1, -1], [1, 1], [1, 1], [1, 1])
    assert JointLimits(*values, jerk=[np.inf, 3]).jerk.tolist() == [np.inf, 3]
