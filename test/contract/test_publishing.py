# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Publishers and subscriptions, within a process and between two."""

import array
import signal
import time

import numpy as np
import pytest
from rclpy.exceptions import InvalidHandle
from rclpy.qos import (
    DurabilityPolicy,
    HistoryPolicy,
    QoSProfile,
    ReliabilityPolicy,
    qos_profile_sensor_data,
)
from rclpy.serialization import deserialize_message, serialize_message
from rclpy.wait_for_message import wait_for_message
from ros_fixtures import ignore, spin_until
from ros_process import Process
from sensor_msgs.msg import Image, JointState
from std_msgs.msg import Int32, String

LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)

CAMERA = """
    import numpy as np, rclpy
    from sensor_msgs.msg import Image
    rclpy.init()
    node = rclpy.create_node('camera')
    pixels = np.random.default_rng(7).integers(0, 256, 640 * 480 * 3, dtype=np.uint8)
    image = Image(height=480, width=640, encoding='rgb8', step=1920, data=pixels.tobytes())
    publisher = node.create_publisher(Image, 'image', 5)
    node.create_timer(0.02, lambda: publisher.publish(image))
    print('ready')
    rclpy.spin(node)
"""


def connect(node, kind, profile=10, **options):
    """A publisher and a subscription of the same topic, and what is received."""
    received = []
    node.create_subscription(kind, 'topic', received.append, profile, **options)
    publisher = node.create_publisher(kind, 'topic', profile)
    spin_until(node.executor, lambda: publisher.get_subscription_count() == 1)
    return publisher, received


def test_big_images_from_another_process(make_node):
    received = []
    node = make_node()
    node.create_subscription(Image, 'image', received.append, qos_profile_sensor_data)
    with Process(CAMERA) as camera:
        assert camera.line() == 'ready'
        spin_until(node.executor, lambda: len(received) >= 3)
    expected = np.random.default_rng(7).integers(0, 256, 640 * 480 * 3, dtype=np.uint8)
    for image in received:
        assert (image.width, image.height, image.encoding) == (640, 480, 'rgb8')
        assert np.array_equal(np.frombuffer(image.data, np.uint8), expected)


def test_order_is_kept(make_node):
    node = make_node()
    publisher, received = connect(node, Int32, 100)
    for number in range(50):
        publisher.publish(Int32(data=number))
    spin_until(node.executor, lambda: len(received) == 50)
    assert [message.data for message in received] == list(range(50))


def test_keep_last_keeps_the_newest(make_node):
    node = make_node()
    publisher, received = connect(node, Int32, 3)
    last, others = [], []
    node.create_subscription(Int32, 'end', last.append, 1)
    node.create_subscription(Int32, 'topic', others.append, 100)
    end = node.create_publisher(Int32, 'end', 1)
    spin_until(node.executor, lambda: publisher.get_subscription_count() == 2)
    for number in range(10):
        publisher.publish(Int32(data=number))
    spin_until(node.executor, lambda: others and others[-1].data == 9)
    end.publish(Int32())
    spin_until(node.executor, lambda: last)
    assert len(received) < 10
    assert received[-1].data == 9


def test_keep_all_keeps_all(make_node):
    node = make_node()
    publisher, received = connect(node, Int32, QoSProfile(history=HistoryPolicy.KEEP_ALL))
    for number in range(200):
        publisher.publish(Int32(data=number))
    spin_until(node.executor, lambda: len(received) == 200)


def test_latched_message_reaches_late_subscription(make_node):
    node = make_node()
    publisher = node.create_publisher(String, 'latched', LATCHED)
    for text in ('first', 'last'):
        publisher.publish(String(data=text))
    received = []
    node.create_subscription(String, 'latched', received.append, LATCHED)
    spin_until(node.executor, lambda: received)
    assert received == [String(data='last')]


def test_volatile_messages_do_not_reach_late_subscriptions(make_node):
    node = make_node()
    publisher = node.create_publisher(String, 'topic', 10)
    publisher.publish(String(data='before'))
    received = []
    node.create_subscription(String, 'topic', received.append, 10)
    spin_until(node.executor, lambda: publisher.get_subscription_count() == 1)
    publisher.publish(String(data='after'))
    spin_until(node.executor, lambda: received)
    assert received == [String(data='after')]


