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

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._callbacks: list[Callable[[], Callable[[], None] | None]] = []
        self._participant: Participant | None = None
        self._graph: Graph | None = None
        self._valid = False
        self._nodes = 0
        self.arguments = _arguments.Arguments()

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
            if self._participant is not None:
                raise RuntimeError('Context.init() must only be called once')
            self.arguments = _arguments.parse(sys.argv if args is None else args)
            self._participant = Participant(domain_id)
            self._graph = Graph(self._participant)
            self._valid = True
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

    @property
    def participant(self) -> Participant:
        """The place in the DDS domain."""
        if self._participant is None:
            raise RuntimeError('Context must be initialized before it is used')
        return self._participant

    @property
    def graph(self) -> Graph:
        """The ROS graph as seen from here."""
        if self._graph is None:
            raise RuntimeError('Context must be initialized before it is used')
        return self._graph

    def ok(self) -> bool:
        """Whether it is initialised and not shut down."""
        return self._valid

    def get_domain_id(self) -> int:
        """The domain's number."""
        return self.participant.domain_id

    def shutdown(self) -> None:
        """
        End it.

        :raises RuntimeError: it wasn't initialised, or is ended already.
        """
        if self._participant is None:
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
        if not self._nodes:
            self._leave()

    def on_shutdown(self, callback: Callable[[], None]) -> None:
        """Have a callback called at shutdown; a bound method doesn't keep its object alive."""
        if not callable(callback):
            raise TypeError(f'callback should be a callable, got {type(callback)}')
        with self._lock:
            if self._valid or self._participant is None:
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
            graph, self._graph = self._graph, None
            self._valid = False
        LIVE.discard(self)
        atexit.unregister(self._leave)
        if graph is not None and self._participant is not None:
            graph.close()
            self._participant.close()

    def destroy(self) -> None:
        """End it and leave the domain at once."""
        self.try_shutdown()
        self._leave()

    def __enter__(self) -> Context:
        """Nothing to prepare."""
        if self._participant is None:
            self.init()
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self.try_shutdown()
