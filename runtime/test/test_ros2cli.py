# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The ros2 command of this runtime: its arguments, refusals, messages as YAML, full disks."""

from __future__ import annotations

import argparse
import random
import string
import subprocess
import sys
from types import SimpleNamespace

from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticStatus
from geometry_msgs.msg import Pose
import pytest
from ros2cli import command, messages
from ros2cli.main import REFUSED, main
from ros_fixtures import spin_until
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
        (String, 'dada: x', 'String has no dada: data'),
        (Pose, '{position: {w: 1}}', 'Point has no w: x, y, z'),
        (Pose, '{position: 1}', 'position: expected a dictionary'),
        (Pose, '{position: {x: a}}', "'x' field"),
        (Image, '{height: 1.5}', "'height' field"),
        (JointState, '{position: 1.0}', 'expected a list'),
        (JointState, '{position: [a]}', 'Failed to populate field'),
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


def option(word, *argv):
    """What a word of the command's own makes of a command line."""
    parser = argparse.ArgumentParser(exit_on_error=False)
    command.add_argument(parser, word)
    (value,) = vars(parser.parse_args(argv)).values()
    return value


@pytest.mark.parametrize(
    ('word', 'argv', 'value'),
    [
        ('-f/--flag', (), False),
        ('-f/--flag', ('-f',), True),
        ('-r/--rate=1.0', (), 1.0),
        ('-r/--rate=1.0', ('-r', '2'), 2.0),
        ('--times=3', ('--times', '0'), 0),
        ('--field=str', (), None),
        ('--clock?=40.0', (), None),
        ('--clock?=40.0', ('--clock',), 40.0),
        ('--clock?=40.0', ('--clock', '10'), 10.0),
        ('--topics=+', (), []),
        ('--topics=+', ('--topics', '/a', '/b'), ['/a', '/b']),
        ('--storage=mcap|sqlite3', (), 'mcap'),
        ('--storage=|mcap|sqlite3', (), None),
        ('values?={}', (), '{}'),
        ('argv...', ('a', '--b'), ['a', '--b']),
    ],
)
def test_words_for_arguments(word, argv, value):
    assert option(word, *argv) == value


@pytest.mark.parametrize(
    ('word', 'text'),
    [('--rate=1.0', '0'), ('--rate=float', '-1'), ('--times=3', '-1'), ('--times=int', '1.5'),
     ('--storage=mcap|sqlite3', 'zip')],
)  # fmt: skip
def test_values_that_words_do_not_allow(word, text):
    with pytest.raises(argparse.ArgumentError):
        option(word, word.partition('=')[0], text)


@pytest.mark.parametrize(
    'argv',
    [
        *((name, 'list') for name in REFUSED),
        ('bag', 'convert'),
        ('interface', 'list'),
        ('pkg', 'create'),
        ('service', 'echo'),
    ],
)
def test_what_is_not_there_is_refused_by_name(argv):
    text = ' '.join(argv[: 1 if argv[0] in REFUSED else 2])
    assert main(argv) == f'ros2 {text} is not supported by pi0-ros-runtime'


def test_options_that_are_not_there_are_named(capsys):
    with pytest.raises(SystemExit, match='2'):
        main(['bag', 'record', '-a', '--compression-mode', 'file'])
    assert 'unrecognized arguments: --compression-mode' in capsys.readouterr().err


def test_no_daemon_runs(capsys):
    assert main(['daemon', 'status']) == 0
    assert capsys.readouterr().out == 'The daemon is not running\n'


LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))  # the disk is full
from ros2cli.main import main
sys.exit(main(['bag', 'record', '-o', sys.argv[1], '-s', sys.argv[2], '/noise']))
"""


@pytest.mark.parametrize(
    ('storage', 'left'),
    [('mcap', "'mcap recover' restores what is there"), ('sqlite3', 'nothing of it can be read')],
)
def test_a_full_disk_ends_the_recording(make_node, executor, tmp_path, storage, left):
    node = make_node()
    publisher = node.create_publisher(String, '/noise', 10)
    text = ''.join(random.Random(0).choices(string.printable, k=100_000))
    node.create_timer(0.01, lambda: publisher.publish(String(data=text)))
    command = [sys.executable, '-c', LIMITED, str(tmp_path / 'bag'), storage]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        spin_until(executor, lambda: process.poll() is not None)
        told = process.stderr.read()
    assert process.returncode == 1
    assert f'[ERROR] [ros2bag]: {tmp_path / "bag"}: ' in told
    assert f'The recording is broken off; {left}.' in told
    assert 'Traceback' not in told
