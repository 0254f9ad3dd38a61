# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Events of launch_ros: those of managed nodes exist in ROS 2 only."""

from ros_wire.limits import unsupported_names

__getattr__ = unsupported_names(__name__, 'lifecycle', 'matchers')
