# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The closed form against itself, and against the simulator's own arm."""

import importlib.util

import numpy as np
from numpy.testing import assert_allclose
import pytest

from pi0_ros.sim.kinematics import arm_joints, hand_of, planar, polar
from pi0_ros.sim.robot import SimRobot

HANDS = np.random.default_rng(0).uniform(
    [-0.6, 0.25, 0.02, 0.0], [0.6, 0.50, 0.30, 1.3], size=(50, 4)
)


def test_joints_and_hand_are_inverse():
    assert_allclose(hand_of(arm_joints(HANDS)), HANDS, atol=1e-9)


def test_places_and_polar_are_inverse():
    places = np.random.default_rng(1).uniform([0.0, 0.4], [0.22, 0.62], size=(3, 7, 2))
    assert polar(places).shape == (3, 7, 2)
    assert_allclose(planar(polar(places)), places, atol=1e-12)


def test_out_of_reach_gives_the_stretched_arm():
    far = np.array([0.2, 2.0, 0.1, 0.3])
    joints = arm_joints(far)
    assert np.isfinite(joints).all()
    assert hand_of(joints)[1] < 0.9


@pytest.mark.skipif(
    importlib.util.find_spec('mujoco') is None or importlib.util.find_spec('gym_aloha') is None,
    reason='the simulated robot needs mujoco and gym-aloha',
)
def test_the_simulated_arm_agrees():
    robot = SimRobot()
    pose = robot.targets()
    for hand in HANDS[:10]:
        pose[7:13] = arm_joints(hand)
        robot.reset(0, pose)
        assert_allclose(robot.tip_positions()[1], [*planar(hand[:2]), hand[2]], atol=2e-3)
