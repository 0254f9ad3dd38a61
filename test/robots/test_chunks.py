# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Chunks of joint targets: velocities make a path from where the robot was measured."""

from pathlib import Path

import numpy as np
from numpy.testing import assert_allclose
import pytest

from pi0_ros.robots.chunks import make_chunk
from pi0_ros.robots.spec import load_robot
from pi0_ros.types import InputError

ROBOTS = Path(__file__).parents[2] / 'config' / 'robots'
TIMES_NS = np.array([0, 100_000_000, 300_000_000])


def test_positions_are_as_they_are():
    robot = load_robot(ROBOTS / 'aloha.yaml')
    targets = np.arange(42.0).reshape(3, 14)
    chunk = make_chunk(robot, 5, TIMES_NS, targets, np.zeros(14))
    assert (chunk.positions == targets).all()
    assert chunk.velocities is None
    assert chunk.stamp_ns == 5


def test_velocities_make_a_path():
    robot = load_robot(ROBOTS / 'droid.yaml')
    targets = np.tile([[1.0], [2.0], [3.0]], (1, 8))
    measured = np.arange(8.0)
    chunk = make_chunk(robot, 5, TIMES_NS, targets, measured)
    path = measured[:7] + np.array([[0.0], [0.1], [0.5]])
    assert_allclose(chunk.positions[:, :7], path)
    assert (chunk.velocities[:, :7] == targets[:, :7]).all()
    assert chunk.positions[:, 7].tolist() == [1.0, 2.0, 3.0]  # the gripper's are positions
    assert not chunk.velocities[:, 7].any()


def test_velocity_that_is_not_finite_is_named():
    robot = load_robot(ROBOTS / 'droid.yaml')
    targets = np.zeros((3, 8))
    targets[2, 4] = np.nan
    with pytest.raises(InputError, match='panda_joint5'):
        make_chunk(robot, 5, TIMES_NS, targets, np.zeros(8))
