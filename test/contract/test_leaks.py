# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is destroyed is gone: neither memory nor file descriptors grow. Linux only, by /proc."""

import gc
import os
from pathlib import Path

import pytest
from rclpy.context import Context
from rclpy.node import Node
from ros_fixtures import spin_until
from sensor_msgs.msg import Image
from std_msgs.msg import String
from std_srvs.srv import Trigger

SLACK_MB = 12  # what allocators keep
SLACK_FILES = 4


def used():
    gc.collect()
    pages = int(Path('/proc/self/statm').read_text().split()[1])
    files = sum(1 for _ in Path('/proc/self/fd').iterdir())
    return pages * os.sysconf('SC_PAGE_SIZE') / 1e6, files


def assert_steady(action, times):
    """Do something a few times, then many: the second part must not need more."""
    for _ in range(max(3, times // 10)):
        action()
    memory_mb, files = used()
    for _ in range(times):
        action()
    memory_after_mb, files_after = used()
    assert files_after <= files + SLACK_FILES
    assert memory_after_mb <= memory_mb + SLACK_MB


def use_endpoints(node):
    publisher = node.create_publisher(String, 'words', 10)
    subscription = node.create_subscription(String, 'words', lambda _: None, 10)
    service = node.create_service(Trigger, 'trigger', lambda _, response: response)
    client = node.create_client(Trigger, 'trigger')
    timer = node.create_timer(1.0, lambda: None)
    guard = node.create_guard_condition(lambda: None)
    publisher.publish(String(data='a' * 1000))
    node.destroy_guard_condition(guard)
    node.destroy_timer(timer)
    node.destroy_client(client)
    node.destroy_service(service)
    node.destroy_subscription(subscription)
    node.destroy_publisher(publisher)


def test_endpoints(make_node, executor):
    node = make_node()

    def use():
        use_endpoints(node)
        executor.spin_once(timeout_sec=0)

    assert_steady(use, 100)


def test_nodes(context, executor):
    def use():
        node = Node('passing', context=context)
        executor.add_node(node)
        use_endpoints(node)
        executor.spin_once(timeout_sec=0)
        executor.remove_node(node)
        node.destroy_node()

    assert_steady(use, 30)


def test_contexts(domain):
    def use():
        context = Context()
        context.init([])
        Node('passing', context=context).destroy_node()
        context.shutdown()
        context.destroy()

    assert_steady(use, 15)


def test_calls(make_node, executor):
    node = make_node()
    node.create_service(Trigger, 'trigger', lambda _, response: response)
    client = node.create_client(Trigger, 'trigger')
    spin_until(executor, client.service_is_ready)

    def call():
        future = client.call_async(Trigger.Request())
        spin_until(executor, future.done)

    assert_steady(call, 1000)


@pytest.mark.parametrize('depth', [1, 5])
def test_images(make_node, executor, depth):
    node, heard = make_node(), []
    size = 640 * 480 * 3
    node.create_subscription(Image, 'camera', lambda image: heard.append(len(image.data)), depth)
    publisher = node.create_publisher(Image, 'camera', depth)
    spin_until(executor, publisher.get_subscription_count)
    image = Image(height=480, width=640, step=1920, encoding='rgb8', data=bytes(size))

    def send():
        heard.clear()
        publisher.publish(image)
        spin_until(executor, lambda: heard)
        assert heard == [size]

    assert_steady(send, 300)
