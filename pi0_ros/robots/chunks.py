# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From a robot's joint targets to the Chunk that carries them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pi0_ros.robots.spec import Robot
from pi0_ros.types import NS_PER_S, Chunk, integrate

Array = NDArray[np.float64]


def point_times_ns(robot: Robot, count: int) -> NDArray[np.int64]:
    """Return when the points of a chunk are meant, from its stamp on [ns], (count,)."""
    times_ns: NDArray[np.int64] = np.rint(np.arange(count) * (NS_PER_S / robot.rate_hz)).astype(
        np.int64
    )
    return times_ns


def make_chunk(
    robot: Robot, stamp_ns: int, times_ns: NDArray[np.int64], targets: Array, positions: Array
) -> Chunk:
    """
    Return joint targets as a chunk.

    The path of a joint that is told velocities begins where the joint was measured; an end
    effector is always at the origin of its own axes.

    :param stamp_ns: capture time of the observation they were computed from [ns].
    :param times_ns: offsets of the points from the stamp [ns], (K,).
    :param targets: as :meth:`.transforms.ModelSpace.decode_actions` gives them, (K, J).
    :param positions: the observation's state, (S,).
    :raises InputError: if a target is not finite.
    """
    if not robot.velocity_joints:
        return Chunk(stamp_ns, robot.joint_names, times_ns, targets)
    told = np.isin(robot.joint_names, robot.velocity_joints)
    start = np.zeros(len(robot.joints)) if robot.axes else positions
    path = integrate(targets, times_ns, start)
    return Chunk(
        stamp_ns,
        robot.joint_names,
        times_ns,
        np.where(told, path, targets),
        np.where(told, targets, 0.0),
    )
