# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The viewer: films the run, cameras above, predicted chunk and executed joints below.

It only listens. `pi0_ros.viz` draws; this shell collects what there is to draw.
"""

from __future__ import annotations

from collections import deque
from functools import partial
from pathlib import Path

from diagnostic_msgs.msg import DiagnosticStatus
import numpy as np
from rclpy.node import Node
from rclpy.qos import QoSProfile, qos_profile_sensor_data
from sensor_msgs.msg import CompressedImage, Image, JointState
from std_msgs.msg import String
from trajectory_msgs.msg import JointTrajectory

from pi0_ros.nodes.convert import (
    compressed_to_rgb,
    image_to_rgb,
    joint_state_to_positions,
    message_to_chunk,
    time_to_ns,
)
from pi0_ros.nodes.parameters import ROBOT, Parameter, declare, robot_file
from pi0_ros.nodes.run import run
from pi0_ros.robots.spec import load_robot
from pi0_ros.types import Chunk, InputError
from pi0_ros.viz.film import HISTORY_NS, Film, draw_frame

PARAMETERS = (
    ROBOT,
    Parameter('film', 'film.webm', 'the video file to write'),
    Parameter('rate_hz', 10.0, 'pictures per second of the film [Hz]', 1.0, 30.0),
    Parameter('title', '', 'a line that stands in the film all the time'),
)


class VizNode(Node):
    """Collect, draw, write."""

    def __init__(self) -> None:
        super().__init__('viewer')
        p = declare(self, PARAMETERS)
        robot = load_robot(robot_file(p.robot))
        self._names = robot.joint_names
        self._path = Path(p.film).resolve()
        self._film = Film(self._path, p.rate_hz)
        self._title = p.title
        self._images: dict[str, np.ndarray] = {}
        self._command = ''
        self._chunk: Chunk | None = None
        self._seams_ns: deque[int] = deque(maxlen=100)
        self._states: deque[tuple[int, np.ndarray]] = deque(maxlen=2000)
        self._status = {'executor': 'not there yet', 'policy': 'no chunk yet'}
        for camera, spec in robot.cameras.items():
            message_class, read = {
                'raw': (Image, image_to_rgb),
                'compressed': (CompressedImage, compressed_to_rgb),
            }[spec.transport]
            self.create_subscription(
                message_class,
                spec.topic,
                partial(self._on_image, camera, read),
                qos_profile_sensor_data,
            )
        self.create_subscription(
            JointState, 'joint_states', self._on_state, qos_profile_sensor_data
        )
        self.create_subscription(
            JointTrajectory, 'action_chunk', self._on_chunk, QoSProfile(depth=1)
        )
        self.create_subscription(String, 'command', self._on_command, 10)
        for name, topic in (
            ('executor', 'chunk_executor/state'),
            ('policy', 'pi0_policy/chunk_info'),
        ):
            self.create_subscription(DiagnosticStatus, topic, partial(self._on_status, name), 10)
        self.create_timer(1.0 / p.rate_hz, self._draw)

    def _on_image(self, camera: str, read, message) -> None:
        # Kept as it came; only the frame that is drawn is decoded.
        self._images[camera] = partial(read, message)

    def _on_state(self, message: JointState) -> None:
        try:
            positions = joint_state_to_positions(message, self._names)
        except InputError:
            return  # the executor reports it; a viewer shows what there is
        self._states.append((time_to_ns(message.header.stamp), positions))

    def _on_chunk(self, message: JointTrajectory) -> None:
        try:
            self._chunk = message_to_chunk(message)
        except InputError:
            return  # as above
        self._seams_ns.append(self.get_clock().now().nanoseconds)

    def _on_command(self, message: String) -> None:
        self._command = message.data

    def _on_status(self, name: str, message: DiagnosticStatus) -> None:
        self._status[name] = message.message

    def _draw(self) -> None:
        """Add one picture to the film."""
        now_ns = self.get_clock().now().nanoseconds
        while self._states and self._states[0][0] < now_ns - HISTORY_NS:
            self._states.popleft()
        if not self._states:
            return
        self._film.write(
            draw_frame(
                images={camera: read() for camera, read in self._images.items()},
                command=self._command,
                joint_names=self._names,
                now_ns=now_ns,
                history_ns=np.array([stamp_ns for stamp_ns, _ in self._states]),
                history=np.array([positions for _, positions in self._states]),
                chunk=self._chunk,
                seams_ns=list(self._seams_ns),
                status=self._status,
            )
        )

    def destroy_node(self) -> None:
        """Finish the film and say where it is."""
        self._film.close()
        self.get_logger().info(f'film: {self._path} ({self._film.frame_count} pictures)')
        super().destroy_node()


def main() -> None:
    """Run the node."""
    run(VizNode)
