# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Service clients, see service.py for the protocol."""

from __future__ import annotations

import itertools
import struct
import threading
import time
from typing import Any

from ros_wire.codec import HEADER, DecodeError
from ros_wire.dds import Sample, foreign, user_data

from rclpy._entity import Work
from rclpy.service import ServiceSide
from rclpy.task import Future

_REQUEST_ID = struct.Struct('<Qq')
_POLL_S = 0.02


class Client(ServiceSide):
    """Calls a service; made by :meth:`Node.create_client`."""

    reads, writes, role = 'Response', 'Request', 'clientid'

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._numbers = itertools.count(1)
        self._pending: dict[int, Future] = {}

    def service_is_ready(self) -> bool:
        """Whether a server that speaks Cyclone's protocol matches both ways."""
        readers = self.writer.matched().values()
        servers = [reader for reader in readers if 'serviceid=' in user_data(reader)]
        if readers and not servers:
            problem = f'{self.srv_name} is not called: {foreign(next(iter(readers)))}'
            self._node.get_logger().error(problem, throttle_duration_sec=5.0)
        return bool(servers) and bool(self.reader.entity.get_matched_publications())

    def wait_for_service(self, timeout_sec: float | None = None) -> bool:
        """Wait until the service is ready; whether it is."""
        end_s = float('inf') if timeout_sec is None else time.monotonic() + timeout_sec
        while not (ready := self.service_is_ready()):
            if not self._node.context.ok() or time.monotonic() >= end_s:
                break
            time.sleep(_POLL_S)
        return ready

    def call_async(self, request: Any) -> Future:
        """
        Send a request; the future gets the response.

        :raises TypeError: it isn't a request of this service.
        """
        if not isinstance(request, self.srv_type.Request):
            raise TypeError(f'Expected {self.srv_type.Request}, got {type(request)}')
        number, future = next(self._numbers), Future()
        self._pending[number] = future
        future.add_done_callback(self.remove_pending_request)
        self.write(HEADER + _REQUEST_ID.pack(self.writer.handle, number), request)
        return future

    def call(self, request: Any, timeout_sec: float | None = None) -> Any:
        """Send a request and wait for the response while another thread spins; None: too late."""
        done = threading.Event()
        future = self.call_async(request)
        future.add_done_callback(lambda _: done.set())
        if not done.wait(timeout_sec):
            self.remove_pending_request(future)
        return future.result()

    def remove_pending_request(self, future: Future) -> None:
        """Forget a request: its response will be dropped."""
        for number, pending in list(self._pending.items()):
            if pending is future:
                self._pending.pop(number, None)

    def take(self) -> Work | None:
        """Take one reply; those to other clients are dropped."""
        sample = self.reader.take()
        if sample is None:
            return None
        if len(sample.data) < len(HEADER) + _REQUEST_ID.size:
            self.report_dropped('reply of', sample, 'it has no request id')
            return None
        handle, number = _REQUEST_ID.unpack_from(sample.data, len(HEADER))
        future = self._pending.get(number)
        if handle != self.writer.handle or future is None:
            return None
        return lambda: self._finish(future, sample)

    def _finish(self, future: Future, sample: Sample) -> None:
        future._set_executor(self._node.executor)  # noqa: SLF001 rclpy's own name for it
        try:
            response = self.read(sample, self.srv_type.Response)
        except DecodeError as error:
            future.set_exception(error)
        else:
            future.set_result(response)
