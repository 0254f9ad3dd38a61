# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Fixtures of every test of what we rely on in ROS 2."""

from ros_command import cli, module_domain, spinner
from ros_fixtures import context, domain, executor, make_node, ros2

__all__ = [
    'cli', 'context', 'domain', 'executor', 'make_node', 'module_domain', 'ros2', 'spinner',
]  # fmt: skip
