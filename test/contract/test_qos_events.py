# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Events: matches, and peers with incompatible QoS (rclpy/event_handler.py)."""

from rclpy.event_handler import PublisherEventCallbacks, SubscriptionEventCallbacks
from rclpy.qos import DurabilityPolicy, QoSPolicyKind, QoSProfile, ReliabilityPolicy
from ros_fixtures import ignore, spin_until
from std_msgs.msg import String

LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
BEST_EFFORT = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)


def test_incompatible_qos_is_reported_on_both_sides(make_node):
    node = make_node()
    requested, offered = [], []
    node.create_subscription(
        String, 's', ignore, 10,
        event_callbacks=SubscriptionEventCallbacks(incompatible_qos=requested.append),
    )  # fmt: skip
    publisher = node.create_publisher(
        String, 's', BEST_EFFORT,
        event_callbacks=PublisherEventCallbacks(incompatible_qos=offered.append),
    )  # fmt: skip
    spin_until(node.executor, lambda: requested and offered)
    for event in (requested[0], offered[0]):
        assert event.last_policy_kind == QoSPolicyKind.RELIABILITY
        assert (event.total_count, event.total_count_change) == (1, 1)
    assert publisher.get_subscription_count() == 0


def test_the_policy_that_does_not_fit_is_named(make_node):
    node = make_node()
    requested = []
    callbacks = SubscriptionEventCallbacks(incompatible_qos=requested.append)
    node.create_subscription(String, 's', ignore, LATCHED, event_callbacks=callbacks)
    node.create_publisher(String, 's', 10)
    spin_until(node.executor, lambda: requested)
    assert requested[0].last_policy_kind == QoSPolicyKind.DURABILITY


def test_incompatible_qos_is_logged_on_both_sides(make_node, capfd):
    node = make_node()
    node.create_subscription(String, 's', ignore, LATCHED)
    node.create_publisher(String, 's', 10)
    logged = []

    def warned():
        logged.append(capfd.readouterr().err)
        text = ''.join(logged)
        return "New subscription discovered on topic '/s'" in text and (
            "New publisher discovered on topic '/s'" in text
        )

    spin_until(node.executor, warned)
    assert 'Last incompatible policy: DURABILITY' in ''.join(logged)


def test_matches_are_reported_on_both_sides(make_node):
    node = make_node()
    subscribed, published = [], []
    subscription = node.create_subscription(
        String, 's', ignore, 10,
        event_callbacks=SubscriptionEventCallbacks(matched=subscribed.append),
    )  # fmt: skip
    node.create_publisher(
        String, 's', 10, event_callbacks=PublisherEventCallbacks(matched=published.append)
    )
    spin_until(node.executor, lambda: subscribed and published)
    for event in (subscribed[0], published[0]):
        assert (event.total_count, event.total_count_change) == (1, 1)
        assert (event.current_count, event.current_count_change) == (1, 1)
    node.destroy_subscription(subscription)
    spin_until(node.executor, lambda: len(published) == 2)
    assert (published[1].current_count, published[1].current_count_change) == (0, -1)


def test_events_do_not_keep_messages_away(make_node):
    node = make_node()
    received, matches = [], []
    callbacks = SubscriptionEventCallbacks(matched=matches.append)
    node.create_subscription(String, 's', received.append, 10, event_callbacks=callbacks)
    publisher = node.create_publisher(String, 's', LATCHED)
    spin_until(node.executor, lambda: matches)
    publisher.publish(String())
    spin_until(node.executor, lambda: received)
