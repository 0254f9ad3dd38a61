# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a node sees of the others: names, types, counts, endpoints (rclpy/node.py)."""

import signal
import time

import pytest
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from rclpy.topic_endpoint_info import TopicEndpointTypeEnum
from ros_fixtures import ignore, spin_until
from ros_process import Process
from std_msgs.msg import Int32, String
from std_srvs.srv import SetBool, Trigger

PEER = """
    import rclpy
    from std_msgs.msg import String
    from std_srvs.srv import Trigger
    rclpy.init()
    node = rclpy.create_node('peer', namespace='far')
    node.create_publisher(String, 'topic', 10)
    node.create_service(Trigger, '~/s', print)
    node.create_client(Trigger, '/other')
    print('ready')
    rclpy.spin(node)
"""
LATCHED = QoSProfile(
    depth=3,
    durability=DurabilityPolicy.TRANSIENT_LOCAL,
    reliability=ReliabilityPolicy.BEST_EFFORT,
)


def test_another_process_comes_and_goes(make_node):
    node = make_node('watcher', namespace='room')
    with Process(PEER) as peer:
        assert peer.line() == 'ready'
        spin_until(node.executor, lambda: ('peer', '/far') in node.get_node_names_and_namespaces())
        spin_until(node.executor, lambda: node.count_publishers('/far/topic') == 1)
        spin_until(node.executor, lambda: node.count_services('/far/peer/s') == 1)
        assert '/far/peer' in node.get_fully_qualified_node_names()
        spin_until(
            node.executor,
            lambda: dict(node.get_publisher_names_and_types_by_node('peer', '/far')).get(
                '/far/topic'
            ),
        )
        # What a process has, and which of its nodes has it, is told apart: wait for each.
        for query, name, kind in (
            (node.get_service_names_and_types_by_node, '/far/peer/s', 'std_srvs/srv/Trigger'),
            (
                node.get_service_names_and_types_by_node,
                '/far/peer/list_parameters',
                'rcl_interfaces/srv/ListParameters',
            ),
            (node.get_client_names_and_types_by_node, '/other', 'std_srvs/srv/Trigger'),
        ):
            spin_until(node.executor, lambda: (name, [kind]) in query('peer', '/far'))  # noqa: B023
        assert peer.signal(signal.SIGTERM) is not None
    spin_until(node.executor, lambda: 'peer' not in node.get_node_names())
    spin_until(node.executor, lambda: node.count_publishers('/far/topic') == 0)
    assert ('watcher', '/room') in node.get_node_names_and_namespaces()


def test_a_node_sees_itself(make_node):
    node = make_node('alone', namespace='room')
    spin_until(node.executor, lambda: 'alone' in node.get_node_names())
    # Names that begin with an underscore are hidden: the command's own nodes have such.
    names = [name for name in node.get_fully_qualified_node_names() if '/_' not in name]
    assert names == ['/room/alone']


def test_two_nodes_of_one_name(make_node):
    first, second = make_node('twin'), make_node('twin')
    spin_until(first.executor, lambda: first.get_node_names().count('twin') == 2)
    second.destroy_node()
    spin_until(first.executor, lambda: first.get_node_names().count('twin') == 1)


def test_topics_and_their_types(make_node):
    node = make_node()
    node.create_publisher(String, 'a', 1)
    node.create_subscription(Int32, 'a', ignore, 1)
    spin_until(
        node.executor,
        lambda: (
            sorted(dict(node.get_topic_names_and_types()).get('/a', []))
            == ['std_msgs/msg/Int32', 'std_msgs/msg/String']
        ),
    )
    assert not [name for name, _ in node.get_topic_names_and_types() if 'list_param' in name]


def test_services_and_their_types(make_node):
    node = make_node(start_parameter_services=False)
    node.create_service(SetBool, 's', print)
    spin_until(
        node.executor,
        lambda: ('/s', ['std_srvs/srv/SetBool']) in node.get_service_names_and_types(),
    )


