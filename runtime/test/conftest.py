# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Fixtures of every test of the runtime: those of the contract."""

from ros_fixtures import context, domain, executor, make_node, ros2

__all__ = ['context', 'domain', 'executor', 'make_node', 'ros2']
