# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Nodes: names, namespaces, remapping and what belongs to them (rclpy/node.py, rcl/remap.c)."""

import pytest
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.exceptions import (
    InvalidNamespaceException,
    InvalidNodeNameException,
    InvalidServiceNameException,
    InvalidTopicNameException,
)
from rclpy.node import Node
from ros_fixtures import ignore, spin_until
from std_msgs.msg import String
from std_srvs.srv import Trigger


@pytest.fixture
def make(make_node):
    def make(*remaps, name='node', namespace='ns'):
        arguments = [part for remap in remaps for part in ('-r', remap)]
        return make_node(name, namespace=namespace, cli_args=['--ros-args', *arguments])

    return make


@pytest.mark.parametrize(
    ('name', 'full'),
    [
        ('a', '/ns/a'),
        ('/a/b', '/a/b'),
        ('~/a', '/ns/node/a'),
        ('~', '/ns/node'),
        ('a/b', '/ns/a/b'),
        ('{node}/a', '/ns/node/a'),
    ],
)
def test_topic_and_service_names_are_expanded(make, name, full):
    node = make()
    assert node.resolve_topic_name(name) == full
    assert node.resolve_service_name(name) == full


@pytest.mark.parametrize(
    ('remap', 'name', 'full'),
    [
        ('a:=b', 'a', '/ns/b'),
        ('/ns/a:=/x', 'a', '/x'),
        ('a:=/x', '/a', '/a'),
        ('~/a:=c', '~/a', '/ns/c'),
        ('a:=~/c', 'a', '/ns/node/c'),
        ('node:a:=b', 'a', '/ns/b'),
        ('other:a:=b', 'a', '/ns/a'),
        ('rosservice://a:=b', 'a', '/ns/a'),
        ('rostopic://a:=b', 'a', '/ns/b'),
    ],
)
def test_topics_are_remapped(make, remap, name, full):
    assert make(remap).resolve_topic_name(name) == full


@pytest.mark.parametrize(
    ('remap', 'full'),
    [('a:=b', '/ns/b'), ('rosservice://a:=b', '/ns/b'), ('rostopic://a:=b', '/ns/a')],
)
def test_services_are_remapped(make, remap, full):
    assert make(remap).resolve_service_name('a') == full


def test_the_first_rule_that_fits_counts(make):
    assert make('a:=b', 'a:=c').resolve_topic_name('a') == '/ns/b'


def test_only_expand_leaves_remapping_out(make):
    node = make('a:=b')
    assert node.resolve_topic_name('a', only_expand=True) == '/ns/a'
    assert node.resolve_service_name('a', only_expand=True) == '/ns/a'


def test_node_name_and_namespace_are_remapped(make):
    node = make('__node:=new', '__ns:=/other')
    assert node.get_name() == 'new'
    assert node.get_namespace() == '/other'
    assert node.get_fully_qualified_name() == '/other/new'
    assert node.get_logger().name == 'other.new'


def test_a_rule_for_another_node_is_left_out(make):
    assert make('else:__node:=new').get_name() == 'node'


def test_global_arguments_concern_every_node_that_takes_them(domain):
    from rclpy.context import Context  # noqa: PLC0415 a context of its own

    context = Context()
    context.init(['program', '--ros-args', '-r', 'a:=b'])
    assert Node('takes', context=context).resolve_topic_name('a') == '/b'
    leaves = Node('leaves', context=context, use_global_arguments=False)
    assert leaves.resolve_topic_name('a') == '/a'
    context.shutdown()
    context.destroy()


def test_remapped_topic_carries_messages(make):
    node = make('out:=/there')
    received = []
    node.create_subscription(String, '/there', received.append, 10)
    publisher = node.create_publisher(String, 'out', 10)
    assert publisher.topic_name == '/there'
    publisher.publish(String(data='x'))
    spin_until(node.executor, lambda: received)


@pytest.mark.parametrize(
    ('namespace', 'full'), [(None, '/'), ('', '/'), ('a', '/a'), ('/a/b', '/a/b')]
)
def test_namespaces(make_node, namespace, full):
    assert make_node(namespace=namespace).get_namespace() == full


@pytest.mark.parametrize('name', ['1a', 'a b', '', 'a//b', 'a/', '~a', 'a-b'])
def test_invalid_topic_names(make, name):
    node = make()
    with pytest.raises(InvalidTopicNameException):
        node.create_publisher(String, name, 1)
    with pytest.raises(InvalidTopicNameException):
        node.create_subscription(String, name, ignore, 1)


@pytest.mark.parametrize('name', ['1a', 'a b', 'a//b'])
def test_invalid_service_names(make, name):
    node = make()
    with pytest.raises(InvalidServiceNameException):
        node.create_client(Trigger, name)
    with pytest.raises(InvalidServiceNameException):
        node.create_service(Trigger, name, print)


@pytest.mark.parametrize('name', ['a-b', '1a', '', 'a/b', 'a b'])
def test_invalid_node_names(context, name):
    with pytest.raises(InvalidNodeNameException):
        Node(name, context=context)


@pytest.mark.parametrize('namespace', ['/a/1', '/a//b', '/a b'])
def test_invalid_namespaces(context, namespace):
    with pytest.raises(InvalidNamespaceException):
        Node('node', context=context, namespace=namespace)


def test_a_node_lists_what_belongs_to_it(make):
    node = make()
    publisher = node.create_publisher(String, 'a', 1)
    subscription = node.create_subscription(String, 'a', ignore, 1)
    client = node.create_client(Trigger, 's')
    service = node.create_service(Trigger, 's', print)
    timer = node.create_timer(1000, print)
    guard = node.create_guard_condition(print)
    assert publisher in node.publishers
    assert subscription in node.subscriptions
    assert client in node.clients
    assert service in node.services
    assert timer in node.timers
    assert guard in node.guards


def test_what_belongs_to_a_node_is_destroyed_once(make):
    node, other = make(), make(name='other')
    publisher = node.create_publisher(String, 'a', 1)
    assert not other.destroy_publisher(publisher)
    assert node.destroy_publisher(publisher)
    assert not node.destroy_publisher(publisher)
    assert publisher not in node.publishers
    subscription = node.create_subscription(String, 'a', ignore, 1)
    assert node.destroy_subscription(subscription)
    assert not node.destroy_subscription(subscription)
    client = node.create_client(Trigger, 's')
    assert node.destroy_client(client)
    assert not node.destroy_client(client)
    service = node.create_service(Trigger, 's', print)
    assert node.destroy_service(service)
    assert not node.destroy_service(service)
    timer = node.create_timer(1000, print)
    assert node.destroy_timer(timer)
    assert not node.destroy_timer(timer)
    guard = node.create_guard_condition(print)
    assert node.destroy_guard_condition(guard)
    assert not node.destroy_guard_condition(guard)
    assert node.destroy_rate(node.create_rate(1000))


def test_the_default_callback_group_is_exclusive(make):
    node = make()
    assert isinstance(node.default_callback_group, MutuallyExclusiveCallbackGroup)
    subscription = node.create_subscription(String, 'a', ignore, 1)
    assert node.default_callback_group.has_entity(subscription)
    assert subscription.callback_group is node.default_callback_group


def test_subclasses_have_their_own_private_names(context):
    class Mine(Node):
        def __init__(self):
            super().__init__('mine', context=context)
            for name in ('_name', '_namespace', '_entities', '_arguments', '_rosout', '_graph'):
                setattr(self, name, None)

    node = Mine()
    assert node.resolve_topic_name('~/a') == '/mine/a'
    assert node.destroy_publisher(node.create_publisher(String, 'a', 1))
    node.destroy_node()
