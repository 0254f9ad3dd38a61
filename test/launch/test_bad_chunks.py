# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Bad chunks and joint states for the executor: named, the robot holds, life goes on."""

from builtin_interfaces.msg import Duration
from harness import HOME, NAMES, needs_simulator, node_command, process
import numpy as np
import pytest
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import JointState
from std_msgs.msg import Header
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint

from pi0_ros.convert import ns_to_time, time_to_ns

pytestmark = pytest.mark.ros


@pytest.fixture(scope='module')
def executor():
    """The simulated robot and the executor, for all cases."""
    with (
        process(node_command('sim_node')),
        process(node_command('executor_node', rate_hz=50.0, use_sim_time='true')) as child,
    ):
        yield child


def chunk(stamp_ns):
    positions = np.tile(HOME, (20, 1))
    positions[:, 0] += np.linspace(0.0, 0.2, 20)
    return JointTrajectory(
        header=Header(stamp=ns_to_time(stamp_ns)),
        joint_names=NAMES.copy(),
        points=[
            JointTrajectoryPoint(
                positions=row.tolist(),
                time_from_start=Duration(nanosec=k * 40_000_000),
            )
            for k, row in enumerate(positions)
        ],
    )


def unordered(message):
    message.points[3].time_from_start = Duration(nanosec=1)


def not_a_number(message):
    message.points[2].positions[5] = float('nan')


def short_point(message):
    message.points[4].positions = message.points[4].positions[:-1]


def unknown_joint(message):
    message.joint_names[0] = 'tail'


def doubled_joint(message):
    message.joint_names[0] = message.joint_names[1]


def no_points(message):
    message.points = []


def no_stamp(message):
    message.header.stamp = ns_to_time(0)


def from_the_future(message):
    message.header.stamp = ns_to_time(time_to_ns(message.header.stamp) + 5_000_000_000)


@needs_simulator
@pytest.mark.parametrize(
    ('spoil', 'words'),
    [
        (no_points, 'no points'),
        (unordered, 'must increase'),
        (not_a_number, 'left_wrist_rotate'),
        (short_point, '13 positions'),
        (unknown_joint, 'tail'),
        (doubled_joint, 'left_shoulder'),
        (no_stamp, 'stamp'),
        (from_the_future, 'future'),
    ],
)
def test_bad_chunk(watcher, executor, spoil, words):
    def now_ns():
        return time_to_ns(watcher.states[-1].header.stamp)

    def is_running():
        return watcher.executor_state == 'RUNNING'

    watcher.until(lambda: watcher.states, 'the robot is there', [executor])
    watcher.until(
        is_running,
        'a good chunk moves it',
        [executor],
        meanwhile=lambda: watcher.chunk_out.publish(chunk(now_ns())),
    )
    bad = chunk(now_ns())
    spoil(bad)
    watcher.chunk_out.publish(bad)
    watcher.until(lambda: watcher.executor_state == 'HOLDING', 'it holds', [executor])
    assert words in watcher.statuses[-1].message


@needs_simulator
@pytest.mark.parametrize(
    ('names', 'positions', 'words'),
    [
        (NAMES, [*HOME[:-1], float('nan')], 'right_gripper'),
        (NAMES[1:], HOME[1:], 'left_waist'),
        ([*NAMES, NAMES[3]], [*HOME, 0.0], NAMES[3]),
        (NAMES, HOME[1:], '13 positions'),
    ],
)
def test_bad_joint_state(watcher, executor, names, positions, words):
    spoiler = watcher.create_publisher(JointState, 'joint_states', qos_profile_sensor_data)
    watcher.until(lambda: watcher.states, 'the robot is there', [executor])

    def send():
        # Between two sound ones that the robot itself sends, so it may take a few.
        state = JointState(name=names, position=positions)
        state.header.stamp = watcher.states[-1].header.stamp
        spoiler.publish(state)

    watcher.until(
        lambda: words in watcher.diagnosis('chunk_executor'),
        'the executor names it',
        [executor],
        meanwhile=send,
    )
