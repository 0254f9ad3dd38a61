# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
End effectors: poses, twists, and the half of a chunk that tells twists.

Six numbers stand for a pose (x, y, z [m], then a rotation vector [rad]) and for a twist (along and
about x, y, z, [m/s] and [rad/s]). Letters in shapes: J joints, K points of a chunk.
"""

from __future__ import annotations

from collections.abc import Sequence

from geometry_msgs.msg import PoseStamped, Twist, TwistStamped, Vector3
import numpy as np
from numpy.typing import NDArray
from std_msgs.msg import Header
from trajectory_msgs.msg import (
    JointTrajectory,
    MultiDOFJointTrajectory,
    MultiDOFJointTrajectoryPoint,
)

from pi0_ros.convert.basics import ns_to_duration, ns_to_time, time_to_ns
from pi0_ros.convert.chunks import chunk_to_message, message_to_chunk
from pi0_ros.types import Chunk, Command, InputError, finite_array, integrate

# What MultiDOFJointTrajectory calls a joint: the whole of the end effector.
END_EFFECTOR = 'end_effector'
_PARTS = ('x', 'y', 'z', 'rx', 'ry', 'rz')


def pose_to_vector(message: PoseStamped, frame: str) -> NDArray[np.float64]:
    """
    Return a pose as a position and a rotation vector, (6,) [m] and [rad].

    A rotation vector is openpi's (examples/libero/main.py, `_quat2axisangle`). Two quaternions
    mean the same orientation and give vectors of other lengths; taken is the one whose largest
    part is positive, so that a hand that points down, as LIBERO's does, stays about pi from zero.

    :param frame: in which the pose must be.
    :raises InputError: if it is in another, a number is not finite, or its quaternion isn't one.
    """
    _check_frame(message.header.frame_id, frame, 'pose')
    p, q = message.pose.position, message.pose.orientation
    place = finite_array([p.x, p.y, p.z], (3,), 'pose: position', _PARTS)
    quaternion = finite_array(
        [q.x, q.y, q.z, q.w], (4,), 'pose: orientation', ('x', 'y', 'z', 'w')
    )
    length = np.linalg.norm(quaternion)
    if not 0.99 < length < 1.01:
        raise InputError(
            f'pose: orientation: expected a quaternion of length 1, found {length:.3f}'
        )
    quaternion = quaternion / (length * np.sign(quaternion[np.argmax(np.abs(quaternion))]))
    sine = np.linalg.norm(quaternion[:3])
    angle = 2.0 * np.arctan2(sine, quaternion[3])
    axis = quaternion[:3] / sine if sine > 0.0 else np.zeros(3)
    return np.concatenate([place, axis * angle])


def chunk_to_messages(
    chunk: Chunk, axes: Sequence[str], frame: str
) -> tuple[JointTrajectory, MultiDOFJointTrajectory]:
    """
    Return a chunk as two messages of the same stamp: its other joints, and the end effector.

    :param axes: names of the end effector's joints, in the order of a twist.
    :param frame: in which the twists are.
    """
    others = [j for j, name in enumerate(chunk.names) if name not in axes]
    joints = Chunk(
        chunk.stamp_ns,
        tuple(chunk.names[j] for j in others),
        chunk.times_ns,
        chunk.positions[:, others],
    )
    twists = chunk.velocities[:, [chunk.names.index(axis) for axis in axes]]
    points = [
        MultiDOFJointTrajectoryPoint(
            velocities=[_vector_to_twist(row)], time_from_start=ns_to_duration(time_ns)
        )
        for time_ns, row in zip(chunk.times_ns, twists, strict=True)
    ]
    header = Header(stamp=ns_to_time(chunk.stamp_ns), frame_id=frame)
    return chunk_to_message(joints), MultiDOFJointTrajectory(
        header=header, joint_names=[END_EFFECTOR], points=points
    )


def messages_to_chunk(
    joints: JointTrajectory, cartesian: MultiDOFJointTrajectory, axes: Sequence[str], frame: str
) -> Chunk:
    """
    Undo :func:`chunk_to_messages`; the axes come first.

    :raises InputError: if the two don't belong together, twists are in another frame, or either
        is no chunk.
    """
    chunk = message_to_chunk(joints)
    where = 'cartesian chunk'
    _check_frame(cartesian.header.frame_id, frame, where)
    stamp_ns = time_to_ns(cartesian.header.stamp)
    times_ns = [time_to_ns(point.time_from_start) for point in cartesian.points]
    if stamp_ns != chunk.stamp_ns or times_ns != chunk.times_ns.tolist():
        raise InputError(f'{where}: its stamp or its times are not those of the other joints')
    for k, point in enumerate(cartesian.points):
        if len(point.velocities) != 1:
            raise InputError(
                f'{where}: point {k} has {len(point.velocities)} twists, expected one'
            )
    rows = [_twist_to_vector(point.velocities[0]) for point in cartesian.points]
    twists = finite_array(rows, (len(rows), len(axes)), where, axes)
    path = integrate(twists, chunk.times_ns, np.zeros(len(axes)))
    return Chunk(
        stamp_ns,
        (*axes, *chunk.names),
        chunk.times_ns,
        np.hstack([path, chunk.positions]),
        np.hstack([twists, np.zeros_like(chunk.positions)]),
    )


def command_to_twist(command: Command, joints: Sequence[str], frame: str) -> TwistStamped:
    """Return the velocities of an end effector's axes as MoveIt Servo takes them."""
    values = [float(command.velocities[command.names.index(joint)]) for joint in joints]
    header = Header(stamp=ns_to_time(command.stamp_ns), frame_id=frame)
    return TwistStamped(header=header, twist=_vector_to_twist(values))


def twist_to_targets(message: TwistStamped, joints: Sequence[str]) -> NDArray[np.float64]:
    """
    Return the velocities of an end effector's axes, (6,) [m/s] and [rad/s].

    :raises InputError: if one is not finite.
    """
    return finite_array(_twist_to_vector(message.twist), (len(joints),), 'command', joints)


def _check_frame(found: str, expected: str, where: str) -> None:
    if found != expected:
        raise InputError(f'{where}: expected in frame {expected!r}, found {found!r}')


def _vector_to_twist(values: Sequence[float]) -> Twist:
    x, y, z, rx, ry, rz = map(float, values)
    return Twist(linear=Vector3(x=x, y=y, z=z), angular=Vector3(x=rx, y=ry, z=rz))


def _twist_to_vector(twist: Twist) -> list[float]:
    return [value for part in (twist.linear, twist.angular) for value in (part.x, part.y, part.z)]
