# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The viewer: films the run, cameras above, predicted chunk and executed joints below.

It only listens. `pi0_ros.viz` draws; this shell collects what there is to draw.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path

from diagnostic_msgs.msg import DiagnosticStatus
import numpy as np
from rclpy.node import Node
from rclpy.qos import QoSProfile, qos_profile_sensor_data
from sensor_msgs.msg import JointState
from std_msgs.msg import String
from trajectory_msgs.msg import JointTrajectory

from pi0_ros.convert import (
    IMAGE_READERS,
    joint_state_to_positions,
    message_to_chunk,
    time_to_ns,
)
from pi0_ros.nodes.parameters import ROBOT, Parameter, declare, robot_file
from pi0_ros.nodes.run import run
from pi0_ros.robots.spec import load_robot
from pi0_ros.types import NS_PER_S, Chunk, InputError
from pi0_ros.viz.film import Film, Frame, draw_frame
from pi0_ros.viz.plot import PAST_S

PARAMETERS = (
    ROBOT,
    Parameter('film', 'film.webm', 'the video file to write'),
    Parameter('rate_hz', 8.0, 'pictures per second of the film [Hz]', 1.0, 30.0),
    Parameter('checkpoint', '', 'whose folder name the film shows as that of the weights'),
)


# What the film shows of the other nodes' status: its label, and the key and unit of the value.
SHOWN = {
    'chunk_executor/state': {
        'executor': ('state', ''),
        'chunk age': ('chunk_age_s', 's'),
        'motions broken off': ('holds', ''),
    },
    'pi0_policy/chunk_info': {
        'chunk': ('chunk', ''),
        'image to chunk': ('latency_ms', 'ms'),
    },
}


class VizNode(Node):
    """Collect, draw, write."""

    def __init__(self) -> None:
        super().__init__('viewer')
        p = declare(self, PARAMETERS)
        self._robot = load_robot(robot_file(p.robot))
        self._film = Film(Path(p.film).resolve(), p.rate_hz)
        self._images: dict[str, Callable[[], np.ndarray]] = {}
        self._command = ''
        self._chunk: Chunk | None = None
        self._seams_ns: deque[int] = deque(maxlen=100)
        self._states: deque[tuple[int, np.ndarray]] = deque()
        self._status = {'weights': Path(p.checkpoint).name} if p.checkpoint else {}
        for camera, spec in self._robot.cameras.items():
            message_class, read = IMAGE_READERS[spec.transport]
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
        for topic, shown in SHOWN.items():
            take = partial(self._on_status, shown)
            self.create_subscription(DiagnosticStatus, topic, take, 10)
        self.create_timer(1.0 / p.rate_hz, self._draw)

    def _on_image(self, camera: str, read, message) -> None:
        # Kept as it came; only the frame that is drawn is decoded.
        self._images[camera] = partial(read, message)

    def _on_state(self, message: JointState) -> None:
        try:
            positions = joint_state_to_positions(message, self._robot.joint_names)
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

    def _on_status(self, shown: dict[str, tuple[str, str]], message: DiagnosticStatus) -> None:
        values = {pair.key: pair.value for pair in message.values}
        for label, (key, unit) in shown.items():
            number = values[key].partition('.')[0].isdigit()
            self._status[label] = f'{values[key]} {unit}'.strip() if number else values[key]

    def _draw(self) -> None:
        """Add one picture to the film."""
        now_ns = self.get_clock().now().nanoseconds
        while self._states and self._states[0][0] < now_ns - PAST_S * NS_PER_S:
            self._states.popleft()
        if not self._states:
            return
        frame = Frame(
            now_ns=now_ns,
            images=self._decode_images(),
            command=self._command,
            names=self._robot.joint_names,
            units=tuple(joint.unit for joint in self._robot.joints),
            times_ns=np.array([stamp_ns for stamp_ns, _ in self._states], np.int64),
            positions=np.array([positions for _, positions in self._states]),
            chunk=self._chunk,
            seams_ns=np.array(self._seams_ns, np.int64),
            status=self._status,
        )
        self._film.write(draw_frame(frame))

    def _decode_images(self) -> dict[str, np.ndarray]:
        pictures = {}
        for camera, read in self._images.items():
            try:
                pictures[camera] = read()
            except InputError as error:
                self.get_logger().error(f'camera {camera}: {error}', throttle_duration_sec=5.0)
        return pictures

    def destroy_node(self) -> None:
        """Finish the film and say where it is."""
        self._film.close()
        self.get_logger().info(f'film: {self._film.path} ({self._film.count} pictures)')
        super().destroy_node()


def main() -> None:
    """Run the node."""
    run(VizNode)
