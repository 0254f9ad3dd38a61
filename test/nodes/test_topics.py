# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Chunks and states on topics, of robots with an end effector and without."""

from pathlib import Path

from geometry_msgs.msg import Point, Pose, PoseStamped, Quaternion
import numpy as np
from numpy.testing import assert_allclose
import pytest
from std_msgs.msg import Header

from pi0_ros.convert import ns_to_time, positions_to_joint_state
from pi0_ros.nodes.topics import ChunkInput, ChunkOutput, StateInput
from pi0_ros.robots.spec import load_robot
from pi0_ros.types import Chunk

ROBOTS = Path(__file__).parents[2] / 'config' / 'robots'
FINGERS = ('panda_finger_joint1', 'panda_finger_joint2')
MS = 1_000_000


class Publisher:
    def __init__(self):
        self.publish = (sent := []).append
        self.sent = sent


class FakeNode:
    """Remembers which topics were opened, and what was sent."""

    def __init__(self):
        self.publishers, self.topics = {}, []

    def create_lifecycle_publisher(self, _kind, topic, _quality):
        return self.publishers.setdefault(topic, Publisher())

    def create_subscription(self, _kind, topic, _take, _quality):
        self.topics.append(topic)

    def destroy_publisher(self, publisher):
        self.publishers = {t: p for t, p in self.publishers.items() if p is not publisher}


def joint_state(time_ms, values, names=FINGERS):
    return positions_to_joint_state(time_ms * MS, names, np.array(values), np.zeros(len(names)))


def pose(time_ms, x, frame='panda_link0'):
    header = Header(stamp=ns_to_time(time_ms * MS), frame_id=frame)
    return PoseStamped(header=header, pose=Pose(
        position=Point(x=x), orientation=Quaternion(x=1.0, y=0.0, z=0.0, w=0.0)))  # fmt: skip


def listen(name, spread_s=0.1):
    """Return what listens, what it took, and what it refused."""
    taken, refused = [], []
    state_input = StateInput(
        FakeNode(), load_robot(ROBOTS / f'{name}.yaml'), spread_s,
        lambda stamp_ns, state: taken.append((stamp_ns // MS, state)), refused.append,
    )  # fmt: skip
    return state_input, taken, refused


def test_joints_are_a_state_by_themselves():
    state_input, taken, refused = listen('droid')
    names = load_robot(ROBOTS / 'droid.yaml').joint_names
    state_input.on_joints(joint_state(7, np.arange(8.0), names))
    state_input.on_joints(joint_state(8, [1.0, 2.0]))
    assert [(t, s.tolist()) for t, s in taken] == [(7, list(range(8)))]
    assert 'joints are missing: panda_joint1' in refused[0]


def test_a_pose_and_joints_make_a_state_with_the_older_stamp():
    state_input, taken, refused = listen('libero')
    state_input.on_joints(joint_state(1000, [0.01, 0.02]))
    assert not taken
    state_input.on_pose(pose(1030, 0.5))
    state_input.on_joints(joint_state(1200, [0.03, 0.04]))  # too far from the pose
    state_input.on_pose(pose(1190, 0.6))
    assert [time for time, _ in taken] == [1000, 1190]
    assert_allclose(taken[0][1], [0.5, 0, 0, np.pi, 0, 0, 0.01, 0.02])
    assert_allclose(taken[1][1], [0.6, 0, 0, np.pi, 0, 0, 0.03, 0.04])
    assert not refused


def test_what_is_no_pose_is_refused():
    state_input, taken, refused = listen('libero')
    state_input.on_joints(joint_state(1000, [0.01, 0.02]))
    state_input.on_pose(pose(1000, 0.5, frame='camera'))
    assert not taken
    assert "expected in frame 'panda_link0', found 'camera'" in refused[0]


@pytest.mark.parametrize(
    ('name', 'topics'),
    [('aloha', ['action_chunk']), ('libero', ['action_chunk', 'action_chunk_cartesian'])],
)
def test_chunks_go_out_and_come_in(name, topics):
    robot = load_robot(ROBOTS / f'{name}.yaml')
    node, listener = FakeNode(), FakeNode()
    output = ChunkOutput(node, robot)
    assert list(node.publishers) == topics
    joints = len(robot.joints)
    velocities = np.zeros((3, joints))
    velocities[:, : len(robot.axes)] = 0.2
    positions = np.ones((3, joints))
    chunk = Chunk(
        5, robot.joint_names, [0, 50 * MS, 100 * MS], positions,
        velocities if robot.axes else None,
    )  # fmt: skip
    output.publish(chunk)
    taken = []
    chunk_input = ChunkInput(listener, robot, taken.append, pytest.fail)
    assert listener.topics == topics
    for topic, take in zip(
        topics, (chunk_input.on_joints, chunk_input.on_cartesian)[: len(topics)], strict=True
    ):
        take(*node.publishers[topic].sent)
    (back,) = taken
    assert (back.stamp_ns, back.names) == (5, robot.joint_names)
    others = [j for j, name in enumerate(robot.joint_names) if name not in robot.axes]
    assert_allclose(back.positions[:, others], 1.0)
    assert robot.axes == () or (back.velocities == velocities).all()
    output.close()
    assert not node.publishers
