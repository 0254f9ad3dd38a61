# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A publisher that is silent unless its managed node is active."""

from __future__ import annotations

from typing import Any

from rclpy.lifecycle.managed_entity import SimpleManagedEntity
from rclpy.publisher import Publisher


class LifecyclePublisher(SimpleManagedEntity, Publisher):
    """Made by :meth:`LifecycleNode.create_lifecycle_publisher`."""

    @SimpleManagedEntity.when_enabled
    def publish(self, msg: Any) -> None:
        """Publish, if the node is active."""
        Publisher.publish(self, msg)
