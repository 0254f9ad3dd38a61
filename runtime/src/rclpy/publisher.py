# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Publishers."""

from __future__ import annotations

from typing import Any

from ros_wire.codec import serialize
from ros_wire.dds import Writer

from rclpy._entity import Entity
from rclpy.exceptions import InvalidHandle
from rclpy.qos import QoSProfile


class Publisher(Entity):
    """Publishes messages of one type on one topic; made by :meth:`Node.create_publisher`."""

    def __init__(
        self, writer: Writer, msg_type: type[Any], topic: str, qos_profile: QoSProfile
    ) -> None:
        super().__init__(None)
        self.endpoints = (writer,)
        self.msg_type, self.topic, self.qos_profile = msg_type, topic, qos_profile
        self.topic_name = topic
        self._writer: Writer | None = writer

    def publish(self, msg: Any) -> None:
        """
        Publish a message, or one that is serialised already.

        :raises TypeError: neither, or a field holds what its type cannot.
        :raises InvalidHandle: the publisher is destroyed.
        """
        if self._writer is None:
            raise InvalidHandle(f'publisher of {self.topic} is destroyed')
        if isinstance(msg, self.msg_type):
            self._writer.write(serialize(msg))
        elif isinstance(msg, bytes):
            self._writer.write(bytearray(msg))
        else:
            raise TypeError(f'Expected {self.msg_type}, got {type(msg)}')

    def get_subscription_count(self) -> int:
        """How many subscriptions match."""
        return len(self.endpoints[0].entity.get_matched_subscriptions())

    def destroy(self) -> None:
        """Stop publishing."""
        self._writer = None
        super().destroy()
