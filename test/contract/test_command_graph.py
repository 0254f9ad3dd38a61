# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
`ros2 node`, `ros2 topic` and `ros2 service`: what there is in the graph.

As ros2/ros2cli: ros2node, ros2topic and ros2service have it under verb/.
"""

from __future__ import annotations

import re

import pytest
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from std_msgs.msg import Int32, String
from std_srvs.srv import SetBool, Trigger

ALONE = '--no-daemon'


@pytest.fixture(scope='module', autouse=True)
def robot(spinner):
    node = Node('robot', namespace='/arm', context=spinner.context)
    latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    node.create_publisher(String, 'latched', latched)
    node.create_publisher(Int32, '~/_secret', 10)
    best = QoSProfile(depth=5, reliability=ReliabilityPolicy.BEST_EFFORT)
    node.create_subscription(String, '/command', lambda _: None, best)
    node.create_client(Trigger, '/elsewhere')

    def serve(request, response):
        response.success, response.message = request.data, 'served'
        return response

    def fail(_request, _response):
        return None

    node.create_service(SetBool, '~/enable', serve)
    node.create_service(Trigger, '~/_hidden', fail)
    spinner.add_node(node)
    spinner.add_node(Node('_shy', context=spinner.context))
    return node


def test_node_list_leaves_hidden_nodes_out(cli):
    assert cli('node', 'list', ALONE).splitlines() == ['/arm/robot']


def test_node_list_all_shows_hidden_nodes_too(cli):
    assert {'/_shy', '/arm/robot'} <= set(cli('node', 'list', '--all', ALONE).splitlines())


def test_node_list_counts(cli):
    assert cli('node', 'list', '-c', ALONE) == '1\n'


def test_node_list_warns_of_two_nodes_of_one_name(cli, spinner):
    twin = Node('robot', namespace='/arm', context=spinner.context)
    command = cli.start('node', 'list', ALONE)
    try:
        assert command.end() == 0
    finally:
        twin.destroy_node()
    assert command.stdout.splitlines() == ['/arm/robot', '/arm/robot']
    assert 'nodes in the graph that share an exact name' in command.stderr


def test_node_info(cli):
    lines = cli('node', 'info', '/arm/robot', ALONE).splitlines()
    titles = [line for line in lines if line.endswith('s:') and line[:4] != '    ']
    assert lines[0] == '/arm/robot'
    assert titles == [
        '  Subscribers:', '  Publishers:', '  Service Servers:', '  Service Clients:',
        '  Action Servers:', '  Action Clients:',
    ]  # fmt: skip

    def under(title):
        rest = lines[lines.index(title) + 1 :]
        end = next((i for i, line in enumerate(rest) if line[:4] != '    '), len(rest))
        return rest[:end]

    assert '    /command: std_msgs/msg/String' in under('  Subscribers:')
    assert '    /arm/latched: std_msgs/msg/String' in under('  Publishers:')
    assert '    /arm/robot/enable: std_srvs/srv/SetBool' in under('  Service Servers:')
    assert '    /elsewhere: std_srvs/srv/Trigger' in under('  Service Clients:')
    assert not any('_secret' in line or '_hidden' in line for line in lines)


def test_node_info_includes_hidden_names_on_demand(cli):
    told = cli('node', 'info', '/arm/robot', '--include-hidden', ALONE)
    assert '    /arm/robot/_secret: std_msgs/msg/Int32\n' in told
    assert '    /arm/robot/_hidden: std_srvs/srv/Trigger\n' in told


def test_node_info_of_no_node(cli):
    assert cli.failing('node', 'info', '/nobody', ALONE) == "Unable to find node '/nobody'\n"


def test_topic_list(cli):
    topics = cli('topic', 'list', ALONE).splitlines()
    assert {'/arm/latched', '/command', '/parameter_events', '/rosout'} <= set(topics)
    assert '/arm/robot/_secret' not in topics


def test_topic_list_with_types_and_hidden_topics(cli):
    topics = cli('topic', 'list', '-t', '--include-hidden-topics', ALONE).splitlines()
    assert '/arm/latched [std_msgs/msg/String]' in topics
    assert '/arm/robot/_secret [std_msgs/msg/Int32]' in topics


def test_topic_info(cli):
    assert cli('topic', 'info', '/command', ALONE) == (
        'Type: std_msgs/msg/String\nPublisher count: 0\nSubscription count: 1\n'
    )


def test_topic_info_verbose(cli):
    # rclpy/topic_endpoint_info.py
    told = cli('topic', 'info', '-v', '/arm/latched', ALONE)
    assert re.search(
        r'^Type: std_msgs/msg/String\n\nPublisher count: 1\n\nNode name: robot\n'
        r'Node namespace: /arm\nTopic type: std_msgs/msg/String\n'
        r'(Topic type hash: RIHS01_[0-9a-f]{64}\n)?Endpoint type: PUBLISHER\n'
        r'GID: ([0-9a-f]{2}\.)+[0-9a-f]{2}\nQoS profile:\n  Reliability: RELIABLE\n'
        r'  History \(Depth\): .*\n  Durability: TRANSIENT_LOCAL\n  Lifespan: Infinite\n'
        r'  Deadline: Infinite\n  Liveliness: AUTOMATIC\n  Liveliness lease duration: Infinite\n'
        r'\nSubscription count: 0\n\n$',
        told,
    )


def test_topic_info_of_no_topic(cli):
    assert cli.failing('topic', 'info', '/nothing', ALONE) == "Unknown topic '/nothing'\n"


def test_topic_type(cli):
    assert cli('topic', 'type', '/command', ALONE) == 'std_msgs/msg/String\n'
    assert cli.failing('topic', 'type', '/nothing', ALONE) == ''


def test_topic_find(cli):
    found = cli('topic', 'find', 'std_msgs/msg/String', ALONE).splitlines()
    assert sorted(found) == ['/arm/latched', '/command']


def test_service_list(cli):
    services = cli('service', 'list', '-t', ALONE).splitlines()
    assert '/arm/robot/enable [std_srvs/srv/SetBool]' in services
    assert '/arm/robot/get_parameters [rcl_interfaces/srv/GetParameters]' in services
    assert not any('_hidden' in name for name in services)


def test_service_type(cli):
    assert cli('service', 'type', '/arm/robot/enable') == 'std_srvs/srv/SetBool\n'
    assert cli.failing('service', 'type', '/nothing') == ''


def test_service_call(cli):
    told = cli('service', 'call', '/arm/robot/enable', 'std_srvs/srv/SetBool', 'data: true')
    assert 'requester: making request: std_srvs.srv.SetBool_Request(data=True)\n\n' in told
    response = "std_srvs.srv.SetBool_Response(success=True, message='served')"
    assert told.endswith(f'response:\n{response}\n\n')


def test_service_call_with_the_default_values_and_a_short_type(cli):
    told = cli('service', 'call', '/arm/robot/enable', 'std_srvs/SetBool')
    assert 'SetBool_Request(data=False)' in told
    assert 'success=False' in told


def test_service_call_takes_values_from_standard_input(cli):
    told = cli(
        'service', 'call', '--stdin', '/arm/robot/enable', 'std_srvs/srv/SetBool',
        given='data: true\n',
    )  # fmt: skip
    assert 'success=True' in told


def test_service_call_waits_for_the_service(cli):
    command = cli.start('service', 'call', '/later', 'std_srvs/srv/Trigger')
    command.until(lambda: 'waiting for service to become available...' in command.stdout)
    assert command.interrupt() != 0
    assert 'Traceback' not in command.stderr


@pytest.mark.parametrize(
    ('kind', 'values', 'error'),
    [
        ('std_srvs/srv/Nothing', '{}', 'The passed service type is invalid'),
        ('std_srvs/srv/SetBool', '{wrong: 1}', 'Failed to populate field'),
    ],
)
def test_service_call_errors(cli, kind, values, error):
    assert error in cli.failing('service', 'call', '/arm/robot/enable', kind, values)
