# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
LaunchContext: what entities know of each other while launching.

Holds launch configurations (the values of launch arguments), the environment, local values such
as the event being handled, the event handlers and the queue of events. Runs nothing itself.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, MutableMapping
import os
from types import SimpleNamespace
from typing import Any

from launch.event import Event
from launch.event_handler import BaseEventHandler
from launch.substitution import Substitution


class LaunchContext:
    """
    The state of one launch.

    :param argv: command line, for entities that want it.
    :param noninteractive: there is no terminal; kept for entities that want it.
    """

    def __init__(self, *, argv: Iterable[str] | None = None, noninteractive: bool = False) -> None:
        self.argv = list(argv or [])
        self.noninteractive = noninteractive
        self.is_shutdown = False
        self.asyncio_loop: asyncio.AbstractEventLoop | None = None
        self.launch_configurations: dict[str, Any] = {}
        self.completion_futures: list[asyncio.Future[Any]] = []
        self.event_queue: asyncio.Queue[Event] = asyncio.Queue()
        self._event_handlers: deque[BaseEventHandler] = deque()
        self._globals: dict[str, Any] = {}
        self._locals: dict[str, Any] = {}
        self._locals_stack: list[dict[str, Any]] = []
        self._configurations_stack: list[dict[str, Any]] = []
        self._environment_stack: list[dict[str, str]] = []
        self._first_environment = dict(os.environ)

    @property
    def environment(self) -> MutableMapping[str, str]:
        """The environment that processes inherit."""
        return os.environ

    @property
    def locals(self) -> SimpleNamespace:
        """Values of the moment, e.g. ``locals.event`` inside an event handler."""
        return SimpleNamespace(**self.get_locals_as_dict())

    def get_locals_as_dict(self) -> dict[str, Any]:
        """Return the local values over the global ones."""
        return {**self._globals, **self._locals}

    def extend_globals(self, extensions: dict[str, Any]) -> None:
        """Add values that stay until the end."""
        self._globals.update(extensions)

    def extend_locals(self, extensions: dict[str, Any]) -> None:
        """Add values that stay until the current event has been handled."""
        self._locals.update(extensions)

    def push_locals(self) -> None:
        """Begin handling an event."""
        self._locals_stack.append(dict(self._locals))

    def pop_locals(self) -> None:
        """Forget the local values since push_locals()."""
        self._locals = self._locals_stack.pop()

    def push_launch_configurations(self) -> None:
        """Begin a scope of launch configurations."""
        self._configurations_stack.append(dict(self.launch_configurations))

    def pop_launch_configurations(self) -> None:
        """Go back to the launch configurations before the scope."""
        self.launch_configurations = self._configurations_stack.pop()

    def push_environment(self) -> None:
        """Begin a scope of environment variables."""
        self._environment_stack.append(dict(os.environ))

    def pop_environment(self) -> None:
        """Go back to the environment before the scope."""
        self._set_environment(self._environment_stack.pop())

    def reset_environment(self) -> None:
        """Go back to the environment launching began with."""
        self._set_environment(self._first_environment)

    def _set_environment(self, environment: dict[str, str]) -> None:
        os.environ.clear()
        os.environ.update(environment)

    def matching_event_handlers(self, event: Event) -> list[BaseEventHandler]:
        """Return the handlers of an event, the newest first."""
        return [handler for handler in self._event_handlers if handler.matches(event)]

    def register_event_handler(
        self,
        event_handler: BaseEventHandler,
        append: bool = False,
    ) -> None:
        """
        Add an event handler.

        :param append: ask it after the others instead of before them.
        """
        if append:
            self._event_handlers.append(event_handler)
        else:
            self._event_handlers.appendleft(event_handler)

    def unregister_event_handler(self, event_handler: BaseEventHandler) -> None:
        """Remove an event handler."""
        self._event_handlers.remove(event_handler)

    def emit_event_sync(self, event: Event) -> None:
        """Queue an event; from the thread of the launch service only."""
        self.event_queue.put_nowait(event)

    async def emit_event(self, event: Event) -> None:
        """Queue an event."""
        await self.event_queue.put(event)

    def add_completion_future(self, completion_future: asyncio.Future[Any]) -> None:
        """Let the launch service wait for the future before it calls itself idle."""
        self.completion_futures.append(completion_future)

    def perform_substitution(self, substitution: Substitution) -> str:
        """Return the string the substitution stands for."""
        return substitution.perform(self)
