# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Numbers that rclpy names."""

S_TO_NS = 1000 * 1000 * 1000
