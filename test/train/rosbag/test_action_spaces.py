# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Recordings of robots that are told velocities or twists, and of one whose state is a pose."""

from dataclasses import replace
from pathlib import Path

from geometry_msgs.msg import Point, Pose, PoseStamped, Quaternion
import numpy as np
from numpy.testing import assert_allclose
import pytest
from rclpy.serialization import serialize_message
from std_msgs.msg import Header, String

from pi0_ros.convert import (
    command_to_array,
    command_to_joint_state,
    command_to_twist,
    ns_to_time,
    positions_to_joint_state,
    rgb_to_image,
    type_name,
)
from pi0_ros.recording import EpisodeInfo, Recording
from pi0_ros.robots.spec import load_robot
from pi0_ros.train.rosbag.recordings import read_recording
from pi0_ros.types import Command, InputError

ROBOTS = Path(__file__).parents[3] / 'config' / 'robots'
MS = 1_000_000


def send(output, command):
    """Return the message that a controller gets."""
    if output.message == 'twist_stamped':
        return command_to_twist(command, output.joints, output.frame)
    if output.message == 'joint_state':
        return command_to_joint_state(command, output.joints)
    return command_to_array(command, output.joints, output.field)


def said_of(robot):
    """Return a second of a robot's life: (time of arrival [ms], relative topic, message)."""
    said = [(1000, 'command', String(data='pick up the bowl'))]
    count = len(robot.joints)
    for time in range(1000, 2000, 40):
        stamp = ns_to_time(time * MS)
        positions = np.full(len(robot.state_joints), time / 1000)
        said.append((time, 'joint_states', positions_to_joint_state(
            time * MS, robot.state_joints, positions, 0 * positions)))  # fmt: skip
        command = Command(time * MS, robot.joint_names, np.full(count, 7.0), np.full(count, 0.3))
        said += [(time + 3, output.topic, send(output, command)) for output in robot.outputs]
        picture = np.full((3, 4, 3), 9, np.uint8)
        said += [(time + 5, c.topic, rgb_to_image(picture, time * MS, ''))
                 for c in robot.cameras.values()]  # fmt: skip
        if robot.state is not None:
            pose = Pose(position=Point(x=time / 1000), orientation=Quaternion(w=1.0))
            header = Header(stamp=stamp, frame_id=robot.frame)
            said.append((time + 1, robot.state.pose, PoseStamped(header=header, pose=pose)))
    return sorted(said, key=lambda entry: entry[0])


def record(folder, robot):
    said = said_of(robot)
    names = {topic: f'/{topic}' for _, topic, _ in said}
    types = {names[topic]: type_name(type(message)) for _, topic, message in said}
    recording = Recording(folder, 'mcap', types)
    for time, topic, message in said:
        recording.write(names[topic], time * MS, bytes(serialize_message(message)))
    recording.close(
        EpisodeInfo(robot.name, ('pick up the bowl',), True, 0, 1, names, recording.counts)
    )
    return folder


def test_velocities_are_what_was_told(tmp_path):
    robot = load_robot(ROBOTS / 'droid.yaml')
    (episode,) = read_recording(record(tmp_path / 'bag', robot), robot)
    assert_allclose(episode.targets, np.tile([0.3] * 7 + [7.0], (len(episode), 1)))
    assert episode.positions.shape[1] == 8


def test_a_pose_stands_before_the_joints(tmp_path):
    robot = load_robot(ROBOTS / 'libero.yaml')
    (episode,) = read_recording(record(tmp_path / 'bag', robot), robot)
    assert_allclose(episode.targets, np.tile([0.3] * 6 + [7.0], (len(episode), 1)))
    times_s = episode.positions[:, 0]
    assert (np.diff(times_s) >= 0).all()
    assert np.abs(times_s - episode.stamps_ns / 1e9).max() <= 0.02 + 1e-9
    assert not episode.positions[:, 1:6].any()
    assert (episode.positions[:, 6:] == times_s[:, None]).all()


def test_positions_cannot_teach_velocities(tmp_path):
    robot = load_robot(ROBOTS / 'droid.yaml')
    arm, hand = robot.outputs
    robot = replace(robot, outputs=(replace(arm, field='position'), hand))
    with pytest.raises(InputError, match=r'joint_group_vel.*holds positions, expected velocities'):
        read_recording(record(tmp_path / 'bag', robot), robot)
