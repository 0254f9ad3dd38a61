# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Commands to controllers, and what a controller reads. Letters in shapes: J joints."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from functools import lru_cache

from geometry_msgs.msg import TwistStamped
import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import JointState
from std_msgs.msg import Float64MultiArray, Header
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint

from pi0_ros.convert.basics import ns_to_duration, ns_to_time, time_to_ns
from pi0_ros.convert.cartesian import twist_to_targets
from pi0_ros.convert.joints import joint_state_to_positions
from pi0_ros.types import Command, InputError, finite_array


def command_to_array(
    command: Command, joints: Sequence[str], field: str = 'position'
) -> Float64MultiArray:
    """Return positions or velocities of some joints as forward_command_controller takes them."""
    values = command.velocities if field == 'velocity' else command.positions
    return Float64MultiArray(data=_pick(command, joints, values))


def command_to_trajectory(
    path: Sequence[Command], joints: Sequence[str], lead_ns: int
) -> JointTrajectory:
    """
    Return the targets of some joints as joint_trajectory_controller takes them.

    The stamp is 0, which means "from now": the controller's own clock never has to agree with
    ours, and nothing can lie in its past. The command is one lead ahead; what follows it is for
    the case that no other message comes.

    :param path: a command and how it would come to rest; every one knows the joints.
    :param lead_ns: time in which the controller is to reach the command [ns].
    """
    begins_ns = path[0].stamp_ns - lead_ns
    points = [
        JointTrajectoryPoint(
            positions=_pick(command, joints, command.positions),
            velocities=_pick(command, joints, command.velocities),
            time_from_start=ns_to_duration(command.stamp_ns - begins_ns),
        )
        for command in path
    ]
    return JointTrajectory(joint_names=list(joints), points=points)


def command_to_joint_state(command: Command, joints: Sequence[str]) -> JointState:
    """Return the targets of some joints as a joint state."""
    return JointState(
        header=Header(stamp=ns_to_time(command.stamp_ns)),
        name=list(joints),
        position=_pick(command, joints, command.positions),
        velocity=_pick(command, joints, command.velocities),
    )


def array_to_targets(message: Float64MultiArray, joints: Sequence[str]) -> NDArray[np.float64]:
    """
    Return the targets of the joints, (J,).

    :raises InputError: if there is another number of them, or one is not finite.
    """
    return finite_array(message.data, (len(joints),), 'command', joints)


def trajectory_to_targets(message: JointTrajectory, joints: Sequence[str]) -> NDArray[np.float64]:
    """
    Return the targets of the joints from a command and how it would come to rest, (J,).

    :raises InputError: if it has no points, or several that are more than that: with a stamp, or
        without coming to rest; if it lacks a joint, or a target is not finite.
    """
    if not message.points:
        raise InputError('command: expected a trajectory with a point, found none')
    if len(message.points) > 1:
        stamp_ns, last = time_to_ns(message.header.stamp), message.points[-1]
        if stamp_ns or not len(last.velocities) or any(last.velocities):
            raise InputError(
                'command: expected a trajectory of one point, or with stamp 0 and at rest in its '
                f'last, found {len(message.points)} points, stamp {stamp_ns} ns and last '
                f'velocities {list(last.velocities)}'
            )
    positions = message.points[0].positions
    state = JointState(name=list(message.joint_names), position=list(positions))
    return joint_state_to_positions(state, joints)


# How a controller's commands travel, in the words of the robot's description.
COMMAND_READERS = {
    'float64_multi_array': (Float64MultiArray, array_to_targets),
    'joint_state': (JointState, joint_state_to_positions),
    'joint_trajectory': (JointTrajectory, trajectory_to_targets),
    'twist_stamped': (TwistStamped, twist_to_targets),
}


def _pick(command: Command, joints: Sequence[str], values: NDArray[np.float64]) -> array[float]:
    """
    Return the values of some joints in the order asked for.

    Messages take an array as it is; of a list they check each item, at every tick.
    """
    return array('d', values[_index(command.names, tuple(joints))].tobytes())


@lru_cache(maxsize=64)
def _index(names: tuple[str, ...], joints: tuple[str, ...]) -> list[int]:
    """Return where joints stand among names."""
    return [names.index(joint) for joint in joints]