def test_a_best_effort_publisher_has_no_reliable_subscription(make_node):
    node = make_node()
    best_effort = QoSProfile(depth=10, reliability=ReliabilityPolicy.BEST_EFFORT)
    received, others = [], []
    node.create_subscription(String, 'topic', received.append, 10)
    node.create_subscription(String, 'topic', others.append, best_effort)
    publisher = node.create_publisher(String, 'topic', best_effort)
    spin_until(node.executor, lambda: publisher.get_subscription_count() == 1)
    publisher.publish(String())
    spin_until(node.executor, lambda: others)
    assert not received


def test_raw_messages(make_node):
    node = make_node()
    publisher, received = connect(node, String, raw=True)
    publisher.publish(String(data='a'))
    spin_until(node.executor, lambda: len(received) == 1)
    assert isinstance(received[0], bytes)
    assert deserialize_message(received[0], String) == String(data='a')
    publisher.publish(received[0])
    spin_until(node.executor, lambda: len(received) == 2)
    assert deserialize_message(received[1], String) == String(data='a')


def test_message_information(make_node):
    node = make_node()
    received = []
    node.create_subscription(String, 's', lambda m, info: received.append((m, info)), 10)
    publisher = node.create_publisher(String, 's', LATCHED)
    spin_until(node.executor, lambda: publisher.get_subscription_count() == 1)
    before_ns = time.time_ns()
    publisher.publish(String(data='a'))
    spin_until(node.executor, lambda: received)
    message, information = received[0]
    assert message.data == 'a'
    assert before_ns <= information['source_timestamp'] <= time.time_ns()
    assert information['source_timestamp'] <= information['received_timestamp']


def test_methods_and_optional_arguments_are_callbacks(make_node):
    node = make_node()
    received = []

    class Taker:
        def take(self, message):
            received.append(('method', message.data))

    def take(message, name='default'):
        received.append((name, message.data))

    node.create_subscription(String, 's', Taker().take, 10)
    node.create_subscription(String, 's', take, 10)
    publisher = node.create_publisher(String, 's', 10)
    spin_until(node.executor, lambda: publisher.get_subscription_count() == 2)
    publisher.publish(String(data='x'))
    spin_until(node.executor, lambda: len(received) == 2)
    assert sorted(received) == [('default', 'x'), ('method', 'x')]


def test_a_callback_of_no_or_three_arguments_is_refused(make_node):
    node = make_node()
    for callback in (lambda: None, lambda _a, _b, _c: None):
        with pytest.raises((RuntimeError, TypeError)):
            node.create_subscription(String, 's', callback, 10)


def test_a_coroutine_is_a_callback(make_node):
    node = make_node()
    received = []

    async def take(message):
        received.append(message.data)

    node.create_subscription(String, 's', take, 10)
    publisher = node.create_publisher(String, 's', 10)
    spin_until(node.executor, lambda: publisher.get_subscription_count() == 1)
    publisher.publish(String(data='x'))
    spin_until(node.executor, lambda: received)


@pytest.mark.parametrize(
    'values', [[1.0, 2.5], (1.0, 2.5), array.array('d', [1.0, 2.5]), np.array([1.0, 2.5])]
)
def test_number_fields_take_what_holds_numbers(make_node, values):
    node = make_node()
    publisher, received = connect(node, JointState)
    publisher.publish(JointState(name=['a', 'b'], position=values))
    spin_until(node.executor, lambda: received)
    assert received[0].name == ['a', 'b']
    assert list(received[0].position) == [1.0, 2.5]
    assert isinstance(received[0].position, array.array)


def test_publishing_another_type_is_a_type_error(make_node):
    publisher = make_node().create_publisher(String, 's', 1)
    for wrong in (Int32(), 'text', None):
        with pytest.raises(TypeError):
            publisher.publish(wrong)


