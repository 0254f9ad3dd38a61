# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The line to an openpi policy server: a mapping out, a mapping back, or why not, in bounded time.

The protocol is openpi's (src/openpi/serving/websocket_policy_server.py): the server speaks first,
once, about itself; then each observation is answered by a mapping, or by the text of an error.
openpi-client does the packing; its own client is not used, since it waits without end. This
module knows neither robots nor chunks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
import re
import time
from typing import Any
from urllib.parse import urlsplit

import msgpack
from openpi_client import msgpack_numpy
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from pi0_ros.types import InputError

FIRST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 5.0
LARGEST_ANSWER_BYTES = 16 * 2**20  # a chunk takes a few thousand
NUMBERS = re.compile(r'[<>|=]?[biuf]\d{1,2}')  # numpy's short names of the plain types


class ServerLink:
    """
    Ask one server, and connect again after whatever goes wrong.

    Everything runs inside :meth:`ask`, on the caller's thread, under one deadline: connecting,
    sending, waiting. No thread or task outlives a call.

    :param server: host:port, or the same after ws:// or wss://.
    :param deadline_s: how long one question may take [s].
    :param now_s: a clock that never goes back [s].
    :raises InputError: if the address is none.
    """

    def __init__(
        self, server: str, deadline_s: float, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._uri = _uri(server)
        self.name = f'openpi server {self._uri}'
        self._deadline_s = deadline_s
        self._now_s = now_s
        self._loop = asyncio.new_event_loop()
        self._connection: ClientConnection | None = None
        self._failures = 0
        self._failure = ''
        self._retry_at_s = 0.0

    def ask(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """
        Send a question and return its answer.

        Answers carry no number that says which question they belong to, so one that is late can
        only be told from the next by giving up the connection.

        :raises InputError: if there is no answer in time, or it is none; or if the last attempt
            failed so recently that this one is not made.
        """
        wait_s = self._retry_at_s - self._now_s()
        if self._failures and wait_s > 0:
            raise InputError(f'{self._failure}; trying again in {wait_s:.1f} s')
        exchange = self._exchange(msgpack_numpy.packb(question))
        try:
            answer = self._loop.run_until_complete(asyncio.wait_for(exchange, self._deadline_s))
        except asyncio.TimeoutError as error:
            what = 'connection' if self._connection is None else 'answer'
            raise self._failed(f'no {what} within {self._deadline_s:g} s') from error
        except (OSError, UnicodeError, WebSocketException) as error:
            what = 'cannot connect' if self._connection is None else 'connection lost'
            raise self._failed(f'{what}: {error or type(error).__name__}') from error
        except InputError as error:
            raise self._failed(str(error)) from error
        self._failures = 0
        return answer

    def close(self) -> None:
        """Hang up for good; not while another thread asks."""
        self._loop.run_until_complete(self._hang_up())
        self._loop.close()

    async def _exchange(self, question: bytes) -> dict[str, Any]:
        if self._connection is None:
            # The deadline stands in for the library's own timeouts; pings would need the loop
            # to run between questions.
            connection = await connect(
                self._uri, compression=None, max_size=LARGEST_ANSWER_BYTES, proxy=None,
                open_timeout=None, ping_interval=None,
            )  # fmt: skip
            self._connection = connection
            unpack(await connection.recv())
        await self._connection.send(question)
        return unpack(await self._connection.recv())

    async def _hang_up(self) -> None:
        """Drop the connection without the farewell that a busy server would let us wait for."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.transport.abort()
            await connection.wait_closed()

    def _failed(self, reason: str) -> InputError:
        """Hang up, note when to try again, and return the error to raise."""
        self._loop.run_until_complete(self._hang_up())
        self._failure = f'{self.name}: {reason}'
        pause_s = min(FIRST_PAUSE_S * 2.0**self._failures, LONGEST_PAUSE_S)
        self._failures += 1
        self._retry_at_s = self._now_s() + pause_s
        return InputError(self._failure)


def unpack(message: bytes | str) -> dict[str, Any]:
    """
    Read what a server says.

    :raises InputError: if it is the text of an error, or not a mapping in openpi's form.
    """
    if isinstance(message, str):
        lines = message.strip().splitlines() or ['nothing']
        raise InputError(f'the server reports an error: {lines[-1].strip()}')
    try:
        answer = msgpack.unpackb(message, object_hook=_to_array)
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise InputError(f"an answer that is not in openpi's form: {error!r}") from error
    if not isinstance(answer, dict):
        raise InputError(f'expected a mapping as an answer, found {type(answer).__name__}')
    return answer


def _to_array(mapping: dict[Any, Any]) -> Any:
    """
    Make arrays of what stands for them.

    openpi's function packs no objects but unpacks them: it would take the bytes that came over
    the network for addresses in memory. So only numbers reach it.
    """
    kind = mapping.get(b'dtype')
    if kind is not None and not (isinstance(kind, str) and NUMBERS.fullmatch(kind)):
        raise ValueError(f'an array of {kind!r}')
    return msgpack_numpy.unpack_array(mapping)


def _uri(server: str) -> str:
    uri = server if '://' in server else f'ws://{server}'
    try:
        parts = urlsplit(uri)
        fits = parts.scheme in {'ws', 'wss'} and bool(parts.hostname) and bool(parts.port)
    except ValueError:
        fits = False
    if not fits:
        raise InputError(
            f'parameter server: expected host:port, ws://host:port or wss://host:port, '
            f'found {server!r}'
        )
    return uri
