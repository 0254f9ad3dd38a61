# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
LaunchService: visits launch descriptions and runs until nothing is left to do.

Takes launch descriptions; gives 0 after a regular shutdown and 1 if something failed. SIGINT,
SIGTERM and SIGQUIT shut everything down; nothing that was launched is left behind.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
import signal
import traceback
from typing import Any

from launch.core import LaunchContext, LaunchDescription
from launch.events import Shutdown
from launch.logging import get_logger

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT)


class LaunchService:
    """
    Runs launch descriptions.

    :param argv: command line, for entities that want it.
    :param noninteractive: there is no terminal; it makes no difference here.
    :param debug: print tracebacks of errors.
    """

    def __init__(
        self,
        *,
        argv: Iterable[str] | None = None,
        noninteractive: bool = False,  # noqa: ARG002  as its text says
        debug: bool = False,
    ) -> None:
        self.context = LaunchContext(argv=argv or ())
        self.context.add_completion_future = self._watch
        self._debug = debug
        self._logger = get_logger('launch')
        self._descriptions: list[LaunchDescription] = []
        self._running: set[asyncio.Future[Any]] = set()

    def include_launch_description(self, launch_description: LaunchDescription) -> None:
        """Visit the description when the service is run."""
        self._descriptions.append(launch_description)

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
        """Run inside the event loop of the main thread, see run()."""
        self.context.asyncio_loop = loop = asyncio.get_running_loop()
        self.context.is_shutdown = False
        self.context.stop = asyncio.Event()
        self._return_code = 0
        self._shutdown_when_idle = shutdown_when_idle
        self._finished = loop.create_future()
        for signum in _SIGNALS:
            loop.add_signal_handler(signum, self._on_signal, signum)
        try:
            self.context.start(self._visit())
            await self._finished
        finally:
            for signum in _SIGNALS:
                loop.remove_signal_handler(signum)
            self.context.asyncio_loop = None
        return self._return_code

    async def _visit(self) -> None:
        self.context.visit(self._descriptions)

    def _watch(self, future: asyncio.Future[Any]) -> None:
        self._running.add(future)
        future.add_done_callback(self._on_done)

    def _on_done(self, future: asyncio.Future[Any]) -> None:
        self._running.discard(future)
        error = None if future.cancelled() else future.exception()
        if error is not None:
            if self._debug:
                self._logger.error('%s', ''.join(traceback.format_exception(error)))
            message = f'Caught exception in launch (see debug for traceback): {error}'
            self._logger.error('%s', message)
            self._return_code = 1
            self._shutdown(message)
        self._go_on()

    def _go_on(self) -> None:
        """If nothing is left to do, begin the shutdown, or end it."""
        if self._running or self._finished.done():
            return
        if self.context.is_shutdown:
            self._finished.set_result(None)
        elif self._shutdown_when_idle:
            self._shutdown('idle')

    def _on_signal(self, signum: signal.Signals) -> None:
        key = 'ctrl-c ' if signum is signal.SIGINT else ''
        again = ' again, ignoring...' if self.context.is_shutdown else ''
        self._logger.warning('user interrupted with %s(%s)%s', key, signum.name, again)
        self._return_code |= signum is not signal.SIGINT
        self._shutdown(f'{key}({signum.name})', due_to_sigint=signum is signal.SIGINT)

    def _shutdown(self, reason: str, *, due_to_sigint: bool = False) -> None:
        if not self.context.is_shutdown:
            self.context.is_shutdown = True
            self.context.emit_event_sync(Shutdown(reason=reason, due_to_sigint=due_to_sigint))
