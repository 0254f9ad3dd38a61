# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
`ros2 topic echo|pub|hz|bw|delay`: messages on the command line.

As ros2/ros2cli: ros2topic/verb/ and ros2/rosidl_runtime_py: convert.py, set_message.py have it.
"""

from __future__ import annotations

import re

import pytest
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import JointState
from std_msgs.msg import String

TICKS = '/robot/ticks'


@pytest.fixture(scope='module', autouse=True)
def robot(spinner):
    node = Node('robot', context=spinner.context)
    latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    node.create_publisher(String, '~/latched', latched).publish(String(data='once: said'))
    ticks = node.create_publisher(JointState, '~/ticks', 10)
    best = QoSProfile(depth=5, reliability=ReliabilityPolicy.BEST_EFFORT)
    mixed = [node.create_publisher(String, '~/mixed', quality) for quality in (10, best)]
    long = node.create_publisher(String, '~/long', 10)

    def tick():
        state = JointState(name=['a', 'b'], position=[0.5, 1.0], velocity=[0.25] * 200)
        state.header.frame_id = 'base'
        state.header.stamp = node.get_clock().now().to_msg()
        ticks.publish(state)
        long.publish(String(data='x' * 200))
        for publisher in mixed:
            publisher.publish(String(data='mixed'))

    node.create_timer(0.02, tick)
    spinner.add_node(node)
    return node


@pytest.fixture
def heard(robot):
    """What came on /heard."""
    messages = []
    subscription = robot.create_subscription(String, '/heard', messages.append, 10)
    yield messages
    robot.destroy_subscription(subscription)


def words(messages):
    return [message.data for message in messages]


def test_echo_prints_yaml_and_lines_between(cli):
    told = cli('topic', 'echo', '--once', '--no-daemon', TICKS)
    assert re.fullmatch(
        r'header:\n  stamp:\n    sec: \d+\n    nanosec: \d+\n  frame_id: base\n'
        r'name:\n- a\n- b\nposition:\n- 0\.5\n- 1\.0\nvelocity:\n(- 0\.25\n){128}'
        r"- '\.\.\.'\neffort: \[\]\n---\n",
        told,
    )


def test_echo_cuts_long_strings(cli):
    told = cli('topic', 'echo', '--once', '-l', '5', '--no-daemon', '/robot/long')
    assert told == 'data: xxxxx...\n---\n'


def test_echo_prints_all_on_demand(cli):
    told = cli('topic', 'echo', '--once', '--full-length', '--no-daemon', '/robot/long')
    assert told == f'data: {"x" * 200}\n---\n'


def test_echo_leaves_out_arrays_and_strings_and_prints_on_one_line(cli):
    told = cli(
        'topic', 'echo', '--once', '--no-arr', '--no-str', '--flow-style', '--no-daemon', TICKS
    )
    assert "frame_id: '<string length: <4>>'" in told
    assert "position: '<sequence type: double, length: 2>'" in told
    assert told.count('\n') == 2


@pytest.mark.parametrize(
    ('field', 'text'),
    [('header.frame_id', 'base\n---\n'), ('header', 'stamp:\n  sec: ')],
)
def test_echo_selects_a_field(cli, field, text):
    told = cli('topic', 'echo', '--once', '--field', field, '--no-daemon', TICKS)
    assert told.startswith(text)
    assert told.endswith('---\n')


def test_echo_of_a_field_that_is_not_there(cli):
    error = cli.failing('topic', 'echo', '--field', 'header.wrong', '--no-daemon', TICKS)
    assert error.startswith("Invalid field 'header.wrong': ")


def test_echo_asks_for_latched_messages_where_all_publishers_offer_them(cli):
    told = cli('topic', 'echo', '--once', '--no-daemon', '/robot/latched')
    assert told == "data: 'once: said'\n---\n"


def test_echo_asks_for_what_it_is_told(cli):
    command = cli.start(
        'topic', 'echo', '--once', '--qos-durability', 'volatile', '--qos-reliability', 'reliable',
        '--qos-depth', '1', '--qos-history', 'keep_last', '--timeout', '1', '--no-daemon',
        '/robot/latched', 'std_msgs/msg/String',
    )  # fmt: skip
    assert command.end() == 0
    assert command.stdout == ''


def test_echo_takes_the_least_that_publishers_offer(cli):
    told = cli('topic', 'echo', '--once', '--no-daemon', '/robot/mixed')
    assert 'Some, but not all, publishers are offering' in told
    assert told.endswith('data: mixed\n---\n')


def test_echo_of_no_topic(cli):
    command = cli.start('topic', 'echo', '--no-daemon', '/nothing')
    assert command.end() == 1
    assert 'topic [/nothing] does not appear to be published yet' in command.stdout
    assert command.stderr == 'Could not determine the type for the passed topic\n'


def test_echo_with_a_type_waits_until_it_is_interrupted(cli, robot):
    command = cli.start('topic', 'echo', '/late', 'std_msgs/msg/String', '--no-daemon')
    publisher = robot.create_publisher(String, '/late', 10)
    command.until(lambda: publisher.get_subscription_count() == 1)
    for word in ('one', 'two'):
        publisher.publish(String(data=word))
    command.until(lambda: command.stdout == 'data: one\n---\ndata: two\n---\n')
    command.interrupt()
    assert 'Traceback' not in command.stderr


def test_echo_of_a_wrong_type(cli):
    error = cli.failing('topic', 'echo', TICKS, 'sensor_msgs/msg/Nothing', '--no-daemon')
    assert error == 'The passed message type is invalid\n'


def test_pub_once_waits_for_a_subscription(cli, heard):
    told = cli('topic', 'pub', '--once', '/heard', 'std_msgs/String', 'data: go')
    assert 'publisher: beginning loop\n' in told
    assert told.endswith("publishing #1: std_msgs.msg.String(data='go')\n\n")
    cli.until(lambda: words(heard) == ['go'])


def test_pub_as_often_and_fast_as_told(cli, heard):
    told = cli(
        'topic', 'pub', '-t', '4', '-r', '50', '-p', '2', '/heard', 'std_msgs/msg/String',
        '{data: x}',
    )  # fmt: skip
    assert re.findall(r'publishing #(\d+)', told) == ['2', '4']
    cli.until(lambda: words(heard) == ['x'] * 4)


def test_pub_goes_on_until_it_is_interrupted(cli, heard):
    command = cli.start('topic', 'pub', '-r', '50', '/heard', 'std_msgs/msg/String', 'data: y')
    command.until(lambda: len(heard) > 2)
    command.interrupt()
    assert 'Traceback' not in command.stderr


def test_pub_waits_for_so_many_subscriptions_no_longer_than_told(cli):
    command = cli.start(
        'topic', 'pub', '-w', '2', '--max-wait-time-secs', '0.5', '/unheard', 'std_msgs/String'
    )
    assert command.end() == 1
    assert 'Waiting for at least 2 matching subscription(s)...\n' in command.stdout
    assert command.stderr.startswith('Timed out waiting for subscribers: Expected 2 ')


def test_pub_latched_under_a_name_of_its_own(cli, robot):
    command = cli.start(
        'topic', 'pub', '--qos-durability', 'transient_local', '--qos-reliability', 'reliable',
        '-n', 'teller', '-r', '0.1', '/told', 'std_msgs/msg/String', 'data: early',
    )  # fmt: skip
    command.until(lambda: 'publishing #1' in command.stdout)
    latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    late = []
    robot.create_subscription(String, '/told', late.append, latched)
    command.until(lambda: words(late) == ['early'])
    assert 'teller' in robot.get_node_names()


def test_pub_fills_times_and_nested_fields(cli, robot):
    states = []
    robot.create_subscription(JointState, '/states', states.append, 10)
    cli(
        'topic', 'pub', '--once', '/states', 'sensor_msgs/msg/JointState',
        '{header: auto, name: [a], position: [1.5], velocity: [2]}',
    )  # fmt: skip
    cli.until(lambda: states)
    assert (states[0].name, list(states[0].position)) == (['a'], [1.5])
    assert list(states[0].velocity) == [2.0]
    assert states[0].header.stamp.sec > 0


def test_pub_takes_values_from_standard_input(cli, heard):
    cli('topic', 'pub', '--once', '--stdin', '/heard', 'std_msgs/msg/String', given='data: in\n')
    cli.until(lambda: words(heard) == ['in'])


@pytest.mark.parametrize(
    ('kind', 'values', 'error'),
    [
        ('std_msgs/msg/Nothing', '{}', 'The passed message type is invalid'),
        ('std_msgs/msg/String', 'word', 'The passed value needs to be a dictionary'),
        ('std_msgs/msg/String', '{dada: x}', 'Failed to populate field: '),
        ('geometry_msgs/msg/Pose', '{position: {x: word}}', 'Failed to populate field: '),
    ],
)
def test_pub_errors(cli, kind, values, error):
    assert cli.failing('topic', 'pub', '-r', '1', '/x', kind, values).startswith(error)


def test_pub_at_no_rate(cli):
    assert 'rate' in cli.failing('topic', 'pub', '-r', '0', '/x', 'std_msgs/msg/String')


BANDWIDTH = (
    r'[\d.]+ [KM]?B/s from \d+ messages\n'
    r'\tMessage size mean: [\d.]+ [KM]?B min: [\d.]+ [KM]?B max: [\d.]+ [KM]?B\n'
)
SPREAD = r'\tmin: -?\d+\.\d{3}s max: -?\d+\.\d{3}s std dev: \d+\.\d{5}s window: \d+\n'


@pytest.mark.parametrize(
    ('verb', 'pattern'),
    [
        ('hz', rf'average rate: \d+\.\d{{3}}\n{SPREAD}'),
        ('delay', rf'average delay: -?\d+\.\d{{3}}\n{SPREAD}'),
        ('bw', BANDWIDTH),
    ],
)
def test_how_messages_come(cli, verb, pattern):
    command = cli.start('topic', verb, '-w', '20', TICKS)
    command.until(lambda: re.search(pattern, command.stdout))
    command.interrupt()
    assert 'Traceback' not in command.stderr


def test_delay_needs_a_header(cli):
    assert 'msg does not have header' in cli.failing('topic', 'delay', '/robot/long')


def test_hz_waits_for_the_topic(cli, robot):
    command = cli.start('topic', 'hz', '/afterwards')
    warning = 'WARNING: topic [/afterwards] does not appear to be published yet\n'
    command.until(lambda: warning in command.stdout)
    publisher = robot.create_publisher(String, '/afterwards', 10)
    command.until(lambda: publisher.get_subscription_count() == 1)
    command.interrupt()


@pytest.mark.parametrize('verb', ['echo', 'hz'])
def test_sigterm_ends_what_listens(cli, verb):
    command = cli.start('topic', verb, '/robot/long')
    command.until(lambda: 'xxx' in command.stdout or 'average rate' in command.stdout)
    command.process.terminate()
    command.end()  # with which code differs: rclpy.spin() just returns (rclpy/executors.py)
    assert 'Traceback' not in command.stderr
