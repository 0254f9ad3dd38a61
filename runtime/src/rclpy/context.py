# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A context: the arguments, the place in a DDS domain, and the life between init and shutdown."""

from __future__ import annotations

import atexit
from collections.abc import Callable
from inspect import ismethod
import os
import sys
import threading
from typing import Any
from weakref import WeakMethod, WeakSet

from ros_wire.dds import Participant
from ros_wire.graph import Graph

from rclpy import _arguments
from rclpy.impl.rcutils_logger import SETTINGS

#: Contexts that are initialised, for the signal handlers.
LIVE: WeakSet[Context] = WeakSet()


class Context:
    """What nodes share; usable as `with Context() as context`."""

    #: The place in the DDS domain, and the ROS graph as seen from there; once initialised.
    participant: Participant
    graph: Graph

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._callbacks: list[Callable[[], Callable[[], None] | None]] = []
        self._initialised = self._valid = False
        self._nodes = 0
        self.arguments = _arguments.Arguments()
        #: Whether it takes part in the domain: from init until the last node is destroyed.
        self.joined = False

    def init(
        self,
        args: list[str] | None = None,
        *,
        initialize_logging: bool = True,
        domain_id: int | None = None,
    ) -> None:
        """
        Join the domain.

        :raises RuntimeError: called twice, or a negative domain id.
        """
        domain_id = int(os.environ.get('ROS_DOMAIN_ID') or 0) if domain_id is None else domain_id
        if domain_id < 0:
            raise RuntimeError(f'Domain id ({domain_id}) should not be lower than zero.')
        with self._lock:
            if self._initialised:
                raise RuntimeError('Context.init() must only be called once')
            self.arguments = _arguments.parse(sys.argv if args is None else args)
            self.participant = Participant(domain_id)
            self.graph = Graph(self.participant)
            self._initialised = self._valid = self.joined = True
        if initialize_logging:
            self._configure_logging()
        LIVE.add(self)
        atexit.register(self._leave)

    def _configure_logging(self) -> None:
        SETTINGS.to_console = self.arguments.to_console
        for name, level in self.arguments.log_levels.items():
            if name:
                SETTINGS.levels[name] = level
            else:
                SETTINGS.default_level = level

    def ok(self) -> bool:
        """Whether it is initialised and not shut down."""
        return self._valid

    def get_domain_id(self) -> int:
        """The domain's number."""
        if not self._initialised:
            raise RuntimeError('Context must be initialized before it can have a domain id')
        return self.participant.domain_id

    def shutdown(self) -> None:
        """
        End it.

        :raises RuntimeError: it wasn't initialised, or is ended already.
        """
        if not self._initialised:
            raise RuntimeError('Context must be initialized before it can be shutdown')
        if not self._valid:
            raise RuntimeError('failed to shutdown: rcl_shutdown already called')
        self.try_shutdown()

    def try_shutdown(self) -> None:
        """End it unless it is ended already."""
        with self._lock:
            if not self._valid:
                return
            self._valid = False
            callbacks, self._callbacks = self._callbacks, []
        for reference in callbacks:
            callback = reference()
            if callback is not None:
                callback()
        self.count_node(0)

    def on_shutdown(self, callback: Callable[[], None]) -> None:
        """Have a callback called at shutdown; a bound method doesn't keep its object alive."""
        if not callable(callback):
            raise TypeError(f'callback should be a callable, got {type(callback)}')
        with self._lock:
            if self._valid or not self._initialised:
                kept: Any = WeakMethod(callback) if ismethod(callback) else lambda: callback
                self._callbacks.append(kept)
                return
        callback()

    def count_node(self, change: int) -> None:
        """Note that a node came (+1) or went (-1): the last one of an ended context leaves too."""
        with self._lock:
            self._nodes += change
            last = not self._nodes and not self._valid
        if last:
            self._leave()

    def _leave(self) -> None:
        with self._lock:
            joined, self.joined, self._valid = self.joined, False, False
        LIVE.discard(self)
        atexit.unregister(self._leave)
        if joined:
            self.graph.close()
            self.participant.close()

    def destroy(self) -> None:
        """End it and leave the domain at once."""
        self.try_shutdown()
        self._leave()

    def __enter__(self) -> Context:
        """Initialise it."""
        self.init()
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self.try_shutdown()
