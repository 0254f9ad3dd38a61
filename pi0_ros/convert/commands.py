# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Commands to controllers, and what a controller reads. Letters in shapes: J joints."""

from __future__ import annotations

from collections.abc import Sequence

from geometry_msgs.msg import TwistStamped
import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import JointState
from std_msgs.msg import Float64MultiArray, Header
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint

from pi0_ros.convert.basics import ns_to_duration, ns_to_time
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
    command: Command, joints: Sequence[str], lead_ns: int
) -> JointTrajectory:
    """
    Return the targets of some joints as joint_trajectory_controller takes them.

    A single point, one lead ahead, with stamp 0, which means "from now": the controller's own
    clock never has to agree with ours, and nothing can lie in its past.
    """
    point = JointTrajectoryPoint(
        positions=_pick(command, joints, command.positions),
        time_from_start=ns_to_duration(lead_ns),
    )
    return JointTrajectory(joint_names=list(joints), points=[point])


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
    Return the targets of the joints from a trajectory of one point, (J,).

    :raises InputError: if it has another number of points, lacks a joint, or a target is not
        finite.
    """
    if len(message.points) != 1:
        raise InputError(
            f'command: expected a trajectory of one point, found {len(message.points)}'
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


def _pick(command: Command, joints: Sequence[str], values: NDArray[np.float64]) -> list[float]:
    """Return the values of some joints in the order asked for."""
    return [float(values[command.names.index(joint)]) for joint in joints]
