# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Two exchanged joints: named by many poses, by the driver's order, or said not to be seen."""

import numpy as np
from preflight_rig import complaints, only
import pytest

from pi0_ros.preflight.findings import Level
from pi0_ros.preflight.joints import check_positions
from pi0_ros.preflight.order import different_poses
from pi0_ros.preflight.yardstick import Yardstick

# Where the demo's script leaves the right arm, in deviations from the mean.
REST = np.array([-1.1, 0.3, -1.0, 0.0, 0.9, 0.0, -1.3])
RIGHT = slice(7, 14)
SHOULDER, ELBOW = 8, 9


def at(stats, pose, deviations):
    """A pose in which the right arm is so many deviations from the mean."""
    pose = pose.copy()
    model = stats.state.mean[RIGHT] + deviations * stats.state.std[RIGHT]
    pose[RIGHT] = model
    pose[13] = 0.01844 + model[-1] * (0.058 - 0.01844)
    return pose


@pytest.fixture
def rest(stats, pose):
    return at(stats, pose, REST)


def exchanged(states):
    states = states.copy()
    states[..., [SHOULDER, ELBOW]] = states[..., [ELBOW, SHOULDER]]
    return states


def listed(robot, i, j):
    """The robot's joints in the order of a driver that has two of them the other way round."""
    names = list(robot.joint_names)
    names[i], names[j] = names[j], names[i]
    return names


def test_sound_robot_hears_what_its_pose_would_not_show(robot, stats, rest):
    finding = only(check_positions(robot, stats.state, rest, robot.joint_names), 'joint order')
    assert finding.level == Level.PASS
    assert 'the pose seen' in finding.reason
    told = finding.reason.partition('could not tell ')[2]
    assert 'left_waist from left_forearm_roll, left_wrist_rotate' in told
    assert 'right_shoulder from right_elbow' in told


@pytest.mark.parametrize('spoil', [0.0, 0.4])
def test_pose_and_driver_together_name_the_exchange(robot, stats, rest, spoil):
    rest[SHOULDER] += spoil  # to where the pose alone says nothing
    findings = check_positions(robot, stats.state, exchanged(rest), listed(robot, SHOULDER, ELBOW))
    (complaint,) = [finding for finding in findings if finding.level]
    assert complaint.check == 'joint order'
    assert complaint.level == (Level.WARN if spoil else Level.FAIL)
    assert all(name in complaint.reason for name in ('right_shoulder', 'right_elbow', 'driver'))


def test_driver_with_an_order_of_its_own_is_believed_by_the_pose(robot, stats, pose):
    names = listed(robot, SHOULDER, ELBOW - 7)
    assert not complaints(check_positions(robot, stats.state, pose, names))
    backwards = robot.joint_names[::-1]
    assert not complaints(check_positions(robot, stats.state, pose, backwards))


def test_exchanged_joints_at_the_same_angle_are_a_doubt_if_the_driver_differs(robot, stats, pose):
    names = listed(robot, 0, 3)
    finding = only(check_positions(robot, stats.state, pose, names), 'joint order')
    assert finding.level == Level.WARN
    assert 'left_waist and left_forearm_roll' in finding.reason
    assert 'the pose seen could not tell' in finding.reason


def test_poses_add_up(robot, stats, pose):
    ways = np.array([REST, [1.5, -1.5, 0.4, 0.0, 0.5, 0.0, 0.5], [0.0, 1.5, -1.2, 0, 1, 0, 0]])
    poses = np.array([at(stats, pose, way) for way in ways])
    assert not complaints(check_positions(robot, stats.state, poses))
    alone = only(check_positions(robot, stats.state, exchanged(poses[0])), 'joint order')
    assert alone.level == Level.PASS
    finding = only(check_positions(robot, stats.state, exchanged(poses)), 'joint order')
    assert finding.level == Level.FAIL
    assert 'right_shoulder and right_elbow look exchanged' in finding.reason


def test_standing_still_adds_nothing(robot, stats, rest):
    still = np.tile(rest, (150, 1))
    assert different_poses(Yardstick(robot, stats.state), still).shape == (1, 14)
    once, often = (check_positions(robot, stats.state, exchanged(x)) for x in (rest, still))
    assert once == often


@pytest.mark.parametrize('joint', range(6))
def test_one_unusual_joint_is_no_exchange(robot, stats, pose, joint):
    pose[joint] += 0.3
    findings = check_positions(robot, stats.state, pose)
    assert ('WARN', 'joint statistics') in complaints(findings)
    assert ('FAIL', 'joint order') not in complaints(findings)
