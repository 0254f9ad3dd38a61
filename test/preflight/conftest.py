# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The demo's robot and checkpoint, and a robot that stands as it should."""

import numpy as np
from preflight_rig import CHECKPOINT, ROOT, SECONDS, camera, stream
import pytest

from pi0_ros.policy.policy import Policy
from pi0_ros.preflight.observed import JointsSeen, Observed
from pi0_ros.preflight.subject import Subject
from pi0_ros.robots.spec import load_robot

ARM = [0.0, -0.96, 1.16, 0.0, -0.3, 0.0]  # the simulator's start pose [rad]
GRIPPER_M = 0.0303


@pytest.fixture(scope='session')
def robot():
    return load_robot(ROOT / 'config' / 'robots' / 'aloha_sim.yaml')


@pytest.fixture(scope='session')
def libero():
    """A robot that is told the way of its end effector, and whose state has a pose."""
    return load_robot(ROOT / 'config' / 'robots' / 'libero.yaml')


@pytest.fixture(scope='session')
def subject(robot):
    return Subject(robot, Policy.load(CHECKPOINT, robot, seed=0))


@pytest.fixture(scope='session')
def stats(subject):
    return subject.stats


@pytest.fixture
def pose():
    return np.array([*ARM, GRIPPER_M] * 2)


@pytest.fixture
def observed(robot, pose):
    """Three good seconds."""
    joints = stream('/joint_states')
    names = (robot.joint_names,) * len(joints.stamps_ns)
    states = np.tile(pose, (len(names), 1))
    cameras = {name: camera(name, 10 * k) for k, name in enumerate(robot.cameras)}
    return Observed(SECONDS, cameras, JointsSeen(joints, names), states)
