# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Initialisation, contexts and shutdown (rclpy/__init__.py, context.py, utilities.py)."""

import pytest
import rclpy
from rclpy.context import Context
from rclpy.exceptions import NotInitializedException
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from rclpy.utilities import get_default_context
from ros_fixtures import spin_until
from std_msgs.msg import String

LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)


@pytest.fixture
def initialised(domain):
    rclpy.init(args=[])
    yield
    rclpy.try_shutdown()


def test_the_default_context_can_be_initialised_again(domain):
    for _ in range(2):
        assert not rclpy.ok()
        rclpy.init(args=[])
        assert rclpy.ok()
        rclpy.shutdown()
    assert not rclpy.ok()


def test_init_twice_is_an_error(initialised):
    with pytest.raises(RuntimeError, match='once'):
        rclpy.init(args=[])
    assert rclpy.ok()


def test_shutdown_twice_is_an_error(initialised):
    rclpy.shutdown()
    with pytest.raises(RuntimeError):
        rclpy.shutdown()


def test_try_shutdown_twice_is_none(initialised):
    rclpy.try_shutdown()
    rclpy.try_shutdown()
    assert not rclpy.ok()


def test_the_default_context_is_replaced_after_shutdown(initialised):
    context = get_default_context()
    assert get_default_context() is context
    rclpy.shutdown()
    assert get_default_context() is not context
    assert not context.ok()


def test_nodes_need_an_initialised_context(domain):
    with pytest.raises(NotInitializedException):
        Node('early')
    with pytest.raises(NotInitializedException):
        rclpy.create_node('early', context=Context())


def test_create_node_in_the_default_context(initialised):
    node = rclpy.create_node('made', namespace='room')
    assert isinstance(node, Node)
    assert node.get_fully_qualified_name() == '/room/made'
    assert node.context is get_default_context()
    node.destroy_node()


def test_spin_once_without_executor(initialised):
    node = rclpy.create_node('spun')
    calls = []
    timer = node.create_timer(0.001, lambda: calls.append(1))
    rclpy.spin_once(node, timeout_sec=10)
    timer.cancel()
    assert calls == [1]
    assert node.executor is None or node not in node.executor.get_nodes()
    node.destroy_node()


def test_spin_until_future_complete_without_executor(initialised):
    node = rclpy.create_node('spun')
    future = rclpy.Future()
    node.create_timer(0.001, lambda: future.set_result('done'))
    rclpy.spin_until_future_complete(node, future, timeout_sec=10)
    assert future.result() == 'done'
    node.destroy_node()


def test_spin_ends_with_shutdown(initialised):
    node = rclpy.create_node('ender')
    calls = []

    def tick():
        calls.append(1)
        rclpy.shutdown()

    node.create_timer(0.001, tick)
    rclpy.spin(node)
    assert calls == [1]


def test_a_context_knows_its_domain(domain, context):
    assert context.get_domain_id() == domain
    other = Context()
    other.init([], domain_id=domain + 101)
    assert other.get_domain_id() == domain + 101
    other.shutdown()
    other.destroy()


def test_init_takes_a_domain_and_a_context(domain):
    context = Context()
    rclpy.init(args=[], context=context, domain_id=domain)
    assert rclpy.ok(context=context)
    assert not rclpy.ok()
    rclpy.shutdown(context=context)
    assert not rclpy.ok(context=context)
    context.destroy()


def test_a_negative_domain_is_refused(domain):
    context = Context()
    with pytest.raises(RuntimeError, match='-1'):
        context.init([], domain_id=-1)
    assert not context.ok()


def test_an_uninitialised_context_has_neither_domain_nor_shutdown(domain):
    context = Context()
    assert not context.ok()
    with pytest.raises(RuntimeError):
        context.get_domain_id()
    with pytest.raises(RuntimeError):
        context.shutdown()
    context.try_shutdown()


def test_a_context_is_shut_down_once(domain):
    context = Context()
    context.init([])
    context.shutdown()
    with pytest.raises(RuntimeError):
        context.shutdown()
    with pytest.raises(RuntimeError):
        context.init([])
    context.destroy()


def test_a_context_as_context_manager(domain, monkeypatch):
    monkeypatch.setattr('sys.argv', ['program'])
    with Context() as context:
        assert context.ok()
    assert not context.ok()
    context.destroy()


def test_shutdown_callbacks(context):
    called = []

    class Owner:
        def leave(self):
            called.append('method')

    owner, gone = Owner(), Owner()
    context.on_shutdown(lambda: called.append('function'))
    context.on_shutdown(owner.leave)
    context.on_shutdown(gone.leave)  # kept weakly: it is never called
    del gone
    context.shutdown()
    assert called == ['function', 'method']
    with pytest.raises(TypeError):
        context.on_shutdown('not callable')


def test_domains_are_apart(domain, context, make_node):
    other = Context()
    other.init([], domain_id=domain % 100 + 101)
    here, there = make_node('here'), Node('there', context=other)
    received = []
    here.create_subscription(String, 's', received.append, LATCHED)
    wrong = there.create_publisher(String, 's', LATCHED)
    wrong.publish(String(data='wrong domain'))
    here.create_publisher(String, 's', LATCHED).publish(String(data='right'))
    spin_until(here.executor, lambda: received)
    assert received == [String(data='right')]
    assert wrong.get_subscription_count() == 0
    there.destroy_node()
    other.shutdown()
    other.destroy()


def test_contexts_are_independent(domain, context):
    other = Context()
    other.init([])
    node = Node('remains', context=context)
    other.shutdown()
    other.destroy()
    calls = []
    node.create_timer(0.001, lambda: calls.append(1))
    executor = SingleThreadedExecutor(context=context)
    executor.add_node(node)
    spin_until(executor, lambda: calls)
    executor.shutdown()
    node.destroy_node()


def test_nodes_can_be_destroyed_after_shutdown(initialised):
    node = rclpy.create_node('late')
    node.create_publisher(String, 's', 1)
    rclpy.shutdown()
    node.destroy_node()
