# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The ROS 2 nodes: thin shells that convert, schedule and report.

This is the only folder that imports rclpy, and nothing imports it.
"""
