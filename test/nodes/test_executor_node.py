# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The executor's node, ticked by hand: what reaches the controllers of a robot."""

from pathlib import Path

import numpy as np
import pytest
import rclpy

from pi0_ros.convert import chunk_to_message, chunk_to_messages, positions_to_joint_state
from pi0_ros.nodes.executor_node import ExecutorNode
from pi0_ros.robots.spec import load_robot
from pi0_ros.types import Chunk

ROBOTS = Path(__file__).parents[2] / 'config' / 'robots'
MS = 1_000_000


class Bench:
    """A node whose clock stands still between ticks, and what it has sent by topic."""

    def __init__(self, name):
        rclpy.init(args=['--ros-args', '-p', f'robot:={ROBOTS / name}.yaml'])
        self.robot = load_robot(ROBOTS / f'{name}.yaml')
        self.sent = {}
        self.node = ExecutorNode()
        self.now_ns = 10_000 * MS
        self.node._now_ns = lambda: self.now_ns
        for publisher in self.node.publishers:
            topic = publisher.topic_name.lstrip('/')
            publisher.publish = self.sent.setdefault(topic, []).append

    def tick(self, measured):
        self.now_ns += 10 * MS
        names = self.robot.measured_joints
        self.node._on_state(positions_to_joint_state(self.now_ns, names, measured, 0 * measured))
        self.node._tick()

    def last(self, topic):
        return list(self.sent[topic][-1].data)


@pytest.fixture
def bench():
    benches = []

    def make(name):
        if np.isfinite(load_robot(ROBOTS / f'{name}.yaml').jerk_limits).any():
            pytest.importorskip('ruckig')
        benches.append(Bench(name))
        return benches[-1]

    yield make
    for one in benches:
        one.node.destroy_node()
    rclpy.try_shutdown()


def test_velocities_go_to_the_velocity_controller_and_stop_at_zero(bench):
    bench = bench('droid')
    measured = np.array([0, 0, 0, -1.5, 0, 1.5, 0, 0.0])
    times = np.arange(10) * 66 * MS
    velocities = np.tile([0.2] * 7 + [0.0], (10, 1))
    path = np.tile([*measured[:7], 0.8], (10, 1))
    chunk = Chunk(bench.now_ns, bench.robot.joint_names, times, path, velocities)
    bench.node._chunk_in.on_joints(chunk_to_message(chunk))
    for _ in range(30):
        bench.tick(measured)
    arm, hand = 'joint_group_velocity_controller/commands', 'gripper_position_controller/commands'
    assert bench.last(arm) == pytest.approx([0.2] * 7)
    assert bench.last(hand)[0] > 0.05
    for _ in range(60):  # the chunk ends
        bench.tick(measured)
    assert bench.last(arm) == [0.0] * 7
    assert len(bench.sent[arm]) == 90


def test_chunk_without_velocities_is_refused(bench):
    bench = bench('droid')
    chunk = Chunk(bench.now_ns, bench.robot.joint_names, [0, 66 * MS], np.zeros((2, 8)))
    bench.node._chunk_in.on_joints(chunk_to_message(chunk))
    bench.tick(np.array([0, 0, 0, -1.5, 0, 1.5, 0, 0.0]))
    assert 'no velocities, expected them for panda_joint1' in bench.node._core.status.text


def test_trajectories_begin_with_the_command_and_end_at_rest(bench):
    bench = bench('template')
    times = np.arange(20) * 20 * MS
    chunk = Chunk(bench.now_ns, bench.robot.joint_names, times, np.tile([0, 0, 0.08], (20, 1)))
    bench.node._chunk_in.on_joints(chunk_to_message(chunk))
    for _ in range(12):
        bench.tick(np.zeros(3))
    first, *rest = bench.sent['gripper_controller/joint_trajectory'][-1].points
    assert first.positions[0] > 0.01
    assert first.velocities[0] == pytest.approx(0.2)
    assert rest[-1].positions[0] == pytest.approx(first.positions[0] + 0.009)
    assert rest[-1].velocities[0] == 0.0


def an_end_effector_chunk(bench, speed):
    times = np.arange(20) * 50 * MS
    velocities = np.tile([speed, 0, 0, 0, 0, -1.0, 0], (20, 1))
    path = np.tile([0, 0, 0, 0, 0, 0, 0.04], (20, 1))
    return Chunk(bench.now_ns, bench.robot.joint_names, times, path, velocities)


def test_an_end_effector_gets_twists_and_its_gripper_positions(bench):
    bench = bench('libero')
    halves = chunk_to_messages(
        an_end_effector_chunk(bench, 0.1), bench.robot.axes, bench.robot.frame
    )
    bench.node._chunk_in.on_cartesian(halves[1])
    bench.tick(np.array([0.01]))
    assert bench.node._core.status.text == 'no chunk yet'  # one half is none
    bench.node._chunk_in.on_joints(halves[0])
    for _ in range(40):
        bench.tick(np.array([0.01]))
    twists, hand = 'servo_node/delta_twist_cmds', 'gripper_position_controller/commands'
    last = bench.sent[twists][-1]
    assert last.header.frame_id == 'panda_link0'
    assert last.twist.linear.x == pytest.approx(0.1)
    assert last.twist.angular.z == pytest.approx(-1.0)
    assert bench.last(hand) == [pytest.approx(0.04)]
    for _ in range(80):  # the chunk ends
        bench.tick(np.array([0.04]))
    last = bench.sent[twists][-1].twist
    assert (last.linear.x, last.angular.z) == (0.0, 0.0)


def test_halves_of_two_chunks_do_not_meet(bench):
    bench = bench('libero')
    axes, frame = bench.robot.axes, bench.robot.frame
    old, _ = chunk_to_messages(an_end_effector_chunk(bench, 0.1), axes, frame)
    bench.now_ns += 10 * MS
    new, twists = chunk_to_messages(an_end_effector_chunk(bench, 0.2), axes, frame)
    bench.node._chunk_in.on_joints(old)
    bench.node._chunk_in.on_cartesian(twists)
    bench.tick(np.array([0.01]))
    assert bench.node._core.status.text == 'no chunk yet'
    bench.node._chunk_in.on_joints(new)
    for _ in range(40):
        bench.tick(np.array([0.01]))
    last = bench.sent['servo_node/delta_twist_cmds'][-1]
    assert last.twist.linear.x == pytest.approx(0.2)


def test_twists_in_another_frame_are_refused(bench):
    bench = bench('libero')
    chunk = an_end_effector_chunk(bench, 0.1)
    for half, take in zip(
        chunk_to_messages(chunk, bench.robot.axes, 'camera'),
        (bench.node._chunk_in.on_joints, bench.node._chunk_in.on_cartesian),
        strict=True,
    ):
        take(half)
    bench.tick(np.array([0.01]))
    text = bench.node._core.status.text
    assert "cartesian chunk: expected in frame 'panda_link0', found 'camera'" in text
