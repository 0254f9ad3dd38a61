# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The ros2 command beside running nodes, each in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

NODE = """
import rclpy
from rclpy.qos import QoSProfile, DurabilityPolicy
from std_msgs.msg import String
from std_srvs.srv import SetBool

rclpy.init()
node = rclpy.create_node('robot', namespace='/arm')
node.declare_parameter('gain', 0.5)
latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
publisher = node.create_publisher(String, 'latched', latched)
publisher.publish(String(data='once: said'))
ticks = node.create_publisher(String, 'ticks', 10)
node.create_timer(0.02, lambda: ticks.publish(String(data='tick')))
node.create_subscription(String, '/command', lambda m: print('heard', m.data, flush=True), 10)


def serve(request, response):
    response.success, response.message = request.data, 'served'
    return response


node.create_service(SetBool, '~/enable', serve)
print('up', flush=True)
rclpy.spin(node)
"""


@pytest.fixture(scope='module')
def environment():
    return {
        **os.environ,
        'ROS_DOMAIN_ID': str(100 + os.getpid() % 100),
        'ROS_AUTOMATIC_DISCOVERY_RANGE': 'LOCALHOST',
    }


def start(environment, *command):
    return subprocess.Popen(
        [sys.executable, '-u', *command], stdout=subprocess.PIPE, text=True, env=environment
    )


@pytest.fixture(scope='module')
def robot(environment):
    process = start(environment, '-c', NODE)
    assert process.stdout.readline() == 'up\n'
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def ros2(environment, *arguments):
    done = subprocess.run(
        [sys.executable, '-m', 'ros2cli.main', *arguments],
        capture_output=True, text=True, env=environment, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_lists(environment, robot):
    topics = ros2(environment, 'topic', 'list', '-t').splitlines()
    assert '/arm/latched [std_msgs/msg/String]' in topics
    assert '/command [std_msgs/msg/String]' in topics
    assert ros2(environment, 'node', 'list') == '/arm/robot\n'
    services = ros2(environment, 'service', 'list', '-t')
    assert '/arm/robot/enable [std_srvs/srv/SetBool]' in services


def test_info(environment, robot):
    told = ros2(environment, 'topic', 'info', '-v', '/arm/latched')
    assert 'Type: std_msgs/msg/String\n\nPublisher count: 1\n\nNode name: robot\n' in told
    assert 'Durability: TRANSIENT_LOCAL' in told
    assert told.endswith('Subscription count: 0\n\n')


def test_echo_asks_for_latched_messages_if_they_are_offered(environment, robot):
    told = ros2(environment, 'topic', 'echo', '--once', '/arm/latched')
    assert told == "data: 'once: said'\n---\n"
    assert ros2(environment, 'topic', 'echo', '--once', '--field', 'data', '/arm/ticks') == (
        'tick\n---\n'
    )


def test_pub_once_is_heard(environment, robot):
    for _ in range(3):
        ros2(environment, 'topic', 'pub', '--once', '/command', 'std_msgs/String', 'data: go')
        assert robot.stdout.readline() == 'heard go\n'


def test_hz(environment, robot):
    hz = start(environment, '-m', 'ros2cli.main', 'topic', 'hz', '/arm/ticks')
    lines = [hz.stdout.readline() for _ in range(2)]
    hz.send_signal(signal.SIGINT)
    hz.wait(10)
    hz.stdout.close()
    assert 25 < float(lines[0].removeprefix('average rate: ')) < 60
    assert lines[1].startswith('\tmin: ')


def test_service_call(environment, robot):
    told = ros2(environment, 'service', 'call', '/arm/robot/enable', 'std_srvs/srv/SetBool',
                'data: true')  # fmt: skip
    assert 'requester: making request: std_srvs.srv.SetBool_Request(data=True)' in told
    assert "SetBool_Response(success=True, message='served')" in told


def test_parameters(environment, robot):
    node = '/arm/robot'
    assert '  gain\n' in ros2(environment, 'param', 'list', node)
    assert ros2(environment, 'param', 'get', node, 'gain') == 'Double value is: 0.5\n'
    assert ros2(environment, 'param', 'set', node, 'gain', '0.75') == 'Set parameter successful\n'
    assert ros2(environment, 'param', 'get', node, 'gain') == 'Double value is: 0.75\n'


def test_wrong_field_is_an_error(environment):
    command = [sys.executable, '-m', 'ros2cli.main', 'topic', 'pub', '--once', '/x']
    done = subprocess.run(
        [*command, 'std_msgs/String', 'dada: x'],
        capture_output=True, text=True, env=environment, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("Failed to populate field: 'String' object has no attribute")


MANAGED = """
import rclpy
from rclpy.lifecycle import LifecycleNode

rclpy.init()
node = LifecycleNode('managed')
print('up', flush=True)
rclpy.spin(node)
"""


def test_lifecycle(environment):
    process = start(environment, '-c', MANAGED)
    assert process.stdout.readline() == 'up\n'
    try:
        assert ros2(environment, 'lifecycle', 'get', '/managed') == 'unconfigured [1]\n'
        done = ros2(environment, 'lifecycle', 'set', 'managed', 'configure')
        assert done == 'Transitioning successful\n'
        assert ros2(environment, 'lifecycle', 'get', 'managed') == 'inactive [2]\n'
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


LAUNCH = """
import sys
from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument
from launch.substitutions import LaunchConfiguration, ThisLaunchFileDir
from launch_ros.actions import Node


def generate_launch_description():
    return LaunchDescription([
        DeclareLaunchArgument('gain'),
        Node(
            executable=sys.executable, arguments=[[ThisLaunchFileDir(), '/node.py']],
            name='named', namespace='left', output='screen',
            parameters=[{'gain': LaunchConfiguration('gain')}],
            remappings=[('ticks', '/tocks')],
        ),
    ])
"""
LAUNCHED = """
import rclpy
from std_msgs.msg import String

rclpy.init()
node = rclpy.create_node('unnamed')
topic = node.create_publisher(String, 'ticks', 1).topic_name
node.declare_parameter('gain', 1.0)
print(node.get_fully_qualified_name(), node.get_parameter('gain').value, topic, flush=True)
try:
    rclpy.spin(node)
except rclpy.executors.ExternalShutdownException:
    pass
print('ended', flush=True)
"""


def test_a_launched_node_is_the_node_that_is_described(environment, tmp_path):
    (tmp_path / 'a.launch.py').write_text(LAUNCH)
    (tmp_path / 'node.py').write_text(LAUNCHED)
    path = str(tmp_path / 'a.launch.py')
    launch = start(environment, '-m', 'ros2cli.main', 'launch', path, 'gain:=0.25')
    lines = [launch.stdout.readline() for _ in range(2)]
    assert any('] /left/named 0.25 /tocks\n' in line for line in lines), lines
    launch.send_signal(signal.SIGINT)
    rest = launch.stdout.read()
    assert launch.wait(10) == 0
    assert '] ended\n' in rest or 'KeyboardInterrupt' in rest
    launch.stdout.close()
