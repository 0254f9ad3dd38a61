# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Every bad input on every topic: it is named, the robot holds, nothing crashes, life goes on."""

from contextlib import contextmanager

from builtin_interfaces.msg import Duration
from harness import CHECKPOINT, ROBOT, needs_simulator, node_command, process
import numpy as np
import pytest
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import Image, JointState
from std_msgs.msg import Header, String
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint

from pi0_ros.nodes.convert import ns_to_time, time_to_ns

pytestmark = pytest.mark.ros

NAMES = list(ROBOT.joint_names)
HOME = [0.0, -0.96, 1.16, 0.0, -0.3, 0.0, 0.03] * 2


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

    def running():
        if watcher.states:
            watcher.chunk_out.publish(chunk(now_ns()))
        return watcher.executor_state == 'RUNNING'

    watcher.until(running, 'a good chunk moves it', [executor])
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

    def named():
        # Between two sound ones that the robot itself sends, so it may take a few.
        state = JointState(name=names, position=positions)
        state.header.stamp = watcher.states[-1].header.stamp
        spoiler.publish(state)
        return any(words in status.message for status in watcher.statuses)

    watcher.until(named, 'the executor names it', [executor])


@pytest.fixture(scope='module')
def policy():
    """The policy alone; the tests are its robot, on the wall clock."""
    command = node_command('policy_node', checkpoint=CHECKPOINT, autostart='true')
    with process(command) as child:
        yield child


class Sensors:
    """What a robot's drivers send, until something is spoilt."""

    def __init__(self, node):
        self.node = node
        self.images = {
            camera: node.create_publisher(Image, spec.topic, qos_profile_sensor_data)
            for camera, spec in ROBOT.cameras.items()
        }
        self.states = node.create_publisher(JointState, 'joint_states', qos_profile_sensor_data)
        self.spoil_image = self.spoil_state = lambda message: message

    def send(self):
        stamp = self.node.get_clock().now().to_msg()
        state = JointState(name=NAMES, position=HOME)
        state.header.stamp = stamp
        self.states.publish(self.spoil_state(state))
        for camera, publisher in self.images.items():
            image = Image(encoding='rgb8', width=64, height=48, step=192)
            image.data = bytes(64 * 48 * 3)
            image.header.stamp = stamp
            if camera == 'cam_high':
                image = self.spoil_image(image)
            if image is not None:
                publisher.publish(image)


def changed(message, **fields):
    for field, value in fields.items():
        setattr(message, field, value)
    return message


@contextmanager
def chunks_flowing(watcher, policy):
    """A robot whose policy infers; checks that it does so again afterwards."""
    sensors = Sensors(watcher)
    watcher.create_timer(0.05, sensors.send)

    def flowing():
        watcher.command_out.publish(String(data='pick up the red cube'))
        return len(watcher.chunks) > count + 2

    count = 0
    watcher.until(flowing, 'chunks flow', [policy])
    yield sensors
    sensors.spoil_image = sensors.spoil_state = lambda message: message
    count = len(watcher.chunks)
    watcher.until(flowing, 'chunks flow again', [policy])


@pytest.mark.parametrize(
    ('fields', 'words'),
    [
        ({'encoding': 'yuv422'}, 'yuv422'),
        ({'step': 100}, 'step 100'),
        ({'height': 47}, '9216 bytes'),
        ({'data': b''}, '0 bytes'),
        ({'header': JointState().header}, 'stamp'),
        (None, 's old'),  # the camera stops
    ],
)
def test_bad_image(watcher, policy, fields, words):
    def named():
        status = watcher.diagnostics.get('pi0_policy')
        return status and 'cam_high' in status.message and words in status.message

    with chunks_flowing(watcher, policy) as sensors:
        sensors.spoil_image = lambda image: None if fields is None else changed(image, **fields)
        watcher.until(named, 'the policy names it', [policy])
        count = len(watcher.chunks)
        for _ in range(5):
            watcher.until(lambda: watcher.diagnostics.pop('pi0_policy', None), 'time passes')
        assert len(watcher.chunks) == count


@pytest.mark.parametrize(
    ('fields', 'words'),
    [
        ({'position': [float('nan'), *HOME[1:]]}, 'left_waist'),
        ({'name': NAMES[:-1], 'position': HOME[:-1]}, 'right_gripper'),
        ({'name': [*NAMES[:-1], NAMES[0]]}, 'left_waist'),
    ],
)
def test_bad_state_for_the_policy(watcher, policy, fields, words):
    def named():
        status = watcher.diagnostics.get('pi0_policy')
        return status and words in status.message

    with chunks_flowing(watcher, policy) as sensors:
        sensors.spoil_state = lambda state: changed(state, **fields)
        watcher.until(named, 'the policy names it', [policy])


def test_joint_order_does_not_matter(watcher, policy):
    def reversed_(state):
        return changed(state, name=NAMES[::-1], position=HOME[::-1])

    with chunks_flowing(watcher, policy) as sensors:
        sensors.spoil_state = reversed_
        count = len(watcher.chunks)
        watcher.until(lambda: len(watcher.chunks) > count + 5, 'chunks still flow', [policy])
