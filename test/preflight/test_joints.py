# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Names, limits and poses: what is wrong is named, what is right is left in peace."""

from dataclasses import replace
import math

import numpy as np
from preflight_rig import complaints, only, shifted, stream, with_gripper, with_joint
import pytest

from pi0_ros.preflight.findings import Level
from pi0_ros.preflight.joints import check_names, check_positions, gripper_openings
from pi0_ros.preflight.observed import JointsSeen
from pi0_ros.robots.norm_stats import Quantile, ZScore


def index(robot, *names):
    return [robot.joint_names.index(name) for name in names]


def exchanged(robot, pose, *names):
    """A driver that gives each of these names the position of the next one."""
    at = index(robot, *names)
    pose = pose.copy()
    pose[at] = pose[[*at[1:], at[0]]]
    return pose


def test_good_pose_passes(robot, stats, pose):
    assert not complaints(check_positions(robot, stats.state, pose))


@pytest.mark.parametrize('side', ['left', 'right'])
def test_two_exchanged_joints_are_named(robot, stats, pose, side):
    names = [f'{side}_shoulder', f'{side}_elbow']
    findings = check_positions(robot, stats.state, exchanged(robot, pose, *names))
    finding = only(findings, 'joint order')
    assert finding.level == Level.FAIL
    assert all(name in finding.reason for name in names)
    assert {check for _, check in complaints(findings)} == {'joint order'}


def test_joints_exchanged_in_the_file_are_named_too(robot, stats, pose):
    at = index(robot, 'left_shoulder', 'left_elbow')
    joints = list(robot.joints)
    joints[at[0]], joints[at[1]] = joints[at[1]], joints[at[0]]
    wrong = replace(robot, joints=tuple(joints))
    pose[at] = pose[at[::-1]]
    assert 'left_shoulder' in only(check_positions(wrong, stats.state, pose), 'joint order').reason


def test_three_exchanged_joints_are_named(robot, stats, pose):
    names = ['left_shoulder', 'left_elbow', 'left_wrist_angle']
    findings = check_positions(robot, stats.state, exchanged(robot, pose, *names))
    assert all(name in only(findings, 'joint order').reason for name in names)


def test_exchanged_joints_at_the_same_angle_cannot_be_told(robot, stats, pose):
    wrong = exchanged(robot, pose, 'left_waist', 'left_forearm_roll')
    assert not complaints(check_positions(robot, stats.state, wrong))


def test_wrong_sign_is_named(robot, stats, pose):
    findings = check_positions(with_joint(robot, 'left_elbow', sign=-1), stats.state, pose)
    finding = only(findings, 'joint sign')
    assert 'left_elbow' in finding.reason
    assert 'sign: 1' in finding.remedy


def test_joint_that_may_have_been_moved_is_only_doubted(robot, stats, pose):
    pose[11] = -(stats.state.mean[11] + 0.7 * stats.state.std[11])
    findings = check_positions(robot, stats.state, pose)
    assert complaints(findings) == [('WARN', 'joint sign')]


def test_inverted_gripper_is_named(robot, stats, pose):
    wrong = with_gripper(robot, 'left_gripper', closed=0.058, open=0.01844)
    finding = only(check_positions(wrong, stats.state, pose)[1:2], 'gripper')
    assert finding.level == Level.FAIL
    assert 'left_gripper looks inverted' in finding.reason


def test_inverted_gripper_that_statistics_cannot_tell_is_a_doubt(robot, stats, pose):
    wrong = with_gripper(robot, 'right_gripper', closed=0.058, open=0.01844)
    findings = check_positions(wrong, stats.state, pose)
    assert complaints(findings) == [('WARN', 'gripper')]
    assert 'right_gripper' in str([finding for finding in findings if finding.level])


def test_good_gripper_that_is_closed_is_not_called_inverted(robot, stats, pose):
    pose[robot.joint_names.index('right_gripper')] = 0.021
    findings = check_positions(robot, stats.state, pose)
    assert all(level == 'WARN' for level, _ in complaints(findings))
    assert 'inverted' not in str([finding for finding in findings if finding.level])


def test_gripper_beyond_its_map_fails(robot, stats, pose):
    wrong = with_gripper(robot, 'left_gripper', closed=0.0, open=0.02)
    state = shifted(stats, stats.state.mean + np.eye(14)[6] * 1.2, stats.state.std).state
    findings = check_positions(wrong, state, pose)
    assert complaints(findings) == [('FAIL', 'gripper')]


