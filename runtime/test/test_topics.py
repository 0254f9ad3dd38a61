# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Publishers and subscriptions, within a process and between two."""

import signal

import numpy as np
import pytest
from rclpy.context import Context
from rclpy.event_handler import SubscriptionEventCallbacks
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import (
    DurabilityPolicy,
    InvalidQoSProfileException,
    QoSPolicyKind,
    QoSProfile,
    ReliabilityPolicy,
    qos_profile_sensor_data,
)
from ros_fixtures import spin_until
from ros_process import Process
from sensor_msgs.msg import Image
from std_msgs.msg import Int32, String

LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)

CAMERA = """
    import numpy as np, rclpy
    from rclpy.node import Node
    from sensor_msgs.msg import Image
    rclpy.init()
    node = Node('camera')
    pixels = np.random.default_rng(7).integers(0, 256, 640 * 480 * 3, dtype=np.uint8)
    image = Image(height=480, width=640, encoding='rgb8', step=1920, data=pixels)
    publisher = node.create_publisher(Image, 'image', 5)
    node.create_timer(0.02, lambda: publisher.publish(image))
    print('ready')
    rclpy.spin(node)
"""


def test_image_from_another_process(executor, context):
    received = []
    node = Node('viewer', context=context)
    node.create_subscription(Image, 'image', received.append, qos_profile_sensor_data)
    executor.add_node(node)
    with Process(CAMERA) as camera:
        assert camera.line() == 'ready'
        spin_until(executor, lambda: len(received) >= 3)
        assert camera.signal(signal.SIGTERM) != 0
    expected = np.random.default_rng(7).integers(0, 256, 640 * 480 * 3, dtype=np.uint8)
    for image in received:
        assert (image.width, image.height, image.encoding) == (640, 480, 'rgb8')
        assert np.array_equal(np.frombuffer(image.data, np.uint8), expected)
    node.destroy_node()


def test_order_is_kept(executor, context):
    node = Node('counter', context=context)
    received = []
    node.create_subscription(Int32, 'count', lambda m: received.append(m.data), 100)
    publisher = node.create_publisher(Int32, 'count', 100)
    executor.add_node(node)
    for number in range(50):
        publisher.publish(Int32(data=number))
    spin_until(executor, lambda: len(received) == 50)
    assert received == list(range(50))


def test_latched_message_reaches_late_subscription(executor, context):
    node = Node('latch', context=context)
    node.create_publisher(String, 'latched', LATCHED).publish(String(data='before'))
    received = []
    node.create_subscription(String, 'latched', received.append, LATCHED)
    executor.add_node(node)
    spin_until(executor, lambda: received)
    assert received == [String(data='before')]


def test_raw_bytes_and_message_information(executor, context):
    node = Node('raw', context=context)
    raw, informed = [], []
    node.create_subscription(String, 's', raw.append, 10, raw=True)
    node.create_subscription(
        String, 's', lambda message, info: informed.append((message, info)), 10
    )
    publisher = node.create_publisher(String, 's', 10)
    executor.add_node(node)
    publisher.publish(String(data='a'))
    spin_until(executor, lambda: raw and informed)
    assert raw == [b'\0\1\0\0\2\0\0\0a\0\0\0']
    message, information = informed[0]
    assert message.data == 'a'
    assert 0 < information['source_timestamp'] <= information['received_timestamp']
    publisher.publish(raw[0])
    spin_until(executor, lambda: len(raw) == 2)
    assert raw[1] == raw[0]


def test_domains_are_apart(domain, context, executor):
    other = Context()
    other.init([], domain_id=domain % 100 + 101)
    here, there = Node('here', context=context), Node('there', context=other)
    received = []
    here.create_subscription(String, 's', received.append, LATCHED)
    wrong = there.create_publisher(String, 's', LATCHED)
    wrong.publish(String(data='wrong domain'))
    here.create_publisher(String, 's', LATCHED).publish(String(data='right'))
    executor.add_node(here)
    spin_until(executor, lambda: received)
    assert received == [String(data='right')]
    assert wrong.get_subscription_count() == 0
    there.destroy_node()
    other.destroy()