def test_what_a_node_has(make_node):
    node = make_node('owner', namespace='ns')
    node.create_publisher(String, 'out', 1)
    node.create_subscription(Int32, 'in', ignore, 1)
    node.create_service(SetBool, 's', print)
    node.create_client(Trigger, 'c')
    for query, entry in (
        (node.get_publisher_names_and_types_by_node, ('/ns/out', ['std_msgs/msg/String'])),
        (node.get_subscriber_names_and_types_by_node, ('/ns/in', ['std_msgs/msg/Int32'])),
        (node.get_service_names_and_types_by_node, ('/ns/s', ['std_srvs/srv/SetBool'])),
        (node.get_client_names_and_types_by_node, ('/ns/c', ['std_srvs/srv/Trigger'])),
    ):
        spin_until(node.executor, lambda: entry in query('owner', '/ns'))  # noqa: B023 as said
        names = [name for name, _ in query('owner', '/ns')]
        assert not {'/ns/out', '/ns/in', '/ns/s', '/ns/c'} - {entry[0]} & set(names)


def test_asking_for_a_node_that_is_not_there(make_node):
    # NodeNameNonExistentError of the C extension, a RuntimeError; it need not name the node.
    with pytest.raises(RuntimeError):
        make_node().get_publisher_names_and_types_by_node('nobody', '/')


def test_counts(make_node):
    node = make_node(namespace='ns')
    node.create_publisher(String, 'topic', 1)
    for _ in range(2):
        node.create_subscription(String, 'topic', ignore, 1)
    node.create_service(Trigger, 's', print)
    node.create_client(Trigger, 's')
    for count, name, expected in (
        (node.count_publishers, 'topic', 1),
        (node.count_publishers, '/ns/topic', 1),
        (node.count_subscribers, 'topic', 2),
        (node.count_services, 's', 1),
        (node.count_clients, 's', 1),
        (node.count_subscribers, 'nothing', 0),
    ):
        spin_until(node.executor, lambda: count(name) == expected)  # noqa: B023 called at once


def test_endpoints_of_a_topic(make_node):
    node = make_node('owner', namespace='ns')
    node.create_publisher(String, 'topic', LATCHED)
    node.create_subscription(String, 'topic', ignore, 1)
    spin_until(node.executor, lambda: len(node.get_publishers_info_by_topic('topic')) == 1)
    spin_until(node.executor, lambda: len(node.get_subscriptions_info_by_topic('topic')) == 1)
    (publisher,) = node.get_publishers_info_by_topic('/ns/topic')
    assert (publisher.node_name, publisher.node_namespace) == ('owner', '/ns')
    assert publisher.topic_type == 'std_msgs/msg/String'
    assert publisher.endpoint_type == TopicEndpointTypeEnum.PUBLISHER
    assert publisher.qos_profile.reliability == ReliabilityPolicy.BEST_EFFORT
    assert publisher.qos_profile.durability == DurabilityPolicy.TRANSIENT_LOCAL
    (subscription,) = node.get_subscriptions_info_by_topic('topic')
    assert subscription.endpoint_type == TopicEndpointTypeEnum.SUBSCRIPTION
    assert subscription.qos_profile.reliability == ReliabilityPolicy.RELIABLE
    assert subscription.qos_profile.durability == DurabilityPolicy.VOLATILE
    assert list(publisher.endpoint_gid) != list(subscription.endpoint_gid)
    assert node.get_publishers_info_by_topic('nothing') == []


def test_the_hash_of_a_topics_type(make_node):
    # std_msgs/msg/String.json of std_msgs; Humble has no hashes.
    node = make_node()
    node.create_publisher(String, 'topic', 1)
    spin_until(node.executor, lambda: node.get_publishers_info_by_topic('topic'))
    (info,) = node.get_publishers_info_by_topic('topic')
    if hasattr(info, 'topic_type_hash'):
        expected = 'RIHS01_df668c740482bbd48fb39d76a70dfd4bd59db1288021743503259e948f6b1a18'
        assert str(info.topic_type_hash) == expected


def test_waiting_for_a_node(make_node):
    node, _ = make_node('first'), make_node('second', namespace='ns')
    assert node.wait_for_node('/ns/second', 20.0)
    start_s = time.monotonic()
    assert not node.wait_for_node('/third', 0.1)
    assert time.monotonic() - start_s >= 0.1
