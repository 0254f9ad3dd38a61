# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The executor is told to end in mid-motion: the last it says is stand still."""

import signal

from harness import EVERY, ROOT, node_command, process
import numpy as np
import pytest
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import JointState
from std_msgs.msg import Float64MultiArray
from std_srvs.srv import SetBool

from pi0_ros.convert import chunk_to_message, positions_to_joint_state
from pi0_ros.robots.spec import load_robot
from pi0_ros.types import Chunk

pytestmark = pytest.mark.ros
MS = 1_000_000
SPEED = 0.2  # [rad/s]
RATE_HZ = 50.0
ROBOT_FILE = ROOT / 'config' / 'robots' / 'droid.yaml'


@pytest.fixture
def driven(watcher):
    """A robot that is told velocities, with an executor; by its name, the commands."""
    pytest.importorskip('ruckig')
    robot = load_robot(ROBOT_FILE)
    measured = np.array([0, 0, 0, -1.5, 0, 1.5, 0, 0.0])
    states = watcher.create_publisher(JointState, 'joint_states', qos_profile_sensor_data)
    commands = []
    watcher.create_subscription(
        Float64MultiArray, 'joint_group_velocity_controller/commands', commands.append, EVERY
    )

    def drive():
        now_ns = watcher.get_clock().now().nanoseconds
        states.publish(
            positions_to_joint_state(now_ns, robot.measured_joints, measured, 0 * measured)
        )
        times = np.arange(20) * 66 * MS
        velocities = np.tile([SPEED] * 7 + [0.0], (20, 1))
        path = np.tile([*measured[:7], 0.8], (20, 1))
        chunk = Chunk(now_ns, robot.joint_names, times, path, velocities)
        watcher.chunk_out.publish(chunk_to_message(chunk))

    timer = watcher.create_timer(0.05, drive)
    with process(node_command('executor_node', robot=ROBOT_FILE, rate_hz=RATE_HZ)) as child:
        yield child, commands
    watcher.destroy_timer(timer)


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_velocities_are_braked_to_zero(watcher, driven, number):
    child, commands = driven
    moving = lambda: commands and commands[-1].data[0] > SPEED - 1e-3  # noqa: E731
    watcher.until(moving, 'motion', [child])
    child.send_signal(number)
    watcher.until(lambda: child.poll() is not None, 'an end')
    watcher.until(lambda: not np.any(commands[-1].data), 'zero')
    assert child.returncode == 0
    speeds = np.array([message.data for message in commands])
    limits = load_robot(ROBOT_FILE).acceleration_limits[:7]
    assert (np.abs(np.diff(speeds, axis=0)) * RATE_HZ <= limits * (1 + 1e-6)).all()


def test_it_leaves_though_the_simulation_stands_still(watcher):
    asked = watcher.create_client(SetBool, 'chunk_executor/enable')
    command = node_command('executor_node', use_sim_time='true')
    with process(command) as child:
        watcher.until(asked.service_is_ready, 'a service', [child])
        child.send_signal(signal.SIGINT)
        watcher.until(lambda: child.poll() is not None, 'an end')
    assert child.returncode == 0
