# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Publishes what a node logs on /rosout."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from rcl_interfaces.msg import Log
from ros_wire.codec import serialize
from ros_wire.graph import NodeEntities
from ros_wire.library import DdsError

from rclpy.impl.rcutils_logger import SETTINGS
from rclpy.qos import qos_profile_rosout_default


class RosoutSink:
    """A node's log messages, also those of its logger's children."""

    def __init__(self, node: Any, announced: NodeEntities) -> None:
        self._name = node.get_logger().name
        quality = qos_profile_rosout_default.to_dds()
        self._writer = node.context.participant.writer('rt/rosout', Log.ros_type, quality)
        node.context.graph.update(announced, [self._writer], present=True)
        SETTINGS.sinks[self._name] = self._publish

    def _publish(self, log: Any) -> None:
        with suppress(DdsError):  # who logs after leaving the domain is heard on the console
            self._writer.write(serialize(log))

    def close(self) -> None:
        """Stop publishing."""
        if SETTINGS.sinks.get(self._name) == self._publish:
            del SETTINGS.sinks[self._name]
        self._writer.close()
