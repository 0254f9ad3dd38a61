# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Service servers, see client.py for the protocol."""

from __future__ import annotations

from collections.abc import Callable
import inspect
import time
from typing import Any

from ros_wire.codec import DecodeError, deserialize, serialize
from ros_wire.dds import Participant, Sample, foreign, peer, user_data

from rclpy._entity import Entity, Work
from rclpy.callback_groups import CallbackGroup
from rclpy.impl.rcutils_logger import RcutilsLogger
from rclpy.qos import QoSProfile

# How long a reply waits for the client's reader to be discovered, as rmw_cyclonedds does.
_REPLY_READER_S = 0.1


class Service(Entity):
    """Answers requests; made by :meth:`Node.create_service`."""

    def __init__(
        self,
        participant: Participant,
        logger: RcutilsLogger,
        srv_type: type[Any],
        service: str,
        callback: Callable[[Any, Any], Any],
        qos_profile: QoSProfile,
        callback_group: CallbackGroup,
    ) -> None:
        super().__init__(callback_group)
        self.srv_type, self.srv_name, self.qos_profile = srv_type, service, qos_profile
        self.callback = callback
        self._logger = logger
        label, quality = f'serviceid={participant.new_service_id()};', qos_profile.to_dds()
        kind = srv_type.ros_type
        self.writer = participant.writer(f'rr{service}Reply', kind + '_Response', quality, label)
        self.reader = participant.reader(f'rq{service}Request', kind + '_Request', quality, label)
        self._reachable: set[str] = set()

    @property
    def service_name(self) -> str:
        """The fully qualified service."""
        return self.srv_name

    @property
    def condition(self) -> int | None:
        """Triggered while there are requests."""
        return self.reader.condition_ref

    def take(self) -> Work | None:
        """Take one request; those of clients with another protocol are dropped."""
        sample = self.reader.take()
        if sample is None:
            return None
        client = self._client_of(sample)
        return None if client is None else lambda: self._answer(sample, client)

    def _client_of(self, sample: Sample) -> str | None:
        """The identity the request's writer announces."""
        writer = self.reader.writer_of(sample)
        entries = user_data(writer).split(';')
        client = next((entry for entry in entries if entry.startswith('clientid=')), None)
        if client is None:
            problem = f'dropped a request to {self.srv_name}: {foreign(writer)}'
            self._logger.error(problem, throttle_duration_sec=1.0)
        return client

    def _answer(self, sample: Sample, client: str) -> Any:
        try:
            request = deserialize(sample.data[:4] + sample.data[20:], self.srv_type.Request)
        except DecodeError as error:
            writer = peer(self.reader.writer_of(sample))
            problem = f'dropped a request to {self.srv_name} from {writer}: {error}'
            self._logger.error(problem, throttle_duration_sec=1.0)  # noqa: TRY400 not the standard library's
            return None
        outcome = self.callback(request, self.srv_type.Response())
        if inspect.iscoroutine(outcome):
            return self._answer_later(outcome, sample, client)
        self._reply(outcome, sample, client)
        return None

    async def _answer_later(self, outcome: Any, sample: Sample, client: str) -> None:
        self._reply(await outcome, sample, client)

    def _reply(self, response: Any, sample: Sample, client: str) -> None:
        if not isinstance(response, self.srv_type.Response):
            raise TypeError(f'Expected {self.srv_type.Response}, got {type(response)}')
        self._wait_for_reply_reader(client)
        self.writer.write(bytearray(sample.data[:20]) + serialize(response)[4:])

    def _wait_for_reply_reader(self, client: str) -> None:
        end_s = time.monotonic() + _REPLY_READER_S
        while client not in self._reachable:
            texts = [user_data(d) for d in self.writer.matched().values()]
            self._reachable = {part for text in texts for part in text.split(';')}
            if client in self._reachable or time.monotonic() > end_s:
                return
            time.sleep(0.002)

    def destroy(self) -> None:
        """Stop answering."""
        self.reader.close()
        self.writer.close()
