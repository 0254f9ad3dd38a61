# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a robot's recording holds, topic by topic, converted as the live nodes do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from pi0_ros.convert import (
    COMMAND_READERS,
    IMAGE_READERS,
    joint_state_to_positions,
    pose_to_vector,
    time_to_ns,
    type_name,
)
from pi0_ros.recording import EpisodeInfo
from pi0_ros.robots.parts import Output
from pi0_ros.robots.spec import Robot
from pi0_ros.train.episode import Array, Picture
from pi0_ros.train.rosbag.bag import Bag, Message, open_bag
from pi0_ros.train.rosbag.series import Series
from pi0_ros.types import NS_PER_S, InputError

Take = Callable[[Message], None]

STATE_TYPE = 'sensor_msgs/msg/JointState'
POSE_TYPE = 'geometry_msgs/msg/PoseStamped'
SENTENCE_TYPE = 'std_msgs/msg/String'


class RecordedCamera(NamedTuple):
    """
    The pictures of a camera, still in the recording.

    :param topic: full name.
    :param read: message to picture.
    :param series: by the stamps of their headers, when they arrived at the recorder [ns].
    """

    topic: str
    read: Callable[[Any], Picture]
    series: Series[int]


class Inputs(NamedTuple):
    """
    Everything that a recording holds.

    :param cameras: by the names in the robot's description; one that may be missing, and was, is
        not there.
    :param states: parts of the robot's state, which side by side make it, (S,), each by the
        stamps of its headers.
    :param commands: targets of the joints of each of the robot's outputs, by arrival.
    :param sentences: by arrival.
    """

    cameras: dict[str, RecordedCamera]
    states: list[Series[Array]]
    commands: list[Series[Array]]
    sentences: Series[str]


def stamp_of(message: Message) -> int:
    """Return the stamp in a message's header [ns]."""
    return time_to_ns(message.content.header.stamp)


def read_inputs(folder: Path, robot: Robot, info: EpisodeInfo) -> Inputs:
    """
    Read a recording from end to end, once.

    :raises InputError: naming folder and topic, if an input is missing, of another type, or holds
        something that can't be used.
    """
    topics = _Topics(folder, info, open_bag(folder))
    cameras = {}
    for name, camera in robot.cameras.items():
        message_class, decode = IMAGE_READERS[camera.transport]
        if camera.missing == 'mask' and not topics.recorded(camera.topic):
            continue
        topic, pictures = topics.add(
            camera.topic, type_name(message_class), stamp_of, lambda m: m.stamp_ns
        )
        cameras[name] = RecordedCamera(topic, decode, pictures)
    _, joints = topics.add(
        'joint_states',
        STATE_TYPE,
        stamp_of,
        lambda m: joint_state_to_positions(m.content, robot.state_joints),
    )
    states = [joints]
    if robot.state is not None:
        _, poses = topics.add(
            robot.state.pose,
            POSE_TYPE,
            stamp_of,
            lambda m: pose_to_vector(m.content, robot.frame),
        )
        states = [poses, joints]
    commands = []
    for output in robot.outputs:
        message_class, _ = COMMAND_READERS[output.message]
        if output.field == 'position' and set(output.joints) & set(robot.velocity_joints):
            raise InputError(
                f'{folder}: topic {output.topic}: holds positions, expected velocities, since '
                f'robot {robot.name} learns them for {", ".join(output.joints)}'
            )
        _, targets = topics.add(
            output.topic,
            type_name(message_class),
            lambda m: m.stamp_ns,
            partial(_targets, output),
        )
        commands.append(targets)
    _, sentences = topics.add(
        'command', SENTENCE_TYPE, lambda m: m.stamp_ns, lambda m: m.content.data
    )
    topics.read()
    return Inputs(cameras, states, commands, sentences)


def _targets(output: Output, message: Message) -> Array:
    _, read = COMMAND_READERS[output.message]
    return read(message.content, output.joints)


class _Topics:
    """The topics of a recording that are wanted, and where their messages go."""

    def __init__(self, folder: Path, info: EpisodeInfo, bag: Bag) -> None:
        self._folder = folder
        self._names = info.topics
        self._counts = info.counts
        self._bag = bag
        self._types = bag.types()
        self._takers: dict[str, Take] = {}

    def recorded(self, name: str) -> bool:
        """Return whether anything came on a topic, given by its relative name."""
        return self._names.get(name) in self._types

    def add(
        self,
        name: str,
        kind: str,
        stamp: Callable[[Message], int],
        value: Callable[[Message], Any],
    ) -> tuple[str, Series[Any]]:
        """
        Want a topic; return its full name and the series that reading will fill.

        :param name: relative.
        :param kind: type of its messages.
        :param stamp: of a message [ns].
        :param value: of a message.
        """
        if not self.recorded(name):
            raise InputError(f'{self._folder}: topic {name}: nothing was recorded')
        topic = self._names[name]
        if self._types[topic] != kind:
            raise InputError(
                f'{self._folder}: topic {topic}: expected {kind}, found {self._types[topic]}'
            )
        series: Series[Any] = Series(f'{self._folder}: topic {topic}')
        self._takers[topic] = lambda message: series.add(stamp(message), value(message))
        return topic, series

    def read(self) -> None:
        """Fill every series, and check that nothing has got lost since it was recorded."""
        found = Counter[str]()
        for message in self._bag.messages(list(self._takers)):
            found[message.topic] += 1
            try:
                self._takers[message.topic](message)
            except InputError as error:
                raise InputError(
                    f'{self._folder}: topic {message.topic}: at '
                    f'{message.stamp_ns / NS_PER_S:.3f} s: {error}'
                ) from error
        for topic in self._takers:
            if found[topic] != self._counts.get(topic):
                raise InputError(
                    f'{self._folder}: topic {topic}: {found[topic]} messages, but '
                    f'{self._counts.get(topic)} were recorded'
                )
