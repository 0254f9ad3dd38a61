# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Statistics and the robot's file: what disagrees without any robot running."""

from dataclasses import replace

import numpy as np
from preflight_rig import complaints, only, shifted
import pytest

from pi0_ros.preflight.findings import Level
from pi0_ros.preflight.statistics import check_statistics
from pi0_ros.robots.norm_stats import NormStats, ZScore


def test_demo_passes(robot, subject, stats):
    assert not complaints(check_statistics(robot, subject.config, stats))


@pytest.mark.parametrize(('pi05', 'kind'), [(True, 'z_score'), (False, 'quantile')])
def test_unusual_kind_is_a_doubt(robot, subject, stats, pi05, kind):
    robot = replace(robot, normalization=replace(robot.normalization, kind=kind))
    config = replace(subject.config, pi05=pi05)
    finding = only(check_statistics(robot, config, stats), 'normalisation')
    assert finding.level == Level.WARN
    assert kind in finding.reason


def test_means_that_the_robot_cannot_reach_fail(robot, subject, stats):
    mean = stats.state.mean.copy()
    mean[1] = 57.0
    wrong = shifted(stats, mean, stats.state.std)
    finding = only(check_statistics(robot, subject.config, wrong), 'training range')
    assert finding.level == Level.FAIL
    assert 'left_shoulder 57' in finding.reason


def test_joint_that_never_moved_is_a_doubt(robot, subject, stats):
    std = stats.state.std.copy()
    std[3] = 0.0
    wrong = shifted(stats, stats.state.mean, std)
    findings = check_statistics(robot, subject.config, wrong)
    assert complaints(findings) == [('WARN', 'statistics')]
    assert 'left_forearm_roll' in only(findings, 'statistics').reason


@pytest.mark.parametrize(('padding', 'level'), [(0.0, 'PASS'), (0.5, 'WARN')])
def test_longer_statistics_may_be_padded_with_zeros(robot, subject, stats, padding, level):
    def longer(scaling):
        more = np.full(18, padding)
        return ZScore(np.append(scaling.mean, more), np.append(scaling.std, more))

    padded = NormStats(longer(stats.state), longer(stats.actions))
    finding = only(check_statistics(robot, subject.config, padded), 'statistics')
    assert finding.level.name == level


def with_delta(robot, delta):
    return replace(robot, action_space=replace(robot.action_space, delta=delta))


def test_relative_actions_called_absolute_fail(robot, subject, stats):
    relative = NormStats(stats.state, ZScore(np.zeros(14), stats.actions.std))
    absolute = with_delta(robot, ())
    finding = only(check_statistics(absolute, subject.config, relative), 'action kind')
    assert finding.level == Level.FAIL
    assert 'left_shoulder' in finding.reason


def test_absolute_actions_called_relative_fail(robot, subject, stats):
    absolute = NormStats(stats.state, stats.state)
    relative = with_delta(robot, robot.joint_names)
    finding = only(check_statistics(relative, subject.config, absolute), 'action kind')
    assert finding.level == Level.FAIL
    assert 'are absolute' in finding.reason
    assert not complaints(check_statistics(with_delta(robot, ()), subject.config, absolute))


def test_state_with_a_pose(libero, subject):
    state = ZScore(np.array([0.4, 0.0, 0.3, 3.1, 0.0, 0.0, 0.02, -0.02]), np.full(8, 0.1))
    actions = ZScore(np.zeros(7), np.full(7, 0.3))
    config = replace(subject.config, pi05=True)
    assert not complaints(check_statistics(libero, config, NormStats(state, actions)))
    state.mean[6] = 40.0
    finding = only(check_statistics(libero, config, NormStats(state, actions)), 'training range')
    assert 'panda_finger_joint1 40' in finding.reason
