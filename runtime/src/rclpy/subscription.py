# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Subscriptions."""

from __future__ import annotations

from collections.abc import Callable
import inspect
import time
from typing import Any

from ros_wire.codec import DecodeError, deserialize
from ros_wire.dds import Reader, Sample, peer

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
        self.callback = callback
        super().__init__(callback_group)
        self.reader, self.endpoints, self.condition = reader, (reader,), reader.condition_ref
        self.msg_type, self.topic, self.qos_profile = msg_type, topic, qos_profile
        self.topic_name, self.raw, self._logger = topic, raw, logger

    @property
    def callback(self) -> Callable[..., Any]:
        """What is called: with the message, or with the message and its information."""
        return self._callback

    @callback.setter
    def callback(self, callback: Callable[..., Any]) -> None:
        self._callback = callback
        signature = inspect.signature(callback)
        self._wants_information = False
        try:
            signature.bind(object())
        except TypeError:
            signature.bind(object(), object())
            self._wants_information = True

    def take(self) -> Work | None:
        """Take one sample."""
        sample = self.reader.take()
        received_ns = time.time_ns()
        return None if sample is None else lambda: self._call_back(sample, received_ns)

    def _call_back(self, sample: Sample, received_ns: int) -> Any:
        try:
            message = sample.data if self.raw else deserialize(sample.data, self.msg_type)
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

    def get_publisher_count(self) -> int:
        """How many publishers match."""
        return len(self.reader.entity.get_matched_publications())
