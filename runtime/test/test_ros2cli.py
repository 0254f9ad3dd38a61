# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The ros2 command without a network: messages as YAML, rates, qualities, launch, run, pkg."""

from __future__ import annotations

import argparse
import subprocess
import sys
from types import SimpleNamespace

from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticStatus
from geometry_msgs.msg import Pose
import pytest
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from ros2cli import messages, qos
from ros2cli.main import main
from sensor_msgs.msg import CameraInfo, Image, JointState
from std_msgs.msg import String
from trajectory_msgs.msg import JointTrajectory


def filled(kind, text):
    message = kind()
    args = SimpleNamespace(stdin=False, values=text)
    messages.fill(message, messages.parse_values(args))
    return message


def test_names_of_types():
    assert messages.get_interface('std_msgs/msg/String', 'msg') is String
    assert messages.get_interface('std_msgs/String', 'msg') is String
    for wrong in ('std_msgs/msg/Strong', 'nothing/msg/String', 'String', ''):
        with pytest.raises(RuntimeError, match='message type is invalid'):
            messages.get_interface(wrong, 'msg')


def test_fields_are_filled_by_name():
    assert filled(String, "data: 'pick up'").data == 'pick up'
    assert filled(String, 'data: 5').data == '5'
    pose = filled(Pose, '{position: {x: 1, z: 2.5}}')
    assert (pose.position.x, pose.position.z, pose.orientation.w) == (1.0, 2.5, 1.0)
    state = filled(JointState, '{name: [a, b], position: [0.5, 1], header: {frame_id: f}}')
    assert (list(state.name), list(state.position)) == (['a', 'b'], [0.5, 1.0])
    assert state.header.frame_id == 'f'
    points = '[{positions: [1.0], time_from_start: {sec: 1}}, {positions: [2.0]}]'
    trajectory = filled(JointTrajectory, f'{{joint_names: [a], points: {points}}}')
    assert [list(point.positions) for point in trajectory.points] == [[1.0], [2.0]]
    assert trajectory.points[0].time_from_start.sec == 1
    assert filled(Image, '{height: 1, data: [1, 2]}').data.tolist() == [1, 2]
    assert list(filled(CameraInfo, f'k: {list(range(9))}').k) == list(range(9))
    assert filled(DiagnosticStatus, 'level: 2').level == b'\x02'


def test_time_is_filled_in_when_publishing():
    state = JointState()
    stamps = messages.fill(state, {'header': 'auto'})
    stamps += messages.fill(state.header, {'stamp': 'now'})
    for stamp in stamps:
        stamp(Time(sec=7))
    assert len(stamps) == 2
    assert state.header.stamp.sec == 7


@pytest.mark.parametrize(
    ('kind', 'text', 'error'),
    [
        (String, 'dada: x', "'String' object has no attribute 'dada', only: data"),
        (Pose, '{position: {w: 1}}', "'Point' object has no attribute 'w'"),
        (Pose, '{position: 1}', "field 'position': expected a dictionary"),
        (Pose, '{position: {x: a}}', "field 'x': expected float, got 'a'"),
        (Image, '{height: 1.5}', "field 'height': expected int, got 1.5"),
        (JointState, '{position: 1.0}', "field 'position': expected a list"),
        (JointState, '{position: [a]}', "field 'position'"),
        (String, 'data', 'needs to be a dictionary'),
        (String, '{', 'not valid YAML'),
    ],
)
def test_wrong_values_are_told(kind, text, error):
    with pytest.raises(RuntimeError, match=error):
        filled(kind, text)


def test_messages_as_yaml():
    state = filled(JointState, '{name: [a, b], position: [0.5, 1], header: {frame_id: f}}')
    assert messages.to_yaml(state, messages.Style()) == (
        'header:\n  stamp:\n    sec: 0\n    nanosec: 0\n  frame_id: f\n'
        'name:\n- a\n- b\nposition:\n- 0.5\n- 1.0\nvelocity: []\neffort: []\n'
    )
    assert messages.to_yaml(String(data='ä'), messages.Style()) == 'data: ä\n'
    assert messages.to_yaml(String(data='12345'), messages.Style(3)) == 'data: 123...\n'
    assert 'position:\n- 0.5\n- ...\n' in messages.to_yaml(state, messages.Style(1)).replace(
        "'", ''
    )
    told = messages.to_yaml(state, messages.Style(no_arr=True))
    assert 'position: <sequence type: double, length: 2>' in told.replace("'", '')


