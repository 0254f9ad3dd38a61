# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Service servers, and what they have in common with clients.

As in rmw_cyclonedds, a payload is the CDR header, a 16-byte request id and the body.
"""

from __future__ import annotations

from collections.abc import Callable
import inspect
import time
from typing import Any

from ros_wire.codec import DecodeError, deserialize, serialize
from ros_wire.dds import Sample, foreign, peer, user_data

from rclpy._entity import Entity, Work
from rclpy.callback_groups import CallbackGroup
from rclpy.qos import QoSProfile

#: Bytes of the CDR header, and of it and the request id.
_HEADER, _HEAD = 4, 20
# How long a reply waits for the client's reader to be discovered, as rmw_cyclonedds does.
_REPLY_READER_S = 0.1


class ServiceSide(Entity):
    """The two endpoints of a server or client, which announce the same identity."""

    #: What it reads, what it writes, and what its identity is called.
    reads, writes, role = 'Request', 'Response', 'serviceid'

    def __init__(
        self,
        node: Any,
        srv_type: type[Any],
        name: str,
        qos_profile: QoSProfile,
        callback_group: CallbackGroup,
    ) -> None:
        super().__init__(callback_group)
        self.srv_type, self.srv_name, self.qos_profile = srv_type, name, qos_profile
        self.service_name = name
        self._node = node
        participant, quality = node.context.participant, qos_profile.to_dds()
        topics = {'Request': f'rq{name}Request', 'Response': f'rr{name}Reply'}
        label = f'{self.role}={participant.new_service_id()};'
        # The reader first: a server looks for the client's when the request arrives.
        reads, writes = (f'{srv_type.ros_type}_{part}' for part in (self.reads, self.writes))
        self.reader = participant.reader(topics[self.reads], reads, quality, label)
        self.writer = participant.writer(topics[self.writes], writes, quality, label)
        self.endpoints, self.condition = (self.reader, self.writer), self.reader.condition_ref

    def write(self, head: bytes, message: Any) -> None:
        """Send a body after its header and request id."""
        self.writer.write(bytearray(head) + serialize(message)[4:])

    def read(self, sample: Sample, message_type: type[Any]) -> Any:
        """
        The body of a sample.

        :raises DecodeError: it isn't one of this type.
        """
        return deserialize(sample.data[:_HEADER] + sample.data[_HEAD:], message_type)

    def report_dropped(self, what: str, sample: Sample, why: object) -> None:
        """Log that something was dropped, and whose it was."""
        problem = f'dropped a {what} {self.srv_name} from {peer(self.reader.writer_of(sample))}'
        self._node.get_logger().error(f'{problem}: {why}', throttle_duration_sec=1.0)


class Service(ServiceSide):
    """Answers requests; made by :meth:`Node.create_service`."""

    def __init__(self, *arguments: Any, callback: Callable[[Any, Any], Any]) -> None:
        super().__init__(*arguments)
        self.callback = callback
        self._reachable: set[str] = set()

    def take(self) -> Work | None:
        """Take one request; those of clients with another protocol are dropped."""
        sample = self.reader.take()
        client = None if sample is None else self._client_of(sample)
        return None if client is None else lambda: self._answer(sample, client)

    def _client_of(self, sample: Sample) -> str | None:
        """The identity the request's writer announces."""
        writer = self.reader.writer_of(sample)
        entries = user_data(writer).split(';')
        client = next((entry for entry in entries if entry.startswith('clientid=')), None)
        if client is None:
            problem = f'dropped a request to {self.srv_name}: {foreign(writer)}'
            self._node.get_logger().error(problem, throttle_duration_sec=1.0)
        return client

    async def _answer(self, sample: Sample, client: str) -> None:
        try:
            request = self.read(sample, self.srv_type.Request)
        except DecodeError as error:
            self.report_dropped('request to', sample, error)
            return
        response = self.callback(request, self.srv_type.Response())
        if inspect.iscoroutine(response):
            response = await response
        if not isinstance(response, self.srv_type.Response):
            raise TypeError(f'Expected {self.srv_type.Response}, got {type(response)}')
        self._wait_for_reply_reader(client)
        self.write(sample.data[:_HEAD], response)

    def _wait_for_reply_reader(self, client: str) -> None:
        end_s = time.monotonic() + _REPLY_READER_S
        while client not in self._reachable and time.monotonic() < end_s:
            texts = [user_data(d) for d in self.writer.matched().values()]
            self._reachable = {part for text in texts for part in text.split(';')}
            if client not in self._reachable:
                time.sleep(0.002)
