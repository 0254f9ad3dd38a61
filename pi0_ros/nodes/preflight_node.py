# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Does this checkpoint fit this robot? Listens for some seconds, prints a table, draws a sheet.

  ros2 run pi0_ros preflight --robot aloha_sim --checkpoint /path/to/folder

It sends nothing to the robot. It exits with 1 if a check has failed.
"""

from __future__ import annotations

import argparse
from pathlib import Path
import sys
import time

import cv2
from geometry_msgs.msg import PoseStamped
import numpy as np
import rclpy
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node
from rclpy.qos import qos_profile_sensor_data
from rclpy.utilities import remove_ros_args
from sensor_msgs.msg import JointState

from pi0_ros.convert import IMAGE_READERS, time_to_ns, type_name
from pi0_ros.model.checkpoint import load_config
from pi0_ros.nodes.parameters import robot_file
from pi0_ros.nodes.topics import StateInput
from pi0_ros.policy.command import check_command
from pi0_ros.policy.cpu import use_threads
from pi0_ros.policy.dtype import choose_dtype
from pi0_ros.policy.engine import AUTO
from pi0_ros.policy.memory import footprint
from pi0_ros.policy.observation_buffer import BufferSettings
from pi0_ros.policy.policy import NUM_STEPS, Policy, check_device
from pi0_ros.preflight.examine import examine
from pi0_ros.preflight.findings import Finding, Level, failure, passed, table, warning, worst
from pi0_ros.preflight.memory import check_memory
from pi0_ros.preflight.observed import CameraSeen, JointsSeen, Observed, Stream
from pi0_ros.preflight.subject import Subject
from pi0_ros.robots.spec import Robot, load_robot
from pi0_ros.types import InputError


class Ear:
    """Keeps what comes on one topic: stamps and arrivals of all, and some of the messages."""

    def __init__(self, node: Node, message_class, topic: str, *, keep_all: bool) -> None:
        self._node = node
        self._type = type_name(message_class)
        self._topic = node.resolve_topic_name(topic)
        self._keep_all = keep_all
        self._stamps_ns: list[int] = []
        self._arrivals_ns: list[int] = []
        self.messages: list = []
        node.create_subscription(message_class, topic, self._take, qos_profile_sensor_data)

    def _take(self, message) -> None:
        self._stamps_ns.append(time_to_ns(message.header.stamp))
        self._arrivals_ns.append(self._node.get_clock().now().nanoseconds)
        if len(self.messages) > 1 and not self._keep_all:
            self.messages.pop()  # the first stays: pictures are large
        self.messages.append(message)

    @property
    def stream(self) -> Stream:
        """What came, and what the graph says about the topic."""
        types = {topic: kinds for topic, kinds in self._node.get_topic_names_and_types()
                 if self._node.count_publishers(topic)}  # fmt: skip
        found = [kind for kind in types.get(self._topic, []) if kind != self._type]
        others = tuple(sorted(topic for topic, kinds in types.items() if self._type in kinds))
        return Stream(
            self._topic,
            tuple(self._stamps_ns),
            tuple(self._arrivals_ns),
            others,
            ', '.join(found),
        )


class Listener(Node):
    """Hears everything that a policy for this robot would hear."""

    def __init__(self, robot: Robot) -> None:
        super().__init__('preflight')
        self._robot = robot
        self._states: list[np.ndarray] = []  # (S,) each
        self._complaints: dict[str, None] = {}  # in order, each once
        self._joints = Ear(self, JointState, 'joint_states', keep_all=True)
        self._pose = robot.state and Ear(self, PoseStamped, robot.state.pose, keep_all=False)
        StateInput(
            self,
            robot,
            BufferSettings.max_spread_s,
            lambda _, state: self._states.append(state),
            lambda text: self._complaints.update({text: None}),
        )
        self._cameras = {
            name: Ear(self, IMAGE_READERS[camera.transport][0], camera.topic, keep_all=False)
            for name, camera in robot.cameras.items()
        }

    def listen(self, seconds: float) -> Observed:
        """Return what came in that time, which goes by the wall clock."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            rclpy.spin_once(self, timeout_sec=left)
        return Observed(
            seconds,
            cameras={name: self._camera(name, ear) for name, ear in self._cameras.items()},
            joints=JointsSeen(
                self._joints.stream, tuple(tuple(m.name) for m in self._joints.messages)
            ),
            states=np.array(self._states).reshape(-1, len(self._robot.state_names)),
            complaints=tuple(self._complaints),
            pose=self._pose and self._pose.stream,
        )

    def _camera(self, name: str, ear: Ear) -> CameraSeen:
        if not ear.messages:
            return CameraSeen(ear.stream)
        last = ear.messages[-1]
        encoding = last.encoding if hasattr(last, 'encoding') else last.format
        _, read = IMAGE_READERS[self._robot.cameras[name].transport]
        try:
            pictures = tuple(read(message) for message in ear.messages)
        except InputError as error:
            return CameraSeen(ear.stream, encoding, problem=str(error))
        return CameraSeen(ear.stream, encoding, pictures)


