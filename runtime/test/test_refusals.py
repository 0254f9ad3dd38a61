# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What rclpy's communication offers and this runtime doesn't is refused by name."""

import importlib

import pytest
from rclpy import event_handler, executors, qos
from rclpy.event_handler import PublisherEventCallbacks
from rclpy.qos import QoSProfile, ReliabilityPolicy
from std_msgs.msg import String
from std_srvs.srv import Trigger


@pytest.mark.parametrize(
    'module',
    [
        'rclpy.action',
        'rclpy.expand_topic_name',
        'rclpy.parameter_client',
        'rclpy.qos_overriding_options',
        'rclpy.service_introspection',
        'rclpy.type_description_service',
        'rclpy.validate_topic_name',
        'rclpy.waitable',
    ],
)
def test_modules(module):
    with pytest.raises(NotImplementedError, match=module):
        importlib.import_module(module)


@pytest.mark.parametrize(
    ('module', 'name'),
    [
        (qos, 'qos_profile_best_available'),
        (event_handler, 'QoSMessageLostInfo'),
        (executors, 'TimeoutException'),
    ],
)
def test_names(module, name):
    with pytest.raises(NotImplementedError, match=name):
        getattr(module, name)


def test_options_and_members(make_node):
    node = make_node()
    publisher = node.create_publisher(String, 's', 1)
    client = node.create_client(Trigger, 's')
    best = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_AVAILABLE)
    for name, use in {
        'BEST_AVAILABLE': lambda: node.create_publisher(String, 's', best),
        'avoid_ros': lambda: QoSProfile(depth=1, avoid_ros_namespace_conventions=True).to_dds(),
        'qos_overriding': lambda: node.create_publisher(String, 's', 1, qos_overriding_options=1),
        'content_filter': lambda: node.create_subscription(
            String, 's', print, 1, content_filter_options=1
        ),
        'deadline': lambda: PublisherEventCallbacks(deadline=print),
        'enable_logger_service': lambda: make_node(enable_logger_service=True),
        'enclaves': lambda: node.get_node_names_and_namespaces_with_enclaves,
        'no_mangle': lambda: node.get_publishers_info_by_topic('s', no_mangle=True),
        'add_waitable': lambda: node.add_waitable(None),
        'wait_for_all_acked': lambda: publisher.wait_for_all_acked,
        'configure_introspection': lambda: client.configure_introspection,
    }.items():
        with pytest.raises(NotImplementedError, match=name):
            use()
    with pytest.raises(AttributeError):
        _ = node.nonsense
