# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The recorder, its callbacks called by hand: what it writes, what it refuses, how it fails."""

import errno
from pathlib import Path

from diagnostic_msgs.msg import DiagnosticStatus
import pytest
import rclpy
from rclpy.serialization import serialize_message
from rosbags.rosbag2 import Reader
from sensor_msgs.msg import JointState
from std_msgs.msg import Float64MultiArray, String
from std_srvs.srv import SetBool, Trigger

from pi0_ros.nodes.record_node import RecordNode
from pi0_ros.recording import EPISODE_FILE, Recording, read_info

ROBOT = Path(__file__).parents[2] / 'config' / 'robots' / 'aloha_sim.yaml'
SENTENCE = 'pick up the red cube'
COMMAND = '/left_arm_controller/commands'
STATE = '/joint_states'


@pytest.fixture
def node(tmp_path, monkeypatch):
    rclpy.init(args=['--ros-args', '-p', f'robot:={ROBOT}', '-p', f'folder:={tmp_path}'])
    node = RecordNode()
    node.clock_ns = 1000
    monkeypatch.setattr(node, '_now_ns', lambda: node.clock_ns)
    node.said = []
    monkeypatch.setattr(node._state_out, 'publish', node.said.append)
    yield node
    node.destroy_node()
    rclpy.try_shutdown()


def hear(node, topic, message, seconds=0.1):
    node.clock_ns += int(seconds * 1e9)
    node._on_message(topic, serialize_message(message))


def start(node):
    return node._on_start(Trigger.Request(), Trigger.Response())


def stop(node, *, success=True):
    return node._on_stop(SetBool.Request(data=success), SetBool.Response())


def test_it_listens_to_all_that_the_robot_has(node):
    assert node._types == {
        '/command': 'std_msgs/msg/String',
        '/cam_high/image_raw': 'sensor_msgs/msg/Image',
        '/cam_right_wrist/image_raw': 'sensor_msgs/msg/Image',
        STATE: 'sensor_msgs/msg/JointState',
        **{f'/{output}/commands': 'std_msgs/msg/Float64MultiArray' for output in (
            'left_arm_controller', 'left_gripper_controller',
            'right_arm_controller', 'right_gripper_controller',
        )},
    }  # fmt: skip


def test_an_episode_is_what_comes_between_start_and_stop(node, tmp_path):
    hear(node, '/command', String(data=SENTENCE))
    hear(node, STATE, JointState(name=['before']))
    began = node.clock_ns
    assert start(node).success
    hear(node, STATE, JointState(name=['within']))
    hear(node, COMMAND, Float64MultiArray(data=[1.0, 2.0]))
    hear(node, '/command', String(data='let it go'))
    answer = stop(node, success=False)
    hear(node, STATE, JointState(name=['after']))
    assert answer.success
    assert 'a failure' in answer.message
    assert 'nothing came on /cam_high/image_raw, /cam_right_wrist/image_raw' in answer.message
    folder = tmp_path / 'episode_000000'
    info = read_info(folder)
    assert info.sentences == (SENTENCE, 'let it go')
    assert (info.robot, info.success) == ('aloha_sim', False)
    assert (info.start_ns, info.end_ns) == (began, began + 300_000_000)
    assert info.topics['joint_states'] == STATE
    assert (info.counts['/command'], info.counts[STATE], info.counts[COMMAND]) == (2, 1, 1)
    with Reader(folder) as reader:
        found = [(c.topic, stamp, bytes(data)) for c, stamp, data in reader.messages()]
    assert found == [
        ('/command', began, serialize_message(String(data=SENTENCE))),
        (STATE, began + 100_000_000, serialize_message(JointState(name=['within']))),
        (COMMAND, began + 200_000_000, serialize_message(Float64MultiArray(data=[1.0, 2.0]))),
        ('/command', began + 300_000_000, serialize_message(String(data='let it go'))),
    ]


def test_what_can_not_be_done_is_refused_with_the_reason(node, tmp_path):
    assert 'no sentence' in start(node).message
    assert 'no episode' in stop(node).message
    assert 'no episode' in node._on_discard(Trigger.Request(), Trigger.Response()).message
    hear(node, '/command', String(data=' '))
    assert 'empty' in start(node).message
    hear(node, '/command', String(data=SENTENCE))
    clock_ns, node.clock_ns = node.clock_ns, 0
    assert 'clock' in start(node).message
    node.clock_ns = clock_ns
    assert start(node).success
    answer = start(node)
    assert not answer.success
    assert 'episode_000000 is running' in answer.message
    assert [path.name for path in tmp_path.iterdir()] == ['episode_000000']


def test_numbers_go_on_and_a_discarded_episode_is_gone(node, tmp_path):
    hear(node, '/command', String(data=SENTENCE))
    (tmp_path / 'episode_000007').mkdir()
    assert start(node).success
    assert (tmp_path / 'episode_000008').is_dir()
    assert node._on_discard(Trigger.Request(), Trigger.Response()).success
    assert not (tmp_path / 'episode_000008').exists()
    assert 'no episode' in stop(node).message


def test_a_node_that_ends_closes_its_episode_without_a_label(node, tmp_path):
    hear(node, '/command', String(data=SENTENCE))
    start(node)
    node.destroy_node()
    assert read_info(tmp_path / 'episode_000000').success is None


def test_full_disk_breaks_the_episode_off_and_the_node_goes_on(node, tmp_path, monkeypatch):
    hear(node, '/command', String(data=SENTENCE))
    start(node)
    with monkeypatch.context() as full:
        full.setattr(Recording, 'write', fill_up)
        hear(node, STATE, JointState())
    hear(node, STATE, JointState())
    answer = stop(node)
    assert not answer.success
    assert 'No space left' in answer.message
    assert node.said[-1].level == DiagnosticStatus.ERROR
    assert 'No space left' in node.said[-1].message
    assert not (tmp_path / 'episode_000000' / EPISODE_FILE).exists()
    assert start(node).success
    assert stop(node).success
    assert read_info(tmp_path / 'episode_000001').success is True


def test_disk_that_is_full_at_once_refuses_the_start(node, monkeypatch):
    hear(node, '/command', String(data=SENTENCE))
    monkeypatch.setattr(Recording, 'write', fill_up)
    answer = start(node)
    assert not answer.success
    assert 'No space left' in answer.message


def test_clock_that_goes_back_breaks_the_episode_off(node):
    hear(node, '/command', String(data=SENTENCE))
    start(node)
    hear(node, STATE, JointState())
    hear(node, STATE, JointState(), seconds=-0.05)
    assert 'the clock went back' in stop(node).message


def test_it_says_which_topics_are_silent(node):
    hear(node, '/command', String(data=SENTENCE))
    start(node)
    assert node.said[-1].level == DiagnosticStatus.WARN
    assert '/cam_high/image_raw' in node.said[-1].message
    for topic in node._types:
        hear(node, topic, String(data=SENTENCE))
    node._report()
    assert node.said[-1].level == DiagnosticStatus.OK
    assert node.said[-1].message == 'episode_000000: 0.8 s'


def fill_up(*_):
    raise OSError(errno.ENOSPC, 'No space left on device')
