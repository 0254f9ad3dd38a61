# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: ARG002 rclpy's signatures
"""Callback groups: which callbacks may run at the same time."""

from __future__ import annotations

import threading
from typing import Any
from weakref import WeakSet


class CallbackGroup:
    """Base of the groups: `can_execute`, `beginning_execution`, `ending_execution`."""

    def __init__(self) -> None:
        self.entities: WeakSet[Any] = WeakSet()

    def add_entity(self, entity: Any) -> None:
        """Note that an entity belongs to this group."""
        self.entities.add(entity)

    def has_entity(self, entity: Any) -> bool:
        """Whether an entity belongs to this group."""
        return entity in self.entities

    def can_execute(self, entity: Any) -> bool:
        """Whether a callback could run now."""
        raise NotImplementedError

    def beginning_execution(self, entity: Any) -> bool:
        """Claim the right to run; False if it can't run now."""
        raise NotImplementedError

    def ending_execution(self, entity: Any) -> None:
        """Give the right back."""
        raise NotImplementedError


class ReentrantCallbackGroup(CallbackGroup):
    """Callbacks run in parallel."""

    def can_execute(self, entity: Any) -> bool:
        """Always."""
        return True

    def beginning_execution(self, entity: Any) -> bool:
        """Always."""
        return True

    def ending_execution(self, entity: Any) -> None:
        """Nothing to give back."""


class MutuallyExclusiveCallbackGroup(CallbackGroup):
    """One callback at a time."""

    def __init__(self) -> None:
        super().__init__()
        self._free = threading.Semaphore(1)
        self._active: Any = None

    def can_execute(self, entity: Any) -> bool:
        """Whether nothing of the group runs."""
        return self._active is None

    def beginning_execution(self, entity: Any) -> bool:
        """Claim the group if it is free."""
        if not self._free.acquire(blocking=False):
            return False
        self._active = entity
        return True

    def ending_execution(self, entity: Any) -> None:
        """Free the group."""
        self._active = None
        self._free.release()
