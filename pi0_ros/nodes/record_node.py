# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The recorder: a robot's own topics into rosbag2, one recording for each episode.

It keeps what the policy sees (cameras, joint states, the sentence) and what the robot is told,
as serialized bytes: nothing is converted, nothing is lost. `~/start` begins an episode, `~/stop`
ends it with its label, `~/discard` deletes it. :mod:`pi0_ros.train.rosbag` reads the recordings.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from geometry_msgs.msg import PoseStamped
from rclpy.node import Node
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rclpy.serialization import deserialize_message
from sensor_msgs.msg import JointState
from std_msgs.msg import String
from std_srvs.srv import SetBool, Trigger
from trajectory_msgs.msg import JointTrajectory, MultiDOFJointTrajectory

from pi0_ros.convert import (
    COMMAND_READERS,
    IMAGE_READERS,
    diagnostics_message,
    status_message,
    type_name,
)
from pi0_ros.nodes.parameters import ROBOT, Parameter, declare, robot_file
from pi0_ros.nodes.run import run
from pi0_ros.nodes.topics import CARTESIAN_CHUNK, CHUNK
from pi0_ros.policy.command import check_command
from pi0_ros.recording import STORAGES, EpisodeInfo, Recording, next_episode
from pi0_ros.robots.spec import Robot, load_robot
from pi0_ros.types import NS_PER_S, InputError

PARAMETERS = (
    ROBOT,
    Parameter('folder', 'recordings', 'where the episodes go, each in a folder of its own'),
    Parameter('storage', 'mcap', "rosbag2's form of storage", choices=tuple(STORAGES)),
    Parameter('chunks', False, 'record the chunks too; training does not need it'),
)

NAME = 'recorder'
# Deep enough for the while in which a disk is busy.
SENSORS = QoSProfile(depth=100, reliability=ReliabilityPolicy.BEST_EFFORT)
RELIABLE = QoSProfile(depth=100)