def test_incompatible_qos_is_reported(executor, context):
    node = Node('strict', context=context)
    events = []
    callbacks = SubscriptionEventCallbacks(incompatible_qos=events.append)
    node.create_subscription(String, 's', lambda _: None, 10, event_callbacks=callbacks)
    best_effort = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
    publisher = node.create_publisher(String, 's', best_effort)
    executor.add_node(node)
    spin_until(executor, lambda: events)
    assert events[0].last_policy_kind == QoSPolicyKind.RELIABILITY
    assert publisher.get_subscription_count() == 0


def test_incompatible_qos_is_logged(executor, context, capfd):
    node = Node('strict', context=context)
    node.create_subscription(String, 's', lambda _: None, LATCHED)
    node.create_publisher(String, 's', 10)
    executor.add_node(node)
    logged = []

    def warned():
        logged.append(capfd.readouterr().err)
        return 'DURABILITY' in ''.join(logged)

    spin_until(executor, warned)


def test_a_malformed_message_is_dropped(executor, context):
    node = Node('robust', context=context)
    received = []
    node.create_subscription(String, 's', lambda m: received.append(m.data), 10)
    publisher = node.create_publisher(String, 's', 10)
    executor.add_node(node)
    publisher.publish(b'\0\1\0\0\xff\xff\xff\xffabcd')
    publisher.publish(String(data='fine'))
    spin_until(executor, lambda: received)
    assert received == ['fine']


def test_wrong_message_type_is_refused(context):
    publisher = Node('wrong', context=context).create_publisher(String, 's', 1)
    with pytest.raises(TypeError, match='Int32'):
        publisher.publish(Int32())


def test_profiles_need_a_depth():
    with pytest.raises(InvalidQoSProfileException):
        QoSProfile(reliability=ReliabilityPolicy.RELIABLE)
    with pytest.raises(NotImplementedError, match='BEST_AVAILABLE'):
        QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_AVAILABLE).to_dds()


def test_a_destroyed_subscription_is_silent(executor, context):
    node = Node('quiet', context=context)
    received, others = [], []
    subscription = node.create_subscription(String, 's', received.append, 10)
    node.create_subscription(String, 's', others.append, 10)
    publisher = node.create_publisher(String, 's', 10)
    executor.add_node(node)
    publisher.publish(String())
    spin_until(executor, lambda: received and others)
    assert node.destroy_subscription(subscription)
    assert not node.destroy_subscription(subscription)
    publisher.publish(String())
    spin_until(executor, lambda: len(others) == 2)
    assert len(received) == 1


def test_graph_sees_another_process(executor, context):
    node = Node('watcher', context=context, namespace='room')
    executor.add_node(node)
    with Process(CAMERA) as camera:
        assert camera.line() == 'ready'
        spin_until(executor, lambda: ('camera', '/') in node.get_node_names_and_namespaces())
        spin_until(executor, lambda: node.count_publishers('/image') == 1)
        (info,) = node.get_publishers_info_by_topic('/image')
        assert (info.node_name, info.topic_type) == ('camera', 'sensor_msgs/msg/Image')
        assert info.qos_profile.reliability == ReliabilityPolicy.RELIABLE
        assert ('/image', ['sensor_msgs/msg/Image']) in node.get_topic_names_and_types()
        services = dict(node.get_service_names_and_types_by_node('camera', '/'))
        assert services['/camera/list_parameters'] == ['rcl_interfaces/srv/ListParameters']
    spin_until(executor, lambda: 'camera' not in node.get_node_names())
    assert ('watcher', '/room') in node.get_node_names_and_namespaces()


def test_spin_ends_with_the_context(context):
    node = Node('ender', context=context)
    calls = []

    def tick():
        calls.append(1)
        context.shutdown()

    node.create_timer(0.01, tick)
    executor = SingleThreadedExecutor(context=context)
    executor.add_node(node)
    executor.spin()
    assert calls == [1]
