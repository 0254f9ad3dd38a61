# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Callback groups: which callbacks may run at the same time."""

from __future__ import annotations

import threading
from typing import Any
from weakref import WeakSet


class CallbackGroup:
    """What the groups have in common."""

    def __init__(self) -> None:
        self.entities: WeakSet[Any] = WeakSet()

    def add_entity(self, entity: Any) -> None:
        """Note that an entity belongs to this group."""
        self.entities.add(entity)

    def has_entity(self, entity: Any) -> bool:
        """Whether an entity belongs to this group."""
        return entity in self.entities


class ReentrantCallbackGroup(CallbackGroup):
    """Callbacks run in parallel."""

    def can_execute(self, _entity: Any) -> bool:
        """Whether a callback could run now: always."""
        return True

    def beginning_execution(self, _entity: Any) -> bool:
        """Claim the right to run: always granted."""
        return True

    def ending_execution(self, _entity: Any) -> None:
        """Nothing to give back."""


class MutuallyExclusiveCallbackGroup(CallbackGroup):
    """One callback at a time."""

    def __init__(self) -> None:
        super().__init__()
        self._running = threading.Lock()

    def can_execute(self, _entity: Any) -> bool:
        """Whether nothing of the group runs."""
        return not self._running.locked()

    def beginning_execution(self, _entity: Any) -> bool:
        """Claim the right to run; False if something of the group runs."""
        return self._running.acquire(blocking=False)

    def ending_execution(self, _entity: Any) -> None:
        """Give the right back."""
        self._running.release()
