# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the tests that run processes."""

from harness import Watcher
import pytest
import rclpy


@pytest.fixture
def watcher():
    """A node of the test's own that sees what passes by."""
    rclpy.init()
    node = Watcher()
    yield node
    node.destroy_node()
    rclpy.try_shutdown()
