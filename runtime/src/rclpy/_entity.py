# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What an executor waits for: the common part of subscriptions, timers, services and the like."""

from __future__ import annotations

from collections.abc import Callable
import itertools
from typing import Any

from rclpy.callback_groups import CallbackGroup

_tokens = itertools.count(1)

#: What is left to do once something was taken; may return a coroutine.
Work = Callable[[], Any]


class Entity:
    """Something with a callback in a callback group."""

    def __init__(self, callback_group: CallbackGroup | None) -> None:
        self.callback_group = callback_group
        self.token = next(_tokens)
        if callback_group is not None:
            callback_group.add_entity(self)

    @property
    def condition(self) -> int | None:
        """The DDS entity that a wait set attaches; None if there is none."""
        return None

    def due_in_ns(self) -> int | None:
        """For an entity without condition: when it is due [ns]; None: nobody knows."""
        return None

    def take(self) -> Work | None:
        """Take what is there and give the work to do about it; None if nothing is there."""
        raise NotImplementedError