def test_echo_takes_what_all_publishers_offer(capsys):
    def options(*argv):
        parser = argparse.ArgumentParser()
        qos.arguments('sensor_data')(parser)
        return parser.parse_args(argv)

    def publisher(reliable, latched):
        profile = QoSProfile(
            depth=1,
            reliability=ReliabilityPolicy.RELIABLE if reliable else ReliabilityPolicy.BEST_EFFORT,
            durability=DurabilityPolicy.TRANSIENT_LOCAL if latched else DurabilityPolicy.VOLATILE,
        )
        return SimpleNamespace(qos_profile=profile)

    def chosen(*publishers, argv=()):
        profile = qos.profile_for(options(*argv), list(publishers))
        return profile.reliability.short_key, profile.durability.short_key, profile.depth

    assert chosen() == ('best_effort', 'volatile', 5)
    assert chosen(publisher(1, 1), publisher(1, 1)) == ('reliable', 'transient_local', 5)
    assert capsys.readouterr().out == ''
    assert chosen(publisher(1, 0), publisher(0, 0)) == ('best_effort', 'volatile', 5)
    assert (
        'Some, but not all, publishers are offering QoSReliabilityPolicy.RELIABLE'
        in capsys.readouterr().out
    )
    asked = ('--qos-reliability', 'reliable', '--qos-depth', '3')
    assert chosen(publisher(0, 1), argv=asked) == ('reliable', 'volatile', 3)


LAUNCH = """
from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, LogInfo
from launch.substitutions import LaunchConfiguration


def generate_launch_description():
    return LaunchDescription([
        DeclareLaunchArgument('who', default_value='you', description='Whom to greet'),
        LogInfo(msg=['hello ', LaunchConfiguration('who')]),
    ])
"""


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package 'robot' with a launch file and a program."""
    index = tmp_path / 'share' / 'ament_index' / 'resource_index' / 'packages'
    index.mkdir(parents=True)
    (index / 'robot').write_text('')
    (tmp_path / 'share' / 'robot' / 'launch').mkdir(parents=True)
    (tmp_path / 'share' / 'robot' / 'launch' / 'hello.launch.py').write_text(LAUNCH)
    (tmp_path / 'lib' / 'robot').mkdir(parents=True)
    tell = tmp_path / 'lib' / 'robot' / 'tell'
    tell.write_text('#!/bin/sh\necho "$A" "$@"; exit 4\n')
    tell.chmod(0o755)
    monkeypatch.setenv('AMENT_PREFIX_PATH', str(tmp_path))
    return tmp_path


def test_launch_by_package_and_by_path(package, capsys):
    assert main(['launch', 'robot', 'hello.launch.py', 'who:=all']) == 0
    assert 'hello all' in capsys.readouterr().out
    path = package / 'share' / 'robot' / 'launch' / 'hello.launch.py'
    assert main(['launch', str(path)]) == 0
    assert 'hello you' in capsys.readouterr().out


def test_launch_shows_arguments(package, capsys):
    assert main(['launch', 'robot', 'hello.launch.py', '--show-args']) == 0
    assert capsys.readouterr().out == (
        "Arguments (pass arguments as '<name>:=<value>'):\n\n"
        "    'who':\n        Whom to greet\n        (default: 'you')\n"
    )


def test_launch_errors(package):
    assert "Package 'none' not found" in main(['launch', 'none', 'a.launch.py'])
    assert "file 'a.launch.py' was not found" in main(['launch', 'robot', 'a.launch.py'])
    assert 'malformed launch argument' in main(['launch', 'robot', 'hello.launch.py', 'who=all'])
    assert 'is not a file' in main(['launch', '/no/such.launch.py', 'a:=b'])


def test_run_becomes_the_program(package):
    command = [sys.executable, '-m', 'ros2cli.main', 'run', '--prefix', 'env A=1']
    done = subprocess.run(
        [*command, 'robot', 'tell', '--ros-args', '-p', 'a:=b'],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.stdout, done.returncode) == ('1 --ros-args -p a:=b\n', 4)
    assert main(['run', 'robot', 'nope']) == 'No executable found'
    assert "Package 'none' not found" in main(['run', 'none', 'nope'])


def test_pkg(package, capsys):
    main(['pkg', 'list'])
    main(['pkg', 'prefix', 'robot'])
    main(['pkg', 'executables', 'robot'])
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2:] == [str(package), 'robot tell']
    assert 'robot' in lines
    assert main(['pkg', 'prefix', 'none']) == 'Package not found'
