# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Service clients. As in rmw_cyclonedds, a payload is a 16-byte request id and the body."""

from __future__ import annotations

import itertools
import struct
import threading
import time
from typing import Any

from ros_wire.codec import HEADER, DecodeError, deserialize, serialize
from ros_wire.dds import Participant, Sample, foreign, peer, user_data

from rclpy._entity import Entity, Work
from rclpy.callback_groups import CallbackGroup
from rclpy.logging import get_logger
from rclpy.qos import QoSProfile
from rclpy.task import Future

_REQUEST_ID = struct.Struct('<Qq')
_POLL_S = 0.02
_LOGGER = get_logger('rclpy')


class Client(Entity):
    """Calls a service; made by :meth:`Node.create_client`."""

    def __init__(
        self,
        participant: Participant,
        context: Any,
        srv_type: type[Any],
        service: str,
        qos_profile: QoSProfile,
        callback_group: CallbackGroup,
    ) -> None:
        super().__init__(callback_group)
        self.srv_type, self.srv_name, self.qos_profile = srv_type, service, qos_profile
        self._context = context
        label, quality = f'clientid={participant.new_service_id()};', qos_profile.to_dds()
        kind = srv_type.ros_type
        # The reader first: a server looks for it when the request arrives.
        self.reader = participant.reader(f'rr{service}Reply', kind + '_Response', quality, label)
        self.writer = participant.writer(f'rq{service}Request', kind + '_Request', quality, label)
        self._numbers = itertools.count(1)
        self._pending: dict[int, Future] = {}
        self._lock = threading.Lock()

    @property
    def service_name(self) -> str:
        """The fully qualified service."""
        return self.srv_name

    @property
    def condition(self) -> int | None:
        """Triggered while there are replies."""
        return self.reader.condition_ref

    def service_is_ready(self) -> bool:
        """Whether a server that speaks Cyclone's protocol matches both ways."""
        readers = self.writer.matched().values()
        servers = [reader for reader in readers if 'serviceid=' in user_data(reader)]
        if readers and not servers:
            problem = f'{self.srv_name} is not called: {foreign(next(iter(readers)))}'
            _LOGGER.error(problem, throttle_duration_sec=5.0)
        return bool(servers) and bool(self.reader.entity.get_matched_publications())

    def wait_for_service(self, timeout_sec: float | None = None) -> bool:
        """
        Wait until the service is ready.

        :return: whether it is.
        """
        end_s = None if timeout_sec is None else time.monotonic() + timeout_sec
        while not self.service_is_ready():
            if not self._context.ok() or (end_s is not None and time.monotonic() >= end_s):
                return False
            time.sleep(_POLL_S)
        return True

    def call_async(self, request: Any) -> Future:
        """
        Send a request; the future gets the response.

        :raises TypeError: it isn't a request of this service.
        """
        if not isinstance(request, self.srv_type.Request):
            raise TypeError(f'Expected {self.srv_type.Request}, got {type(request)}')
        number, future = next(self._numbers), Future()
        with self._lock:
            self._pending[number] = future
        future.add_done_callback(lambda _: self.remove_pending_request(future))
        request_id = _REQUEST_ID.pack(self.writer.handle, number)
        self.writer.write(bytearray(HEADER + request_id) + serialize(request)[4:])
        return future

    def call(self, request: Any, timeout_sec: float | None = None) -> Any:
        """
        Send a request and wait for the response, while another thread spins.

        :raises TimeoutError: no response within `timeout_sec`.
        """
        done = threading.Event()
        future = self.call_async(request)
        future.add_done_callback(lambda _: done.set())
        if not done.wait(None if timeout_sec is None or timeout_sec < 0 else timeout_sec):
            self.remove_pending_request(future)
            raise TimeoutError(f'no response from {self.srv_name} within {timeout_sec} s')
        return future.result()

    def remove_pending_request(self, future: Future) -> None:
        """Forget a request: its response will be dropped."""
        with self._lock:
            self._pending = {n: f for n, f in self._pending.items() if f is not future}

    def take(self) -> Work | None:
        """Take one reply; those to other clients are dropped."""
        sample = self.reader.take()
        if sample is None:
            return None
        if len(sample.data) < 4 + _REQUEST_ID.size:
            writer = peer(self.reader.writer_of(sample))
            problem = f'dropped a reply of {self.srv_name} from {writer}: it has no request id'
            _LOGGER.error(problem, throttle_duration_sec=1.0)
            return None
        handle, number = _REQUEST_ID.unpack_from(sample.data, 4)
        future = self._pending.get(number)
        if handle != self.writer.handle or future is None:
            return None
        return lambda: self._answer(future, sample)

    def _answer(self, future: Future, sample: Sample) -> None:
        try:
            response = deserialize(sample.data[:4] + sample.data[20:], self.srv_type.Response)
        except DecodeError as error:
            future.set_exception(error)
        else:
            future.set_result(response)

    def destroy(self) -> None:
        """Stop; pending requests get no response."""
        self.writer.close()
        self.reader.close()
