# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Logging where /rosout can't be reached any more."""

from rclpy.context import Context
from rclpy.node import Node


def test_logging_goes_on_after_the_domain_was_left(domain, capfd):
    context = Context()
    context.init([])
    node = Node('talker', context=context)
    context.destroy()
    assert node.get_logger().info('still here')
    assert 'still here' in capfd.readouterr().err