class RecordNode(Node):
    """Listen, write, report."""

    def __init__(self) -> None:
        super().__init__(NAME)
        p = declare(self, PARAMETERS)
        robot = load_robot(robot_file(p.robot))
        self._robot = robot.name
        self._folder = Path(p.folder).resolve()
        self._storage = p.storage
        self._recording: Recording | None = None
        self._started_ns = self._written_ns = 0
        self._spoken: bytes | None = None  # the last sentence, as it came
        self._sentences: list[str] = []  # of the running episode
        self._failure = ''  # of the last episode
        self._topics: dict[str, str] = {}  # relative name to full name
        self._types: dict[str, str] = {}  # full name to type
        self._command = self._listen('command', String, RELIABLE)
        self._listen_to(robot)
        if p.chunks:
            self._listen(CHUNK, JointTrajectory, RELIABLE)
            if robot.axes:
                self._listen(CARTESIAN_CHUNK, MultiDOFJointTrajectory, RELIABLE)
        self._state_out = self.create_publisher(DiagnosticStatus, '~/state', 10)
        self._diagnostics_out = self.create_publisher(DiagnosticArray, '/diagnostics', 10)
        self.create_service(Trigger, '~/start', self._on_start)
        self.create_service(SetBool, '~/stop', self._on_stop)
        self.create_service(Trigger, '~/discard', self._on_discard)
        self.create_timer(1.0, self._report)

    def _listen_to(self, robot: Robot) -> None:
        for camera in robot.cameras.values():
            self._listen(camera.topic, IMAGE_READERS[camera.transport][0], SENSORS)
        self._listen('joint_states', JointState, SENSORS)
        if robot.state is not None:
            self._listen(robot.state.pose, PoseStamped, SENSORS)
        for output in robot.outputs:
            self._listen(output.topic, COMMAND_READERS[output.message][0], RELIABLE)

    def _listen(self, name: str, message_class, quality: QoSProfile) -> str:
        """Subscribe to a topic's bytes and return its full name."""
        topic = self.resolve_topic_name(name)
        self._topics[name] = topic
        self._types[topic] = type_name(message_class)
        take = partial(self._on_message, topic)
        self.create_subscription(message_class, name, take, quality, raw=True)
        return topic

    def _now_ns(self) -> int:
        return self.get_clock().now().nanoseconds

    def _on_message(self, topic: str, data: bytes) -> None:
        if topic == self._command:
            self._spoken = data
            if self._recording is not None:
                self._sentences.append(deserialize_message(data, String).data)
        if self._recording is not None:
            self._write(topic, self._now_ns(), data)

    def _write(self, topic: str, now_ns: int, data: bytes) -> None:
        """Add a message, or end the episode if that can't be done."""
        if now_ns < self._written_ns:
            self._fail(f'{self._recording.folder}: the clock went back')
            return
        self._written_ns = now_ns
        try:
            self._recording.write(topic, now_ns, data)
        except OSError as error:
            self._fail(str(error))

    def _fail(self, reason: str) -> None:
        """Leave the running episode unfinished, and say why."""
        self._recording.abandon()
        self._recording = None
        self._failure = f'the episode is broken off: {reason}'
        self.get_logger().error(self._failure)

    # The services.

    def _on_start(self, _request: Trigger.Request, response: Trigger.Response):
        try:
            response.message = self._start(self._now_ns())
            response.success = True
        except (InputError, OSError) as error:
            response.success, response.message = False, str(error)
        return self._answer(response)

    def _start(self, now_ns: int) -> str:
        """
        Begin an episode and say where.

        :raises InputError: if it can't begin now.
        :raises OSError: if it can't be written.
        """
        if self._recording is not None:
            raise InputError(f'{self._recording.folder} is running')
        if self._spoken is None:
            raise InputError('no sentence has been heard')
        if now_ns <= 0:
            raise InputError('the clock has not begun')
        sentence = check_command(deserialize_message(self._spoken, String).data)
        self._failure = ''
        self._recording = Recording(next_episode(self._folder), self._storage, self._types)
        self._started_ns = self._written_ns = now_ns
        self._sentences = [sentence]
        # A recording holds its own sentence, though it was said before.
        self._write(self._command, now_ns, self._spoken)
        if self._recording is None:
            raise OSError(self._failure)
        return f'{self._recording.folder} begins: "{sentence}"'

    def _on_stop(self, request: SetBool.Request, response: SetBool.Response):
        response.success, response.message = self._end(success=request.data)
        return self._answer(response)

    def _on_discard(self, _request: Trigger.Request, response: Trigger.Response):
        if self._recording is None:
            response.success, response.message = False, self._nothing_runs()
            return response
        recording, self._recording = self._recording, None
        try:
            recording.discard()
            response.success, response.message = True, f'{recording.folder} is deleted'
        except OSError as error:
            response.success, response.message = False, str(error)
        return self._answer(response)

    def _answer(self, response):
        """Say what has changed, and return the response."""
        self.get_logger().info(response.message)
        self._report()
        return response

    def _nothing_runs(self) -> str:
        return self._failure or 'no episode is running'

    def _end(self, *, success: bool | None) -> tuple[bool, str]:
        """Finish the episode; return whether that went well, and what to say."""
        if self._recording is None:
            return False, self._nothing_runs()
        recording, now_ns = self._recording, self._now_ns()
        sentences = tuple(dict.fromkeys(self._sentences))
        info = EpisodeInfo(
            robot=self._robot,
            sentences=sentences,
            success=success,
            start_ns=self._started_ns,
            end_ns=now_ns,
            topics=self._topics,
            counts=recording.counts,
        )
        try:
            recording.close(info)
        except OSError as error:
            self._fail(str(error))
            return False, self._failure
        self._recording = None
        label = {True: 'a success', False: 'a failure', None: 'no label'}[success]
        text = f'{recording.folder}: {self._duration_s(now_ns):.1f} s, {label}'
        return True, text + self._silent_topics(recording)

    def _duration_s(self, now_ns: int) -> float:
        return (now_ns - self._started_ns) / NS_PER_S

    def _silent_topics(self, recording: Recording) -> str:
        silent = [topic for topic, count in recording.counts.items() if not count]
        return f'; nothing came on {", ".join(silent)}' if silent else ''

    def _report(self) -> None:
        """Say what is going on, once a second and when it changes."""
        now_ns, recording = self._now_ns(), self._recording
        level, text, values = DiagnosticStatus.OK, 'no episode is running', {'state': 'IDLE'}
        if recording is not None:
            silent = self._silent_topics(recording)
            level = DiagnosticStatus.WARN if silent else DiagnosticStatus.OK
            text = f'{recording.folder.name}: {self._duration_s(now_ns):.1f} s{silent}'
            values = {'state': 'RECORDING', **recording.counts}
        elif self._failure:
            level, text, values = DiagnosticStatus.ERROR, self._failure, {'state': 'FAILED'}
        status = status_message(NAME, level, text, values)
        self._state_out.publish(status)
        self._diagnostics_out.publish(diagnostics_message(now_ns, status))

    def destroy_node(self) -> None:
        """Close a running episode, without a label, before the node goes."""
        if self._recording is not None:
            _, text = self._end(success=None)
            self.get_logger().info(text)
        super().destroy_node()


def main() -> None:
    """Run the node."""
    run(RecordNode)