def load(arguments: argparse.Namespace, robot: Robot) -> tuple[list[Finding], Subject | None]:
    """Load the policy if there is room for it; return what was found, and it."""
    use_threads(0)  # as the policy node does by itself
    try:
        config = load_config(arguments.checkpoint)
        dtype = choose_dtype(AUTO, check_device(arguments.device), config).dtype
    except InputError as error:
        return [failure('checkpoint', str(error), 'mend what it names')], None
    needed = footprint(config, dtype, len(robot.cameras), num_steps=arguments.num_steps)
    memory = check_memory(needed, arguments.device)
    if memory.level == Level.FAIL:
        return [memory], None
    try:
        policy = Policy.load(
            arguments.checkpoint, robot, num_steps=arguments.num_steps, device=arguments.device
        )
        policy.warm_up()  # as the policy node does, whose times are wanted
    except InputError as error:
        return [memory, failure('checkpoint', str(error), 'mend what it names')], None
    complete = 'complete: no tensor is missing, unexpected or misshapen'
    return [memory, passed('checkpoint', complete)], Subject(robot, policy)


def preflight(arguments: argparse.Namespace) -> list[Finding]:
    """
    Load, listen, examine, and write the sheet.

    :raises InputError: if the robot's file or the sentence can't be used.
    """
    robot = load_robot(robot_file(arguments.robot))
    prompt = check_command(arguments.prompt)
    findings, subject = load(arguments, robot)
    if subject is None:
        return findings
    listener = Listener(robot)
    try:
        observed = listener.listen(arguments.seconds)
    finally:
        listener.destroy_node()
    report = examine(subject, observed, prompt, BufferSettings())
    return [*findings, *report.findings, write_sheet(arguments.sheet, report.sheet)]


def write_sheet(file: Path, sheet) -> Finding:
    """Write the contact sheet, (h, w, 3) RGB, and say where it is."""
    check = 'contact sheet'
    try:
        written = cv2.imwrite(str(file), cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR))
    except cv2.error:  # a kind of file that it does not know
        written = False
    if not written:
        return warning(check, f'{file} cannot be written', 'name another place, ending in .png')
    return passed(check, f'{file}: look whether each slot shows what its name says')


def parse(words: list[str]) -> argparse.Namespace:
    """Read the command line, ROS's own arguments left out."""
    parser = argparse.ArgumentParser(
        prog='preflight', description='Does this checkpoint fit this robot, as it stands now?'
    )
    parser.add_argument('--robot', required=True, help='a .yaml file, or an installed name')
    parser.add_argument('--checkpoint', required=True, type=Path, help='its folder')
    parser.add_argument('--device', default='cpu', help='cpu, cuda, cuda:1 ...')
    parser.add_argument('--num-steps', default=NUM_STEPS, type=int, help='from noise to actions')
    parser.add_argument('--prompt', default='pick up the cube', help='of the timed inference')
    parser.add_argument('--seconds', default=3.0, type=float, help='how long to listen [s]')
    parser.add_argument('--sheet', default=Path('preflight.png'), type=Path, help='the pictures')
    return parser.parse_args(words)


def main() -> None:
    """Print the table; exit with 1 if a check has failed, with 2 if none could be made."""
    arguments = parse(remove_ros_args(sys.argv)[1:])
    rclpy.init()
    try:
        findings = preflight(arguments)
    except InputError as error:
        rclpy.logging.get_logger('preflight').fatal(str(error))
        sys.exit(2)
    except (KeyboardInterrupt, ExternalShutdownException):
        sys.exit(2)
    finally:
        rclpy.try_shutdown()
    title = f'Preflight of {arguments.robot} with {arguments.checkpoint}'
    sys.stdout.write(table(title, findings) + '\n')
    sys.exit(1 if worst(findings) == Level.FAIL else 0)
