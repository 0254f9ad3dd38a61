# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
`ros2 launch|run|pkg|interface`, and command lines that are wrong.

As ros2/launch_ros: ros2launch/ and ros2/ros2cli: ros2run/, ros2pkg/, ros2interface/ have it.
"""

from __future__ import annotations

import os
import signal
import sys

import pytest

LAUNCH = """
from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, ExecuteProcess, LogInfo
from launch.substitutions import LaunchConfiguration


def generate_launch_description():
    return LaunchDescription([
        DeclareLaunchArgument('who', default_value='you', description='Whom to greet'),
        DeclareLaunchArgument('how', description='In which way'),
        LogInfo(msg=['hello ', LaunchConfiguration('who')]),
    ])
"""
NODE = """
import sys
import rclpy
from rclpy.executors import ExternalShutdownException

rclpy.init(args=sys.argv)
node = rclpy.create_node('unnamed')
node.declare_parameter('gain', 1.0)
print(node.get_fully_qualified_name(), node.get_parameter('gain').value, flush=True)
try:
    rclpy.spin(node)
except (KeyboardInterrupt, ExternalShutdownException):
    pass
print('ended', flush=True)
"""
LAUNCHED = """
import sys
from launch import LaunchDescription
from launch.substitutions import LaunchConfiguration, ThisLaunchFileDir
from launch_ros.actions import Node


def generate_launch_description():
    return LaunchDescription([
        Node(
            executable=sys.executable, arguments=[[ThisLaunchFileDir(), '/node.py']],
            name='named', namespace='left', output='screen',
            parameters=[{'gain': 0.25}],
        ),
    ])
"""


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package 'greeter' with a launch file and a program, before those that are there."""
    prefix = tmp_path / 'prefix'
    index = prefix / 'share' / 'ament_index' / 'resource_index' / 'packages'
    launch = prefix / 'share' / 'greeter' / 'launch'
    programs = prefix / 'lib' / 'greeter'
    for folder in (index, launch, programs):
        folder.mkdir(parents=True)
    (index / 'greeter').touch()
    (launch / 'hello.launch.py').write_text(LAUNCH)
    (launch.parent / 'package.xml').write_text(
        '<package format="3"><name>greeter</name><version>1.0.0</version><description>x'
        '</description><maintainer email="a@b.org">a</maintainer><license>MIT</license></package>'
    )
    (programs / 'tell').write_text('#!/bin/sh\necho "$A" "$@"; exit 4\n')
    (programs / 'tell').chmod(0o755)
    known = os.environ.get('AMENT_PREFIX_PATH')
    monkeypatch.setenv('AMENT_PREFIX_PATH', f'{prefix}:{known}' if known else str(prefix))
    return prefix


def test_launch_of_a_package(cli, package):
    told = cli('launch', 'greeter', 'hello.launch.py', 'who:=all', 'how:=loud', 'who:=everyone')
    assert 'hello everyone' in told


def test_launch_of_a_path(cli, package):
    path = package / 'share' / 'greeter' / 'launch' / 'hello.launch.py'
    assert 'hello you' in cli('launch', path, 'how:=loud')


def test_launch_shows_arguments(cli, package):
    assert cli('launch', 'greeter', 'hello.launch.py', '--show-args') == (
        "Arguments (pass arguments as '<name>:=<value>'):\n\n"
        "    'who':\n        Whom to greet\n        (default: 'you')\n\n"
        "    'how':\n        In which way\n"
    )


@pytest.mark.parametrize(
    ('arguments', 'error'),
    [
        (('none', 'hello.launch.py'), "Package 'none' not found"),
        (('greeter', 'none.launch.py'), "file 'none.launch.py' was not found in the share"),
        (('greeter', 'hello.launch.py', 'who=all'), "malformed launch argument 'who=all'"),
    ],
)
def test_launch_errors(cli, package, arguments, error):
    assert error in cli.failing('launch', *arguments)


