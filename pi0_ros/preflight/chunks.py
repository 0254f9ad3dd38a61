# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Where a chunk leads: on from where the robot is, and within its limits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pi0_ros.preflight.findings import Finding, failure, passed, warning
from pi0_ros.robots.spec import Robot
from pi0_ros.types import NS_PER_S, Chunk

Array = NDArray[np.float64]

# A chunk goes on from where the robot is: its first target is no farther away than this [s] at
# the joint's highest speed.
FIRST_MOTION_S = 0.5


def check_chunk(robot: Robot, chunk: Chunk, state: Array) -> Finding:
    """
    Look where a chunk leads a robot.

    :param state: measured when the chunk begins, (S,).
    """
    check, start = 'first chunk', _start(robot, chunk, state)
    distance = np.abs(chunk.positions - start)  # (K, J)
    # Grippers snap: their actions are absolute and often only open or closed.
    arms = np.array([name not in robot.grippers for name in robot.joint_names])
    jumps = np.flatnonzero(arms & (distance[0] > FIRST_MOTION_S * robot.velocity_limits))
    if jumps.size:
        names = ', '.join(f'{robot.joint_names[i]} {distance[0, i]:.3g}' for i in jumps)
        return failure(
            check,
            f'it begins far from where the robot is: {names}',
            'check action_space.delta, signs and offsets, and the asset of the statistics',
        )
    lower, upper = robot.position_limits
    slack = 0.05 * (upper - lower)
    outside = (chunk.positions < lower - slack) | (chunk.positions > upper + slack)
    if outside.any():
        names = ', '.join(robot.joint_names[i] for i in np.flatnonzero(outside.any(axis=0)))
        return warning(
            check,
            f'{outside.sum()} of {outside.size} targets are outside the limits of {names}',
            "the executor stops at the limits; check them in the robot's file",
        )
    last_s = int(chunk.times_ns[-1]) / NS_PER_S
    farthest = int(np.argmax(distance.max(axis=0)))
    return passed(
        check,
        f'it goes on from where the robot is, within the limits; {robot.joint_names[farthest]} '
        f'moves most, by {distance[:, farthest].max():.3g} {robot.joints[farthest].unit} '
        f'in {last_s:.2f} s',
    )


def _start(robot: Robot, chunk: Chunk, state: Array) -> Array:
    """Return where each joint is, (J,): an end effector at the origin of its own axes."""
    if robot.state is None:
        return state
    at = dict.fromkeys(robot.axes, 0.0)
    at.update(
        (name, value)
        for name, value in zip(robot.state_names, state, strict=True)
        if name in robot.measured_joints
    )
    first = zip(robot.joint_names, chunk.positions[0], strict=True)
    return np.array([at.get(name, target) for name, target in first])
