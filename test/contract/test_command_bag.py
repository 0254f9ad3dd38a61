# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
`ros2 bag record|info|play`: recordings of topics.

As ros2/rosbag2: ros2bag/ros2bag/verb/, rosbag2_py/src/rosbag2_py/format_bag_metadata.cpp and
rosbag2_storage/src/rosbag2_storage/qos.cpp have it.
"""

from __future__ import annotations

import re
import subprocess

import pytest
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from rclpy.serialization import deserialize_message, serialize_message
from ros_fixtures import spin_until
from rosgraph_msgs.msg import Clock
from std_msgs.msg import Int32, String

# An independent reader and writer of recordings; a ROS 2 may do without.
pytest.importorskip('rosbags', reason='rosbags reads and writes the recordings')
from rosbags.rosbag2 import Reader, StoragePlugin, Writer
from rosbags.typesys import Stores, get_typestore

LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
BEST = QoSProfile(depth=5, reliability=ReliabilityPolicy.BEST_EFFORT)


@pytest.fixture(scope='module', autouse=True)
def _command():
    """Skip where rosbag2, a repository of its own, is not part of the ROS 2."""
    if subprocess.run(['ros2', 'bag', '--help'], capture_output=True, check=False).returncode:
        pytest.skip('there is no ros2 bag')


class Recorded:
    """Publishes /numbers and latched /word, and has them recorded."""

    def __init__(self, spinner, cli, folder):
        self._spinner = spinner
        self._cli = cli
        self.folder = folder
        self.node = Node('source', context=spinner.context)
        spinner.add_node(self.node)
        self.word = self.node.create_publisher(String, '/word', LATCHED)
        self.word.publish(String(data='said before'))
        self.numbers = self.node.create_publisher(Int32, '/numbers', BEST)
        self._sent = 0

    def record(self, *arguments, topics=('/numbers', '/word')):
        """Record at least ten numbers; give the command, which runs."""
        command = self._cli.start('bag', 'record', '-o', self.folder, *arguments)
        for publisher in (self.word, self.numbers):
            if publisher.topic_name in topics:
                command.until(lambda p=publisher: p.get_subscription_count() == 1)
        timer = self.node.create_timer(0.01, self._send)
        command.until(lambda: self._sent >= 20)
        self.node.destroy_timer(timer)
        return command

    def _send(self):
        self._sent += 1
        self.numbers.publish(Int32(data=self._sent))

    def say(self, publisher, number=20):
        """Publish words so slowly that none is lost."""
        said = []

        def say():
            if len(said) < number:
                said.append(str(len(said)))
                publisher.publish(String(data=said[-1]))

        timer = self.node.create_timer(0.01, say)
        spin_until(self._spinner, lambda: len(said) == number)
        self.node.destroy_timer(timer)

    def close(self):
        self._spinner.remove_node(self.node)
        self.node.destroy_node()


@pytest.fixture
def source(spinner, cli, tmp_path):
    source = Recorded(spinner, cli, tmp_path / 'bag')
    yield source
    source.close()


@pytest.fixture
def sink(spinner):
    """A node that hears what is played."""
    node = Node('sink', context=spinner.context)
    spinner.add_node(node)
    yield node
    spinner.remove_node(node)
    node.destroy_node()


def contents(folder):
    """What rosbags reads: the data of each topic, and the QoS that was offered."""
    kinds = {'std_msgs/msg/String': String, 'std_msgs/msg/Int32': Int32}
    with Reader(folder) as reader:
        messages = {connection.topic: [] for connection in reader.connections}
        for connection, _, data in reader.messages(reader.connections):
            if kind := kinds.get(connection.msgtype):
                message = deserialize_message(bytes(data), kind)
                messages[connection.topic].append(message.data)
        offers = {item.topic: item.ext.offered_qos_profiles for item in reader.connections}
    return messages, offers


def write(folder, storage='mcap', step_ns=20_000_000):
    """Have rosbags write ten numbers and a latched word."""
    store = get_typestore(Stores.ROS2_JAZZY)
    plugin = {'mcap': StoragePlugin.MCAP, 'sqlite3': StoragePlugin.SQLITE3}[storage]
    with Writer(folder, version=8, storage_plugin=plugin) as writer:
        numbers = writer.add_connection('/numbers', 'std_msgs/msg/Int32', typestore=store)
        word = writer.add_connection('/word', 'std_msgs/msg/String', typestore=store)
        start_ns = 1_700_000_000_000_000_000
        writer.write(word, start_ns, serialize_message(String(data='said')))
        for number in range(10):
            data = serialize_message(Int32(data=number))
            writer.write(numbers, start_ns + number * step_ns, data)


@pytest.mark.parametrize('storage', ['mcap', 'sqlite3'])
def test_record_until_ctrl_c(source, storage):
    command = source.record('-s', storage, '--topics', '/numbers', '/word')
    assert command.interrupt() == 0
    messages, offers = contents(source.folder)
    numbers = messages['/numbers']
    assert numbers == sorted(numbers)
    assert len(numbers) >= 10
    assert messages['/word'] == ['said before']
    assert [qos.durability.name for qos in offers['/word']] == ['TRANSIENT_LOCAL']
    assert [qos.reliability.name for qos in offers['/numbers']] == ['BEST_EFFORT']
    suffix = {'mcap': 'mcap', 'sqlite3': 'db3'}[storage]
    assert [file.suffix for file in source.folder.glob('*.*')].count(f'.{suffix}') == 1
    assert (source.folder / 'metadata.yaml').is_file()


def test_record_all(source):
    assert source.record('--all').interrupt() == 0
    messages, _ = contents(source.folder)
    assert {'/numbers', '/word', '/rosout', '/parameter_events'} <= set(messages)


@pytest.mark.parametrize(
    'arguments',
    [('--regex', '/num.*'), ('-a', '--exclude-regex', '/(word|ros|par).*'),
     ('/numbers',)],
)  # fmt: skip
def test_record_chosen_topics(source, arguments):
    assert source.record(*arguments, topics=('/numbers',)).interrupt() == 0
    messages, _ = contents(source.folder)
    # The recorder may have topics of its own.
    known = {'/numbers', '/word', '/rosout', '/parameter_events'}
    assert set(messages) & known == {'/numbers'}


def test_record_a_topic_that_comes_later(source, cli):
    command = cli.start('bag', 'record', '-o', source.folder, '--topics', '/late')
    command.until(lambda: 'rosbag2_recorder' in source.node.get_node_names())
    late = source.node.create_publisher(String, '/late', LATCHED)
    late.publish(String(data='at last'))
    command.until(lambda: late.get_subscription_count() == 1)
    source.say(late)
    assert command.interrupt() == 0
    messages, _ = contents(source.folder)
    assert set(messages) == {'/late'}
    assert len(messages['/late']) >= 10


def test_record_errors(cli, tmp_path):
    assert 'Need to specify at least one option' in cli.failing('bag', 'record')
    error = cli.failing('bag', 'record', '-a', '-o', tmp_path)
    assert f"Output folder '{tmp_path}' already exists." in error


def test_info(cli, tmp_path):
    write(tmp_path / 'bag')
    told = cli('bag', 'info', tmp_path / 'bag')
    date = r'\w{3} [ \d]\d \d{4} \d\d:\d\d:\d\d\.\d{9} \(1700000000\.'
    assert re.search(
        r'^\nFiles:             bag\.mcap\n'
        r'Bag size:          [\d.]+ (B|KiB)\n'
        r'Storage id:        mcap\n'
        r'ROS Distro:        \w+\n'
        r'Duration:          0\.180000000s\n'
        rf'Start:             {date}000000000\)\n'
        rf'End:               {date}180000000\)\n'
        r'Messages:          11\n'
        r'Topic information: Topic: ',
        told,
    )
    line = 'Topic: /numbers | Type: std_msgs/msg/Int32 | Count: 10 | Serialization Format: cdr\n'
    assert line in told
    assert re.search(r'^(Topic information:)? +Topic: /word', told, re.MULTILINE)


def test_info_of_topics(cli, tmp_path):
    write(tmp_path / 'bag')
    topics = cli('bag', 'info', '--topic-name', tmp_path / 'bag').splitlines()
    assert sorted(topics) == ['/numbers', '/word']


def test_info_and_play_of_nothing(cli, tmp_path):
    error = f"Bag path '{tmp_path}/none' does not exist!"
    assert error in cli.failing('bag', 'info', tmp_path / 'none')
    assert error in cli.failing('bag', 'play', tmp_path / 'none')


@pytest.mark.parametrize('storage', ['mcap', 'sqlite3'])
def test_play_what_others_wrote(cli, sink, tmp_path, storage):
    write(tmp_path / 'bag', storage)
    heard, words = [], []
    sink.create_subscription(Int32, '/numbers', heard.append, 10)
    sink.create_subscription(String, '/word', words.append, 10)
    cli('bag', 'play', '--delay', '1', '--disable-keyboard-controls', tmp_path / 'bag')
    cli.until(lambda: [message.data for message in heard] == list(range(10)))
    cli.until(lambda: [message.data for message in words] == ['said'])


def test_play_what_was_recorded_with_its_quality(source, cli, sink):
    source.record('--topics', '/numbers', '/word').interrupt()
    source.close()
    arguments = ('--remap', '/word:=/again', '--topics', '/word')
    command = cli.start('bag', 'play', '-l', '--delay', '0.1', source.folder, *arguments)
    command.until(lambda: sink.get_publishers_info_by_topic('/again'))
    late = []
    sink.create_subscription(String, '/again', late.append, LATCHED)
    command.until(lambda: late)
    assert late[0].data == 'said before'
    assert sink.get_publishers_info_by_topic('/numbers') == []
    assert command.interrupt() == 0


def test_play_at_a_rate_with_a_clock(cli, sink, tmp_path):
    write(tmp_path / 'bag', step_ns=1_000_000_000)
    heard, clocks = [], []
    sink.create_subscription(Int32, '/numbers', heard.append, 10)
    sink.create_subscription(Clock, '/clock', clocks.append, 10)
    cli('bag', 'play', '--delay', '1', '--rate', '20', '--clock', '100', tmp_path / 'bag')
    cli.until(lambda: [message.data for message in heard] == list(range(10)))
    seconds = [message.clock.sec - 1_700_000_000 for message in clocks]
    assert seconds == sorted(seconds)
    assert seconds[-1] in (8, 9)


def test_play_of_a_part(cli, sink, tmp_path):
    write(tmp_path / 'bag', step_ns=100_000_000)
    heard = []
    sink.create_subscription(Int32, '/numbers', heard.append, 10)
    cli('bag', 'play', '--delay', '1', '--start-offset', '0.55', tmp_path / 'bag')
    cli.until(lambda: [message.data for message in heard] == [6, 7, 8, 9])
