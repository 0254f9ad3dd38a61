# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
LaunchService: visits launch descriptions and runs until nothing is left to do.

Takes launch descriptions; gives 0 after a regular shutdown and 1 if something failed. SIGINT,
SIGTERM and SIGQUIT shut everything down; nothing that was launched is left behind.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
import signal
import threading
import traceback
from typing import Any

from launch.event import Event
from launch.events import IncludeLaunchDescription, Shutdown
from launch.launch_context import LaunchContext
from launch.launch_description import LaunchDescription
from launch.launch_description_entity import LaunchDescriptionEntity, as_entities
from launch.logging import get_logger

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT)


class LaunchService:
    """
    Runs launch descriptions.

    :param argv: command line, for entities that want it.
    :param noninteractive: there is no terminal.
    :param debug: print tracebacks of errors.
    """

    def __init__(
        self,
        *,
        argv: Iterable[str] | None = None,
        noninteractive: bool = False,
        debug: bool = False,
    ) -> None:
        self.context = LaunchContext(argv=argv, noninteractive=noninteractive)
        self._debug = debug
        self._logger = get_logger('launch')
        self._futures: list[asyncio.Future[None]] = []
        self._pending: list[Event] = []
        self._return_code = 0

    def include_launch_description(self, launch_description: LaunchDescription) -> None:
        """Visit the description as soon as the service runs."""
        self.emit_event(IncludeLaunchDescription(launch_description))

    def emit_event(self, event: Event) -> None:
        """Handle the event as soon as the service runs; from any thread."""
        loop = self.context.asyncio_loop
        if loop is None:
            self._pending.append(event)
        else:
            loop.call_soon_threadsafe(self.context.emit_event_sync, event)

    def shutdown(self) -> None:
        """Shut everything down, from any thread; nothing happens if nothing runs."""
        loop = self.context.asyncio_loop
        if loop is not None:
            loop.call_soon_threadsafe(self._shutdown, 'LaunchService.shutdown() called')

    def run(self, *, shutdown_when_idle: bool = True) -> int:
        """
        Run until everything has ended.

        :param shutdown_when_idle: end when nothing is left to do, not only when told to.
        :return: 0 if all went well, else 1.
        """
        return asyncio.run(self.run_async(shutdown_when_idle=shutdown_when_idle))

    async def run_async(self, *, shutdown_when_idle: bool = True) -> int:
        """Run inside an event loop of the main thread, see run()."""
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError('LaunchService can only be run in the main thread.')
        self._return_code = 0
        with self._running():
            while not (self._is_idle() and self.context.is_shutdown):
                if self._is_idle() and shutdown_when_idle:
                    self._shutdown('idle')
                await self._step()
        return self._return_code

    @contextmanager
    def _running(self) -> Iterator[None]:
        """Be the owner of the event loop and its signals."""
        loop = asyncio.get_running_loop()
        self.context.asyncio_loop = loop
        self.context.event_queue = asyncio.Queue()
        self.context.is_shutdown = False
        for event in self._pending:
            self.context.emit_event_sync(event)
        self._pending.clear()
        for signum in _SIGNALS:
            loop.add_signal_handler(signum, self._on_signal, signum)
        try:
            yield
        finally:
            for signum in _SIGNALS:
                loop.remove_signal_handler(signum)
            self.context.asyncio_loop = None

    def _on_signal(self, signum: signal.Signals) -> None:
        how = (
            f'user interrupted with {"ctrl-c " if signum is signal.SIGINT else ""}({signum.name})'
        )
        if self.context.is_shutdown:
            self._logger.warning('%s again, ignoring...', how)
            return
        self._logger.warning('%s', how)
        if signum is not signal.SIGINT:
            self._return_code = 1
        self._shutdown(how, due_to_sigint=signum is signal.SIGINT)

    def _shutdown(self, reason: str, *, due_to_sigint: bool = False) -> None:
        if not self.context.is_shutdown:
            self.context.is_shutdown = True
            self.context.emit_event_sync(Shutdown(reason=reason, due_to_sigint=due_to_sigint))

    def _is_idle(self) -> bool:
        self._futures += self.context.completion_futures
        self.context.completion_futures.clear()
        return not self._futures and self.context.event_queue.empty()

    async def _step(self) -> None:
        """Handle one event, or see that something has ended."""
        next_event = asyncio.ensure_future(self.context.event_queue.get())
        try:
            waiting: list[asyncio.Future[Any]] = [next_event, *self._futures]
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            if next_event.done():
                self._handle(next_event.result())
            self._collect()
        except Exception as error:  # noqa: BLE001  whatever fails in a launch file ends the launch in order
            self._fail(error)
        finally:
            next_event.cancel()

    def _collect(self) -> None:
        """Forget what has ended; raise what went wrong in it."""
        done = [future for future in self._futures if future.done()]
        self._futures = [future for future in self._futures if not future.done()]
        for future in done:
            if not future.cancelled():
                future.result()

    def _fail(self, error: Exception) -> None:
        if self._debug:
            self._logger.error('%s', ''.join(traceback.format_exception(error)))
        message = f'Caught exception in launch (see debug for traceback): {error}'
        self._logger.error('%s', message)
        self._return_code = 1
        self._shutdown(message)

    def _handle(self, event: Event) -> None:
        if isinstance(event, Shutdown):
            self.context.is_shutdown = True
        if isinstance(event, IncludeLaunchDescription):
            with self._scope():
                self._visit([event.launch_description])
        for handler in self.context.matching_event_handlers(event):
            with self._scope():
                self._visit(as_entities(handler.handle(event, self.context)))

    @contextmanager
    def _scope(self) -> Iterator[None]:
        self.context.push_locals()
        try:
            yield
        finally:
            self.context.pop_locals()

    def _visit(self, entities: Iterable[LaunchDescriptionEntity]) -> None:
        """Visit entities and what they give, depth first."""
        for entity in entities:
            given = entity.visit(self.context)
            future = entity.get_asyncio_future()
            if future is not None:
                self._futures.append(future)
            self._visit(as_entities(given))
