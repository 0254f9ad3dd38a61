# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The checkpoint's statistics against the robot's file: what needs no robot that runs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pi0_ros.model.config import Pi0Config
from pi0_ros.preflight.findings import Finding, failure, passed, warning
from pi0_ros.preflight.yardstick import Yardstick, centre_and_spread, state_limits
from pi0_ros.robots.norm_stats import NormStats
from pi0_ros.robots.spec import Robot

Array = NDArray[np.float64]

# Below this a joint counts as one that never moved; openpi adds 1e-6 to what it divides by.
STILL = 1e-5
# An absolute and a relative action are told apart where the state is so many deviations from 0.
CLEAR = 4.0


def check_statistics(robot: Robot, config: Pi0Config, stats: NormStats) -> list[Finding]:
    """Compare their kind, length, range and action kind with what the robot's file says."""
    return [
        _check_kind(robot, config),
        _check_length(robot, stats),
        _check_range(robot, stats),
        _check_action_kind(robot, stats),
    ]


def _check_kind(robot: Robot, config: Pi0Config) -> Finding:
    model, usual = ('π0.5', 'quantile') if config.pi05 else ('π0', 'z_score')
    kind = robot.normalization.kind
    if kind == usual:
        return passed('normalisation', f'{kind}, as usual for {model}')
    return warning(
        'normalisation',
        f'the model is a {model}, for which {usual} is usual, but the robot says {kind}',
        'use the kind that it was trained with: normalization.kind',
    )


def _check_length(robot: Robot, stats: NormStats) -> Finding:
    check = 'statistics'
    for what, scaling, named in (
        ('state', stats.state, robot.state_names),
        ('actions', stats.actions, robot.joint_names),
    ):
        used = len(named)
        centre, spread = centre_and_spread(robot, scaling, scaling.size)
        if np.any(centre[used:]) or np.any(spread[used:] > STILL):
            return warning(
                check,
                f"{what} has {scaling.size} numbers, not all 0 beyond the robot's {used}",
                f'asset {robot.normalization.asset} may be of another robot: check it',
            )
        still = np.flatnonzero(spread[:used] < STILL)
        if still.size:
            names = ', '.join(named[i] for i in still)
            return warning(
                check,
                f'{what}: {names} never moved in the training data, so the least motion is '
                'scaled up without bound',
                'give these a deviation of some hundredths, in training as well',
            )
    return passed(check, f'asset {robot.normalization.asset}: one number for each of the robot')


def _check_range(robot: Robot, stats: NormStats) -> Finding:
    """Ask whether the robot can be where the training data were on average."""
    yardstick = Yardstick(robot, stats.state)
    lower, upper = np.sort(yardstick.model_state(state_limits(robot)), axis=0)
    slack = 0.05 * (upper - lower)
    centre = yardstick.centre
    outside = np.flatnonzero((centre < lower - slack) | (centre > upper + slack))
    if not outside.size:
        return passed('training range', "the means of the state are within the joints' limits")
    listed = ', '.join(
        f'{robot.state_names[i]} {centre[i]:.3g} ({lower[i]:.3g} to {upper[i]:.3g})'
        for i in outside
    )
    return failure(
        'training range',
        f'the training data were on average where this robot cannot be: {listed}',
        f'asset {robot.normalization.asset} is of another robot, in other units or in another '
        'order of joints: use the statistics of the training data',
    )


def _check_action_kind(robot: Robot, stats: NormStats) -> Finding:
    """Ask whether the actions' means lie around zero or around those of the state."""
    check, joints = 'action kind', len(robot.joints)
    if robot.state is not None:
        return passed(check, 'relative or absolute: a pose and the way of it do not tell')
    centre, spread = centre_and_spread(robot, stats.actions, joints)
    state, state_spread = centre_and_spread(robot, stats.state, joints)
    clear = np.abs(state) > CLEAR * np.maximum(spread, state_spread)
    # A gripper's command and its state may be on different scales, and velocities are no places.
    apart = (*robot.grippers, *robot.velocity_joints)
    clear &= np.array([name not in apart for name in robot.joint_names])
    looks_delta = np.abs(centre) < np.abs(centre - state)
    said_delta = np.array([name in robot.action_space.delta for name in robot.joint_names])
    wrong = np.flatnonzero(clear & (looks_delta != said_delta))
    told = int(np.sum(clear))
    if not wrong.size:
        if not told:
            return passed(check, 'relative or absolute: no joint is far enough from 0 to tell')
        return passed(check, f'as the robot says, by {told} joints at which it can be told')
    names = ', '.join(robot.joint_names[i] for i in wrong)
    return failure(
        check,
        f'by the statistics, actions of {names} are '
        f'{"relative" if looks_delta[wrong[0]] else "absolute"}, but the robot says otherwise',
        'put exactly the joints with relative actions into action_space.delta',
    )
