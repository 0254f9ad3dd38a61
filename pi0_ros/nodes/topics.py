# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Topics in which robots differ: an end effector's chunks and states come in two messages.

`action_chunk` carries joints, `action_chunk_cartesian` the end effector, with the same stamp; a
state is that of `joint_states`, or the pose that the robot's description names and some joints.
"""

from __future__ import annotations

from collections.abc import Callable

from geometry_msgs.msg import PoseStamped
import numpy as np
from rclpy.qos import QoSProfile, qos_profile_sensor_data
from sensor_msgs.msg import JointState
from trajectory_msgs.msg import JointTrajectory, MultiDOFJointTrajectory

from pi0_ros.convert import (
    chunk_to_message,
    chunk_to_messages,
    joint_state_to_positions,
    message_to_chunk,
    messages_to_chunk,
    pose_to_vector,
    time_to_ns,
)
from pi0_ros.robots.spec import Robot
from pi0_ros.types import NS_PER_S, Chunk, InputError

CHUNK, CARTESIAN_CHUNK, JOINT_STATES = 'action_chunk', 'action_chunk_cartesian', 'joint_states'
NEWEST = QoSProfile(depth=1)

Refuse = Callable[[str], None]  # hears what is wrong with a message


class ChunkOutput:
    """
    Publishes chunks from a managed node.

    :param node: while it is active.
    """

    def __init__(self, node, robot: Robot) -> None:
        self._node = node
        self._robot = robot
        self._outputs = [node.create_lifecycle_publisher(JointTrajectory, CHUNK, NEWEST)]
        if robot.axes:
            self._outputs.append(
                node.create_lifecycle_publisher(MultiDOFJointTrajectory, CARTESIAN_CHUNK, NEWEST)
            )

    def publish(self, chunk: Chunk) -> None:
        """Send a chunk of the robot."""
        robot = self._robot
        messages = (
            chunk_to_messages(chunk, robot.axes, robot.frame)
            if robot.axes
            else [chunk_to_message(chunk)]
        )
        for publisher, message in zip(self._outputs, messages, strict=True):
            publisher.publish(message)

    def close(self) -> None:
        """Give the topics back."""
        for publisher in self._outputs:
            self._node.destroy_publisher(publisher)


class ChunkInput:
    """
    Takes chunks; the halves of an end effector's chunk wait for each other, by their stamp.

    :param take: what to do with a chunk; may raise InputError.
    """

    def __init__(self, node, robot: Robot, take: Callable[[Chunk], None], refuse: Refuse) -> None:
        self._robot = robot
        self._take = take
        self._refuse = refuse
        self._joints: JointTrajectory | None = None
        self._cartesian: MultiDOFJointTrajectory | None = None
        node.create_subscription(JointTrajectory, CHUNK, self.on_joints, NEWEST)
        if robot.axes:
            node.create_subscription(
                MultiDOFJointTrajectory, CARTESIAN_CHUNK, self.on_cartesian, NEWEST
            )

    def on_joints(self, message: JointTrajectory) -> None:
        """Take a message of joints."""
        self._joints = message
        self._on_message()

    def on_cartesian(self, message: MultiDOFJointTrajectory) -> None:
        """Take a message of an end effector."""
        self._cartesian = message
        self._on_message()

    def _on_message(self) -> None:
        joints, cartesian, robot = self._joints, self._cartesian, self._robot
        try:
            if not robot.axes:
                self._take(message_to_chunk(joints))
            elif joints and cartesian and joints.header.stamp == cartesian.header.stamp:
                self._take(messages_to_chunk(joints, cartesian, robot.axes, robot.frame))
        except InputError as error:
            self._refuse(str(error))


class StateInput:
    """
    Takes a robot's states; a pose and joints that were measured together make one.

    :param spread_s: how far apart they may have been measured [s].
    :param take: what to do with a stamp [ns] and a state, (S,); may raise InputError.
    """

    def __init__(
        self,
        node,
        robot: Robot,
        spread_s: float,
        take: Callable[[int, np.ndarray], None],
        refuse: Refuse,
    ) -> None:
        self._robot = robot
        self._spread_ns = spread_s * NS_PER_S
        self._take = take
        self._refuse = refuse
        self._joints: tuple[int, np.ndarray] | None = None  # stamp [ns] and numbers
        self._pose: tuple[int, np.ndarray] | None = None
        self.subscriptions = [
            node.create_subscription(
                JointState, JOINT_STATES, self.on_joints, qos_profile_sensor_data
            )
        ]
        if robot.state is not None:
            self.subscriptions.append(
                node.create_subscription(
                    PoseStamped, robot.state.pose, self.on_pose, qos_profile_sensor_data
                )
            )

    def on_joints(self, message: JointState) -> None:
        """Take a message of joints."""
        try:
            positions = joint_state_to_positions(message, self._robot.state_joints)
            self._joints = time_to_ns(message.header.stamp), positions
            self._send()
        except InputError as error:
            self._refuse(str(error))

    def on_pose(self, message: PoseStamped) -> None:
        """Take a message of the end effector."""
        try:
            pose = pose_to_vector(message, self._robot.frame)
            self._pose = time_to_ns(message.header.stamp), pose
            self._send()
        except InputError as error:
            self._refuse(str(error))

    def _send(self) -> None:
        """Pass on what belongs together; its stamp is the older of the two."""
        if self._robot.state is None:
            self._take(*self._joints)
        elif self._joints and self._pose:
            (joints_ns, joints), (pose_ns, pose) = self._joints, self._pose
            if abs(joints_ns - pose_ns) <= self._spread_ns:
                self._take(min(joints_ns, pose_ns), np.concatenate([pose, joints]))
