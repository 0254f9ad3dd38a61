# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From a robot's joint targets to the Chunk that carries them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pi0_ros.robots.spec import Robot
from pi0_ros.types import NS_PER_S, Chunk

Array = NDArray[np.float64]


def make_chunk(
    robot: Robot, stamp_ns: int, times_ns: NDArray[np.int64], targets: Array, positions: Array
) -> Chunk:
    """
    Return joint targets as a chunk.

    A velocity holds from its point to the next, so the path of a joint that is told velocities
    begins where the joint was measured and has nothing of the last one yet.

    :param stamp_ns: capture time of the observation they were computed from [ns].
    :param times_ns: offsets of the points from the stamp [ns], (K,).
    :param targets: as :meth:`.transforms.ModelSpace.decode_actions` gives them, (K, J).
    :param positions: measured in the observation, (J,).
    :raises InputError: if a target is not finite.
    """
    if not robot.velocity_joints:
        return Chunk(stamp_ns, robot.joint_names, times_ns, targets)
    told = np.isin(robot.joint_names, robot.velocity_joints)
    steps = targets[:-1] * np.diff(times_ns)[:, None] / NS_PER_S
    path = positions + np.concatenate([np.zeros_like(targets[:1]), steps.cumsum(axis=0)])
    return Chunk(
        stamp_ns,
        robot.joint_names,
        times_ns,
        np.where(told, path, targets),
        np.where(told, targets, 0.0),
    )