def test_a_launched_node_is_the_one_described_and_ends_with_the_launch(cli, tmp_path):
    (tmp_path / 'a.launch.py').write_text(LAUNCHED)
    (tmp_path / 'node.py').write_text(NODE)
    command = cli.start('launch', '--noninteractive', tmp_path / 'a.launch.py')
    command.until(lambda: '/left/named 0.25' in command.stdout)
    command.process.send_signal(signal.SIGINT)
    assert command.end() == 0
    assert 'ended' in command.stdout


def test_run_gives_the_program_its_arguments_and_its_exit_code(cli, package):
    command = cli.start(
        'run', '--prefix', 'env A=1', 'greeter', 'tell', '--ros-args', '-p', 'a:=b'
    )
    assert command.end() == 4
    assert command.stdout.startswith('1 --ros-args -p a:=b\n')


def test_run_ends_with_ctrl_c(cli, package):
    program = package / 'lib' / 'greeter' / 'node'
    program.write_text(f'#!{sys.executable}\n{NODE}')
    program.chmod(0o755)
    command = cli.start('run', 'greeter', 'node', '--ros-args', '-r', '__node:=me')
    command.until(lambda: '/me 1.0' in command.stdout)
    assert command.interrupt() == 0
    assert command.stdout.endswith('ended\n')


def test_run_errors(cli, package):
    assert cli.failing('run', 'greeter', 'none') == 'No executable found\n'
    assert cli.failing('run', 'none', 'tell') == "Package 'none' not found\n"


def test_pkg(cli, package):
    assert 'greeter' in cli('pkg', 'list').splitlines()
    assert cli('pkg', 'prefix', 'greeter') == f'{package}\n'
    assert cli('pkg', 'prefix', '--share', 'greeter') == f'{package}/share/greeter\n'
    assert cli('pkg', 'executables', 'greeter') == 'greeter tell\n'
    path = package / 'lib' / 'greeter' / 'tell'
    assert cli('pkg', 'executables', '--full-path', 'greeter') == f'{path}\n'
    assert cli.failing('pkg', 'prefix', 'none') == 'Package not found\n'
    assert cli.failing('pkg', 'executables', 'none') == "Package 'none' not found\n"


def test_interface_show_of_a_message(cli):
    told = cli('interface', 'show', '--no-comments', 'geometry_msgs/msg/PointStamped')
    lines = [line.split('#')[0].rstrip() for line in told.splitlines()]
    assert lines == [
        'std_msgs/Header header', '\tbuiltin_interfaces/Time stamp', '\t\tint32 sec',
        '\t\tuint32 nanosec', '\tstring frame_id', 'Point point', '\tfloat64 x', '\tfloat64 y',
        '\tfloat64 z',
    ] or 'geometry_msgs/Point point' in lines  # fmt: skip


def test_interface_show_of_a_service(cli):
    told = cli('interface', 'show', '--no-comments', 'std_srvs/srv/SetBool').splitlines()
    assert [line.split('#')[0].rstrip() for line in told] == [
        'bool data', '---', 'bool success', 'string message',
    ]  # fmt: skip


def test_interface_show_of_constants_from_standard_input(cli):
    told = cli('interface', 'show', '-', given='diagnostic_msgs/msg/DiagnosticStatus\n')
    assert 'byte OK=0' in told
    assert 'KeyValue[] values' in told


@pytest.mark.parametrize('name', ['std_msgs', 'std_msgs/msg/Nothing'])
def test_interface_show_of_nothing(cli, name):
    assert cli.failing('interface', 'show', name)


@pytest.mark.parametrize(
    ('arguments', 'word'),
    [(('topic', 'nothing'), 'nothing'),
     (('topic', 'echo', '/x', '--nothing'), '--nothing') ],
)  # fmt: skip
def test_wrong_command_lines(cli, arguments, word):
    command = cli.start(*arguments)
    assert command.end() == 2
    assert word in command.stderr


def test_a_command_without_a_verb_tells_its_verbs(cli):
    told = cli('topic')
    assert all(verb in told for verb in ('list', 'info', 'echo', 'pub', 'hz'))
