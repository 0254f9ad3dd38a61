# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Timers and rates."""

from __future__ import annotations

from collections.abc import Callable
import threading
from typing import Any

from rclpy._entity import Entity, Work
from rclpy.callback_groups import CallbackGroup
from rclpy.clock import Clock
from rclpy.duration import Duration
from rclpy.exceptions import ROSInterruptException


class Timer(Entity):
    """Calls its callback every period of its clock; missed periods are skipped."""

    def __init__(
        self,
        callback: Callable[[], Any],
        callback_group: CallbackGroup,
        timer_period_ns: int,
        clock: Clock,
        *,
        wake: Callable[[], None],
        autostart: bool = True,
    ) -> None:
        super().__init__(callback_group)
        self.callback, self.clock, self.timer_period_ns = callback, clock, timer_period_ns
        self._wake, self._lock = wake, threading.Lock()
        self.reset()
        self._last_ns = self._next_ns - timer_period_ns
        self._canceled = not autostart

    def _now_ns(self) -> int:
        return self.clock.now().nanoseconds

    def is_canceled(self) -> bool:
        """Whether it was canceled and not reset since."""
        return self._canceled

    def cancel(self) -> None:
        """Stop calling."""
        self._canceled = True

    destroy = cancel

    def reset(self) -> None:
        """Begin a new period now, also after :meth:`cancel`."""
        with self._lock:
            self._next_ns = self._now_ns() + self.timer_period_ns
            self._canceled = False
        self._wake()

    def is_ready(self) -> bool:
        """Whether the callback is due."""
        return not self._canceled and self._remaining_ns() <= 0

    def _remaining_ns(self) -> int:
        now_ns = self._now_ns()
        if now_ns < self._last_ns:  # the clock jumped back
            self._last_ns, self._next_ns = now_ns, now_ns + self.timer_period_ns
        return self._next_ns - now_ns

    def time_since_last_call(self) -> int:
        """Since the callback was called last [ns]."""
        return self._now_ns() - self._last_ns

    def time_until_next_call(self) -> int | None:
        """Until the callback is due [ns]; None if canceled."""
        return None if self._canceled else self._remaining_ns()

    def due_in_ns(self) -> int | None:
        """When it is due; unknown ahead of time on a simulated clock, whose jumps wake."""
        remaining_ns = self.time_until_next_call()
        if remaining_ns is not None and remaining_ns <= 0:
            return 0
        return None if getattr(self.clock, 'ros_time_is_active', False) else remaining_ns

    def take(self) -> Work | None:
        """Begin the next period and give the callback, if it is due."""
        with self._lock:
            if not self.is_ready():
                return None
            self._last_ns = self._now_ns()
            missed_ns, period_ns = self._last_ns - self._next_ns, self.timer_period_ns
            self._next_ns += (missed_ns // period_ns + 1) * period_ns if period_ns else missed_ns
        return self.callback


class Rate:
    """Sleeps so that a loop runs at a rate; another thread must spin if time is simulated."""

    def __init__(self, period_ns: int, clock: Clock, context: Any) -> None:
        self._period = Duration(nanoseconds=period_ns)
        self._clock, self._context = clock, context
        self._next = clock.now() + self._period
        self._destroyed = False

    def sleep(self) -> None:
        """
        Sleep until the next period begins.

        :raises ROSInterruptException: rclpy is shut down.
        :raises RuntimeError: the rate was destroyed.
        """
        if self._destroyed:
            raise RuntimeError('Rate cannot sleep because it has been destroyed')
        now = self._clock.now()
        if not now <= self._next <= now + self._period:
            self._next = now
        if self._context.ok():
            self._clock.sleep_until(self._next, self._context)
        if not self._context.ok():
            raise ROSInterruptException
        self._next += self._period

    def destroy(self) -> None:
        """End it."""
        self._destroyed = True