@pytest.mark.parametrize('depth', ['10', None, 1.5])
def test_a_profile_or_a_depth_is_needed(make_node, depth):
    node = make_node()
    with pytest.raises(TypeError):
        node.create_publisher(String, 's', depth)
    with pytest.raises(TypeError):
        node.create_subscription(String, 's', ignore, depth)


def test_a_negative_depth_is_refused(make_node):
    with pytest.raises(ValueError, match='depth'):
        make_node().create_publisher(String, 's', -1)


def test_counts_of_matched_endpoints(make_node):
    node = make_node()
    publisher = node.create_publisher(String, 's', 1)
    assert publisher.get_subscription_count() == 0
    subscription = node.create_subscription(String, '/s', ignore, 1)
    assert (publisher.topic_name, subscription.topic_name) == ('/s', '/s')
    spin_until(node.executor, lambda: publisher.get_subscription_count() == 1)
    spin_until(node.executor, lambda: subscription.get_publisher_count() == 1)
    node.destroy_publisher(publisher)
    spin_until(node.executor, lambda: subscription.get_publisher_count() == 0)


def test_a_destroyed_subscription_is_silent(make_node):
    node = make_node()
    received, others = [], []
    subscription = node.create_subscription(String, 's', received.append, 10)
    node.create_subscription(String, 's', others.append, 10)
    publisher = node.create_publisher(String, 's', 10)
    spin_until(node.executor, lambda: publisher.get_subscription_count() == 2)
    publisher.publish(String())
    spin_until(node.executor, lambda: received and others)
    assert node.destroy_subscription(subscription)
    publisher.publish(String())
    spin_until(node.executor, lambda: len(others) == 2)
    assert len(received) == 1


def test_a_destroyed_publisher_refuses(make_node):
    node = make_node()
    publisher = node.create_publisher(String, 's', 10)
    node.destroy_publisher(publisher)
    with pytest.raises(InvalidHandle):
        publisher.publish(String())


def test_a_topic_may_have_two_types(make_node):
    node = make_node()
    texts, numbers = [], []
    node.create_subscription(String, 's', texts.append, LATCHED)
    node.create_subscription(Int32, 's', numbers.append, LATCHED)
    node.create_publisher(String, 's', LATCHED).publish(String(data='x'))
    node.create_publisher(Int32, 's', LATCHED).publish(Int32(data=1))
    spin_until(node.executor, lambda: texts and numbers)
    assert (texts, numbers) == ([String(data='x')], [Int32(data=1)])


def test_wait_for_message(make_node):
    node = make_node()
    node.create_publisher(String, 's', LATCHED).publish(String(data='x'))
    outcome = wait_for_message(String, node, 's', qos_profile=LATCHED, time_to_wait=10)
    assert outcome == (True, String(data='x'))
    assert wait_for_message(String, node, 'none', time_to_wait=0.01) == (False, None)
    assert not [s for s in node.subscriptions if s.topic_name in {'/s', '/none'}]


def test_serialization():
    message = JointState(name=['a'], position=[1.5])
    data = serialize_message(message)
    assert isinstance(data, bytes)
    assert deserialize_message(data, JointState) == message


LISTENER = """
    import rclpy
    from std_msgs.msg import String
    rclpy.init()
    node = rclpy.create_node('listener')
    node.create_subscription(String, 's', lambda message: print(message.data), 10)
    rclpy.spin(node)
"""


def test_a_killed_subscriber_does_not_hold_the_others_up(make_node):
    node = make_node()
    received = []
    node.create_subscription(String, 's', received.append, 100)
    publisher = node.create_publisher(String, 's', 10)
    with Process(LISTENER) as listener:
        spin_until(node.executor, lambda: publisher.get_subscription_count() == 2)
        publisher.publish(String(data='alive'))
        assert listener.line() == 'alive'
        assert listener.signal(signal.SIGKILL) == -signal.SIGKILL
    for number in range(50):
        publisher.publish(String(data=str(number)))
        spin_until(node.executor, lambda: len(received) == number + 2)  # noqa: B023 called at once
