# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Names, remaps and the command line."""

import pytest
from rclpy import exceptions
from rclpy.node import Node
from ros_fixtures import spin_until
from std_msgs.msg import String


def make(context, *remaps, name='node', namespace='ns'):
    arguments = [part for remap in remaps for part in ('-r', remap)]
    return Node(name, context=context, namespace=namespace, cli_args=arguments)


@pytest.mark.parametrize(
    ('name', 'full'),
    [
        ('a', '/ns/a'),
        ('/a/b', '/a/b'),
        ('~/a', '/ns/node/a'),
        ('~', '/ns/node'),
        ('a/b', '/ns/a/b'),
    ],
)
def test_expansion(context, name, full):
    assert make(context).resolve_topic_name(name) == full


@pytest.mark.parametrize(
    ('remap', 'name', 'full'),
    [
        ('a:=b', 'a', '/ns/b'),
        ('/ns/a:=/x', 'a', '/x'),
        ('a:=/x', '/a', '/a'),
        ('~/a:=c', '~/a', '/ns/c'),
        ('node:a:=b', 'a', '/ns/b'),
        ('other:a:=b', 'a', '/ns/a'),
        ('rosservice://a:=b', 'a', '/ns/a'),
        ('rostopic://a:=b', 'a', '/ns/b'),
    ],
)
def test_remaps(context, remap, name, full):
    assert make(context, remap).resolve_topic_name(name) == full


def test_node_and_namespace(context):
    node = make(context, '__node:=new', '__ns:=/other', 'node:a:=b')
    assert node.get_fully_qualified_name() == '/other/new'
    assert node.resolve_topic_name('a') == '/other/b'
    assert node.get_logger().name == 'other.new'
    assert make(context, 'else:__node:=new').get_name() == 'node'


def test_remapped_topic_carries_messages(executor, context):
    node = make(context, 'out:=/there')
    received = []
    node.create_subscription(String, '/there', received.append, 10)
    node.create_publisher(String, 'out', 10).publish(String(data='x'))
    executor.add_node(node)
    spin_until(executor, lambda: received)


def test_subclasses_have_their_own_private_names(context):
    class Mine(Node):
        def __init__(self):
            super().__init__('mine', context=context)
            for name in ('_name', '_namespace', '_entities', '_arguments', '_executor', '_rosout'):
                setattr(self, name, None)

        def _apply(self, _):
            raise AssertionError

        _check = _declare = _announce = _destroy = _resolve = _apply

    node = Mine()
    node.declare_parameter('x', 1)
    assert node.resolve_topic_name('~/a') == '/mine/a'
    assert node.destroy_publisher(node.create_publisher(String, 'a', 1))
    node.destroy_node()


@pytest.mark.parametrize('name', ['1a', 'a b', '', 'a//b', '/', 'a/', '~a'])
def test_bad_topic_names(context, name):
    with pytest.raises(exceptions.InvalidTopicNameException):
        make(context).resolve_topic_name(name)


def test_bad_node_names(context):
    with pytest.raises(exceptions.InvalidNodeNameException):
        make(context, name='a-b')
    with pytest.raises(exceptions.InvalidNamespaceException):
        make(context, namespace='/a/1')
