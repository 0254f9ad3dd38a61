# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Episodes are the same for the same seed, and their looks hold what they say."""

import importlib.util

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal
import pytest

if importlib.util.find_spec('mujoco') is None or importlib.util.find_spec('gym_aloha') is None:
    pytest.skip('mujoco and gym-aloha are not installed', allow_module_level=True)

from pi0_ros.sim.demonstrator import (
    EPISODE_STEPS,
    HAND_LOWER,
    STEPS_PER_LOOK,
    Demonstrator,
    hand_from,
    targets_of,
)
from pi0_ros.sim.robot import SimRobot


@pytest.fixture(scope='module')
def demonstrator():
    return Demonstrator(SimRobot(), horizon=50)


def looks(demonstrator, seed):
    return list(demonstrator.episode(np.random.default_rng(seed), scene_seed=seed))


def test_hands_and_targets_are_inverse():
    hands = np.random.default_rng(0).uniform(
        [-0.5, 0.25, 0.03, 0.0, 0.2], [0.5, 0.45, 0.3, 1.3, 1.0], size=(3, 20, 5)
    )
    assert_allclose(hand_from(targets_of(hands)), hands, atol=1e-9)


def test_an_episode_depends_on_its_seed_alone(demonstrator):
    once, other, again = (looks(demonstrator, seed) for seed in (1, 2, 1))
    assert EPISODE_STEPS // STEPS_PER_LOOK <= len(once) <= EPISODE_STEPS // STEPS_PER_LOOK + 1
    for first, second in zip(once, again, strict=True):
        assert_array_equal(first.positions, second.positions)
        assert_array_equal(first.plans, second.plans)
    assert (once[-1].positions != other[-1].positions).any()


def test_looks_hold_a_plan_for_every_task(demonstrator):
    seen = [look for seed in range(3, 6) for look in looks(demonstrator, seed)]
    plans = np.array([look.plans for look in seen])
    assert plans.shape[1:] == (9, 50, 7)
    assert np.isfinite(plans).all()
    assert hand_from(plans)[..., 2].min() > HAND_LOWER[2] - 0.03
    followed = [look.feasible[look.task] for look in seen]
    assert np.mean(followed) > 0.5
    assert len({look.task for look in seen}) > 2
