# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The executor's node, ticked by hand: what reaches the controllers of a robot."""

from pathlib import Path

import numpy as np
import pytest
import rclpy

from pi0_ros.convert import chunk_to_message, positions_to_joint_state
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
        names = self.robot.joint_names
        self.node._on_state(positions_to_joint_state(self.now_ns, names, measured, 0 * measured))
        self.node._tick()

    def last(self, topic):
        return list(self.sent[topic][-1].data)


@pytest.fixture
def bench():
    benches = []

    def make(name):
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
    bench.node._on_chunk(chunk_to_message(chunk))
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
    bench.node._on_chunk(chunk_to_message(chunk))
    bench.tick(np.array([0, 0, 0, -1.5, 0, 1.5, 0, 0.0]))
    assert 'no velocities, expected them for panda_joint1' in bench.node._core.status.text
