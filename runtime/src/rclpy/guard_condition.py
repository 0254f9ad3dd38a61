# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A guard condition: a callback that any thread can ask for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rclpy._entity import Entity, Work
from rclpy.callback_groups import CallbackGroup


class GuardCondition(Entity):
    """Calls its callback in the executor after :meth:`trigger`."""

    def __init__(
        self, callback: Callable[[], Any], callback_group: CallbackGroup, wake: Callable[[], None]
    ) -> None:
        super().__init__(callback_group)
        self.callback, self._wake, self._triggered = callback, wake, False

    def trigger(self) -> None:
        """Ask for the callback."""
        self._triggered = True
        self._wake()

    def due_in_ns(self) -> int | None:
        """Now, if it was triggered."""
        return 0 if self._triggered else None

    def take(self) -> Work | None:
        """The callback."""
        triggered, self._triggered = self._triggered, False
        return self.callback if triggered else None
