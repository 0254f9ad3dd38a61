# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Publishers."""

from __future__ import annotations

from typing import Any

from ros_wire.codec import serialize
from ros_wire.dds import Writer

from rclpy.exceptions import InvalidHandle
from rclpy.qos import QoSProfile


class Publisher:
    """Publishes messages of one type on one topic; made by :meth:`Node.create_publisher`."""

    def __init__(
        self, writer: Writer, msg_type: type[Any], topic: str, qos_profile: QoSProfile
    ) -> None:
        self.writer = writer
        self.msg_type = msg_type
        self.topic = topic
        self.qos_profile = qos_profile
        self.event_handlers: list[Any] = []
        self._destroyed = False

    @property
    def topic_name(self) -> str:
        """The fully qualified topic."""
        return self.topic

    def publish(self, msg: Any) -> None:
        """
        Publish a message, or one that is serialised already.

        :raises TypeError: neither, or a field holds what its type cannot.
        """
        if self._destroyed:
            raise InvalidHandle(f'publisher of {self.topic} is destroyed')
        if isinstance(msg, self.msg_type):
            self.writer.write(serialize(msg))
        elif isinstance(msg, bytes):
            self.writer.write(bytearray(msg))
        else:
            raise TypeError(f'Expected {self.msg_type}, got {type(msg)}')

    def get_subscription_count(self) -> int:
        """How many subscriptions match."""
        return len(self.writer.entity.get_matched_subscriptions())

    def wait_for_all_acked(self, timeout: Any = None) -> bool:
        """Not supported."""
        raise NotImplementedError('rclpy Publisher.wait_for_all_acked')

    def assert_liveliness(self) -> None:
        """Not supported."""
        raise NotImplementedError('rclpy Publisher.assert_liveliness')

    def destroy(self) -> None:
        """Stop publishing."""
        if not self._destroyed:
            self._destroyed = True
            self.writer.close()
