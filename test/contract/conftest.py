# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Fixtures of every test of what we rely on in ROS 2."""

import os

# Since Jazzy message classes check what is assigned only if told to, before they are imported
# (ros2/rosidl_python: rosidl_generator_py/resource/_msg.py.em); Humble's always do.
os.environ['ROS_PYTHON_CHECK_FIELDS'] = '1'

from ros_fixtures import context, domain, executor, make_node, ros2

__all__ = ['context', 'domain', 'executor', 'make_node', 'ros2']
