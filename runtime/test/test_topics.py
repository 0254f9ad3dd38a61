# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What reaches a subscription from the wire and isn't a message."""

from ros_fixtures import spin_until
from std_msgs.msg import String


def test_a_malformed_message_is_dropped(make_node):
    node = make_node()
    received = []
    node.create_subscription(String, 's', lambda m: received.append(m.data), 10)
    publisher = node.create_publisher(String, 's', 10)
    publisher.publish(b'\0\1\0\0\xff\xff\xff\xffabcd')
    publisher.publish(String(data='fine'))
    spin_until(node.executor, lambda: received)
    assert received == ['fine']
