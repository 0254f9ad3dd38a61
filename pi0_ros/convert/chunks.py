# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Chunks. Letters in shapes: J joints, K points of a chunk."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from std_msgs.msg import Header
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint

from pi0_ros.convert.basics import ns_to_duration, ns_to_time, time_to_ns
from pi0_ros.types import Chunk, InputError, check_joint_names


def chunk_to_message(chunk: Chunk) -> JointTrajectory:
    """Return a chunk as a trajectory; point k is meant for header.stamp + time_from_start."""
    points = [
        JointTrajectoryPoint(positions=row.tolist(), time_from_start=ns_to_duration(time_ns))
        for time_ns, row in zip(chunk.times_ns, chunk.positions, strict=True)
    ]
    if chunk.velocities is not None:
        for point, row in zip(points, chunk.velocities, strict=True):
            point.velocities = row.tolist()
    header = Header(stamp=ns_to_time(chunk.stamp_ns))
    return JointTrajectory(header=header, joint_names=list(chunk.names), points=points)


def message_to_chunk(message: JointTrajectory) -> Chunk:
    """
    Return a trajectory as a chunk; velocities are in all of its points or in none.

    :raises InputError: if it has no points, a point without one number per joint, unordered
        times, doubled names or values that are not finite.
    """
    names = check_joint_names(message.joint_names, 'chunk')
    has_velocities = any(len(point.velocities) for point in message.points)
    return Chunk(
        stamp_ns=time_to_ns(message.header.stamp),
        names=names,
        times_ns=np.array([time_to_ns(p.time_from_start) for p in message.points], np.int64),
        positions=_rows(message, 'positions'),
        velocities=_rows(message, 'velocities') if has_velocities else None,
    )


def _rows(message: JointTrajectory, field: str) -> NDArray[np.float64]:
    """Return a field of all points, (K, J)."""
    width = len(message.joint_names)
    rows = [getattr(point, field) for point in message.points]
    for k, found in enumerate(map(len, rows)):
        if found != width:
            raise InputError(f'chunk: point {k} has {found} {field} for {width} joints')
    return np.array(rows).reshape(-1, width)