def test_degrees_are_suspected(robot, stats, pose):
    rad = np.array([joint.unit == 'rad' for joint in robot.joints])
    findings = check_positions(robot, stats.state, np.where(rad, np.rad2deg(pose), pose))
    assert 'degrees' in only(findings, 'units').reason
    assert only(findings, 'joint limits').level == Level.FAIL


def test_statistics_in_degrees_are_suspected(robot, stats, pose):
    rad = np.array([joint.unit == 'rad' for joint in robot.joints])
    scale = np.where(rad, 180 / math.pi, 1.0)
    wrong = shifted(stats, stats.state.mean * scale, stats.state.std * scale)
    finding = only(check_positions(robot, wrong.state, pose), 'units')
    assert 'statistics look like degrees' in finding.reason


def test_statistics_of_another_robot_are_suspected(robot, stats, pose):
    rng = np.random.default_rng(0)
    wrong = shifted(stats, rng.normal(0, 1.5, 14), np.full(14, 0.1))
    finding = only(check_positions(robot, wrong.state, pose), 'joint statistics')
    assert finding.level == Level.FAIL
    assert 'another robot' in finding.remedy
    assert 'left_waist' in finding.reason


@pytest.mark.parametrize(('by', 'level'), [(0.3, 'WARN'), (1.0, 'FAIL')])
def test_unusual_pose_is_named_with_its_distance(robot, stats, pose, by, level):
    pose[0] += by
    findings = check_positions(robot, stats.state, pose)
    assert complaints(findings) == [(level, 'joint statistics')]
    assert 'left_waist' in only(findings, 'joint statistics').reason


def test_quantiles_count_as_deviations(robot, stats, pose):
    mean, std = stats.state.mean, stats.state.std
    quantiles = Quantile(mean - 2.326 * std, mean + 2.326 * std)
    of_quantiles = replace(robot, normalization=replace(robot.normalization, kind='quantile'))
    found = only(check_positions(of_quantiles, quantiles, pose), 'joint statistics')
    assert found == only(check_positions(robot, stats.state, pose), 'joint statistics')


@pytest.mark.parametrize(('beyond', 'level'), [(0.01, 'WARN'), (1.0, 'FAIL')])
def test_position_outside_its_limits(robot, stats, pose, beyond, level):
    narrow = with_joint(robot, 'left_elbow', upper=pose[2] - beyond)
    finding = only(check_positions(narrow, stats.state, pose), 'joint limits')
    assert finding.level.name == level
    assert 'left_elbow' in finding.reason


def test_openings(robot, pose):
    assert gripper_openings(robot, pose)['left_gripper'] == pytest.approx(0.3, abs=1e-3)


def seen(*names):
    return JointsSeen(stream('/joint_states'), names)


def test_names(robot):
    names = robot.joint_names
    assert check_names(robot, seen(names)).level == Level.PASS
    reordered = check_names(robot, seen(names[::-1], (*names, 'wheel')))
    assert reordered.level == Level.PASS
    assert 'another order' in reordered.reason
    assert 'wheel' in reordered.reason
    lacking = check_names(robot, seen(names[1:]))
    assert lacking.level == Level.FAIL
    assert 'no left_waist' in lacking.reason
    assert 'never together' in check_names(robot, seen(names[:7], names[7:])).reason
    doubled = check_names(robot, seen((*names, names[0])))
    assert doubled.level == Level.FAIL
    assert 'left_waist' in doubled.reason


def test_state_with_a_pose(libero):
    state = np.array([0.4, 0.0, 0.3, 3.1, 0.0, 0.0, 0.039, 0.039])
    model = np.array([*state[:7], -0.039])
    scaling = ZScore(model, np.full(8, 0.05))
    findings = check_positions(libero, scaling, state)
    assert not complaints(findings)
    assert 'rx +0.0' in only(findings, 'joint statistics').reason
    assert '98% open' in only(findings, 'gripper').reason
    state[2] = 1.3
    assert 'z (1.3' in only(check_positions(libero, scaling, state), 'joint statistics').reason
    state[6] = -0.3
    assert (
        'panda_finger_joint1'
        in only(check_positions(libero, scaling, state), 'joint limits').reason
    )
