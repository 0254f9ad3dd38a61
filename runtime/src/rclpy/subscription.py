# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Subscriptions."""

from __future__ import annotations

from collections.abc import Callable
import inspect
import time
from typing import Any

from ros_wire.codec import DecodeError, deserialize
from ros_wire.dds import Reader, peer

from rclpy._entity import Entity, Work
from rclpy.callback_groups import CallbackGroup
from rclpy.impl.rcutils_logger import RcutilsLogger
from rclpy.qos import QoSProfile


class Subscription(Entity):
    """Calls back with each message of a topic; made by :meth:`Node.create_subscription`."""

    def __init__(
        self,
        reader: Reader,
        msg_type: type[Any],
        topic: str,
        callback: Callable[..., Any],
        callback_group: CallbackGroup,
        qos_profile: QoSProfile,
        *,
        raw: bool,
        logger: RcutilsLogger,
    ) -> None:
        super().__init__(callback_group)
        self.reader = reader
        self.msg_type = msg_type
        self.topic = topic
        self.qos_profile = qos_profile
        self.raw = raw
        self._logger = logger
        self.event_handlers: list[Any] = []
        self.callback = callback

    @property
    def callback(self) -> Callable[..., Any]:
        """What is called: with the message, or with the message and its information."""
        return self._callback

    @callback.setter
    def callback(self, callback: Callable[..., Any]) -> None:
        self._callback = callback
        self._wants_information = False
        try:
            inspect.signature(callback).bind(object())
        except TypeError:
            inspect.signature(callback).bind(object(), object())
            self._wants_information = True

    @property
    def topic_name(self) -> str:
        """The fully qualified topic."""
        return self.topic

    @property
    def condition(self) -> int | None:
        """Triggered while there are samples."""
        return self.reader.condition_ref

    def take(self) -> Work | None:
        """Take one sample."""
        sample = self.reader.take()
        if sample is None:
            return None
        received_ns = time.time_ns()

        def work() -> Any:
            message: Any = sample.data
            if not self.raw:
                try:
                    message = deserialize(sample.data, self.msg_type)
                except DecodeError as error:
                    writer = peer(self.reader.writer_of(sample))
                    problem = f'dropped a message on {self.topic} from {writer}: {error}'
                    self._logger.error(problem, throttle_duration_sec=1.0)  # noqa: TRY400 not the standard library's
                    return None
            if not self._wants_information:
                return self._callback(message)
            information = {
                'source_timestamp': sample.source_stamp_ns,
                'received_timestamp': received_ns,
                'publication_sequence_number': None,
                'reception_sequence_number': None,
            }
            return self._callback(message, information)

        return work

    def get_publisher_count(self) -> int:
        """How many publishers match."""
        return len(self.reader.entity.get_matched_publications())

    def destroy(self) -> None:
        """Stop receiving."""
        self.reader.close()
