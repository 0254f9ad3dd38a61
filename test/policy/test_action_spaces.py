# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The policy for robots whose actions are no joint positions."""

from pathlib import Path
import shutil

import numpy as np
from numpy.testing import assert_allclose
import pytest

from pi0_ros.policy.policy import Policy
from pi0_ros.robots.spec import load_robot
from pi0_ros.types import Observation

ROBOTS = Path(__file__).parents[2] / 'config' / 'robots'
STAMP_NS = 123_456_789


@pytest.fixture
def infer(checkpoint, tmp_path, write_stats, noise):
    """A function from a robot's name, its state and the lengths of both vectors to a chunk."""

    def infer(name, state, sizes):
        folder = shutil.copytree(checkpoint, tmp_path / name)
        robot = load_robot(ROBOTS / f'{name}.yaml')
        write_stats(folder, sizes, robot.normalization.asset)
        images = {camera: np.full((48, 64, 3), 99, np.uint8) for camera in robot.cameras}
        stamps_ns = dict.fromkeys([*images, 'joint_states'], STAMP_NS)
        observation = Observation(STAMP_NS, images, state, 'pick up the cube', stamps_ns)
        return Policy.load(folder, robot).infer(observation, noise).chunk

    return infer


def test_droid_gets_velocities_and_their_path(infer):
    state = np.array([0.1, -0.2, 0.3, -1.5, 0.5, 1.5, 0.7, 0.4])
    chunk = infer('droid', state, {'state': 8, 'actions': 8})
    arm, hand = np.s_[:, :7], np.s_[:, 7]
    assert chunk.names[:2] == ('panda_joint1', 'panda_joint2')
    assert np.abs(chunk.velocities[arm]).max() == 3.0  # some are clipped
    assert np.ptp(chunk.velocities[arm], axis=0).min() > 0
    assert_allclose(chunk.positions[0, :7], state[:7])
    steps = np.diff(chunk.positions[arm], axis=0) * 15
    assert_allclose(steps, chunk.velocities[arm][:-1], atol=1e-6)
    assert set(chunk.positions[hand]) <= {0.0, 0.8}
    assert not chunk.velocities[hand].any()


def test_libero_gets_twists_and_a_gripper(infer):
    state = np.array([0.1, -0.2, 0.3, 3.0, 0.1, 0.2, 0.03, 0.03])
    chunk = infer('libero', state, {'state': 8, 'actions': 7})
    assert chunk.names[:3] == ('x', 'y', 'z')
    assert np.ptp(chunk.velocities[:, :6], axis=0).min() > 0
    assert np.abs(chunk.velocities[:, :3]).max() <= 1.0
    assert np.abs(chunk.velocities[:, 3:]).max() <= 10.0
    assert not chunk.positions[0, :6].any()  # it begins at the origin of its own axes
    assert set(chunk.positions[:, 6]) <= {0.0, 0.04}
