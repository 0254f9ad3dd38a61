# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Clocks: system time, steady time, and ROS time that simulation may take over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
import threading
import time
from typing import Any

from rclpy.clock_type import ClockType
from rclpy.constants import S_TO_NS
from rclpy.duration import Duration
from rclpy.exceptions import NotInitializedException
from rclpy.time import Time

__all__ = [
    'Clock',
    'ClockChange',
    'ClockType',
    'JumpHandle',
    'JumpThreshold',
    'ROSClock',
    'TimeJump',
]


class ClockChange(IntEnum):
    """What happened to a clock's source when it jumped."""

    ROS_TIME_NO_CHANGE = 1
    ROS_TIME_ACTIVATED = 2
    ROS_TIME_DEACTIVATED = 3
    SYSTEM_TIME_NO_CHANGE = 4


@dataclass(kw_only=True)
class JumpThreshold:
    """How far a clock must jump for a callback to be called."""

    min_forward: Duration | None
    min_backward: Duration | None
    on_clock_change: bool = True

    def __post_init__(self) -> None:
        """Refuse what means nothing."""
        if self.min_forward is not None and self.min_forward.nanoseconds <= 0:
            raise ValueError('min_forward must be a positive non-zero duration')
        if self.min_backward is not None and self.min_backward.nanoseconds >= 0:
            raise ValueError('min_backward must be a negative non-zero duration')
        if self.min_forward is None and self.min_backward is None and not self.on_clock_change:
            raise ValueError('At least one jump threshold must be enabled')

    def exceeded_by(self, jump: TimeJump) -> bool:
        """Whether a jump is one to tell about."""
        changed = jump.clock_change != ClockChange.ROS_TIME_NO_CHANGE
        return (
            (changed and self.on_clock_change)
            or (self.min_forward is not None and jump.delta >= self.min_forward)
            or (self.min_backward is not None and jump.delta <= self.min_backward)
        )


@dataclass(frozen=True)
class TimeJump:
    """A jump of a clock: whether simulated time began or ended, or else new minus old time."""

    clock_change: ClockChange
    delta: Duration


@dataclass(kw_only=True, eq=False)
class JumpHandle:
    """A registered pair of jump callbacks; :meth:`unregister` it or use it in `with`."""

    clock: Clock
    threshold: JumpThreshold
    pre_callback: Callable[[], None] | None
    post_callback: Callable[[TimeJump], None] | None

    def __post_init__(self) -> None:
        """Register it."""
        given = [call for call in (self.pre_callback, self.post_callback) if call is not None]
        if not given or not all(callable(call) for call in given):
            raise ValueError('pre_callback or post_callback must be given, and callable')
        self.clock.jump_handles.append(self)

    def unregister(self) -> None:
        """Stop the callbacks."""
        if self in self.clock.jump_handles:
            self.clock.jump_handles.remove(self)

    def __enter__(self) -> JumpHandle:
        """Nothing to prepare."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self.unregister()


class Clock:
    """A clock; `Clock(clock_type=ClockType.ROS_TIME)` makes a :class:`ROSClock`."""

    clock_type: ClockType
    jump_handles: list[JumpHandle]
    _override_ns: int
    _simulated: bool

    def __new__(cls, *, clock_type: ClockType = ClockType.SYSTEM_TIME) -> Clock:
        """Choose the class by the kind of clock."""
        if not isinstance(clock_type, ClockType):
            raise TypeError('Clock type must be a ClockType enum')
        self = super().__new__(ROSClock if clock_type is ClockType.ROS_TIME else cls)
        self.clock_type = clock_type
        self.jump_handles = []
        self._override_ns, self._simulated = 0, False
        return self

    def __repr__(self) -> str:
        """The object as text."""
        return f'Clock(clock_type={self.clock_type.name})'

    def now(self) -> Time:
        """The clock's time now."""
        if self._simulated:
            now_ns = self._override_ns
        else:
            steady = self.clock_type == ClockType.STEADY_TIME
            now_ns = time.monotonic_ns() if steady else time.time_ns()
        return Time(nanoseconds=now_ns, clock_type=self.clock_type)

    def create_jump_callback(
        self,
        threshold: JumpThreshold,
        *,
        pre_callback: Callable[[], None] | None = None,
        post_callback: Callable[[TimeJump], None] | None = None,
    ) -> JumpHandle:
        """Have callbacks called before and after the clock jumps."""
        return JumpHandle(
            clock=self, threshold=threshold, pre_callback=pre_callback, post_callback=post_callback
        )

    def sleep_until(self, until: Time, context: Any = None) -> bool:
        """
        Sleep until the clock shows a time.

        :return: False if it ended early: shutdown, or simulated time began or ended.
        :raises NotInitializedException: the context is not initialised, or shut down.
        :raises ValueError: a time of another kind of clock.
        """
        from rclpy.utilities import get_default_context  # noqa: PLC0415 it imports this module

        context = context or get_default_context()
        if not context.ok():
            raise NotInitializedException
        if until.clock_type != self.clock_type:
            raise ValueError("until's clock type does not match this clock's type")
        wake, changes = threading.Event(), []

        def on_jump(jump: TimeJump) -> None:
            if jump.clock_change != ClockChange.ROS_TIME_NO_CHANGE:
                changes.append(jump)
            wake.set()

        context.on_shutdown(wake.set)
        threshold = JumpThreshold(min_forward=Duration(nanoseconds=1), min_backward=None)
        with self.create_jump_callback(threshold, post_callback=on_jump):
            while context.ok() and not changes:
                remaining_s = (until - self.now()).nanoseconds / S_TO_NS
                if remaining_s <= 0:
                    return True
                limit_s = min(remaining_s, threading.TIMEOUT_MAX)
                wake.wait(None if self._simulated else limit_s)
                wake.clear()
        return False

    def sleep_for(self, rel_time: Duration, context: Any = None) -> bool:
        """Sleep for a span of this clock's time, see :meth:`sleep_until`."""
        return self.sleep_until(self.now() + rel_time, context)


class ROSClock(Clock):
    """System time, or what /clock says while simulated time is active."""

    def __new__(cls) -> ROSClock:
        """A clock that shows system time until simulated time is activated."""
        self = super().__new__(cls, clock_type=ClockType.ROS_TIME)
        assert isinstance(self, ROSClock)
        return self

    @property
    def ros_time_is_active(self) -> bool:
        """Whether simulated time is shown."""
        return self._simulated

    def _set_ros_time_is_active(self, enabled: bool) -> None:
        if enabled != self._simulated:
            name = 'ROS_TIME_ACTIVATED' if enabled else 'ROS_TIME_DEACTIVATED'
            jump = TimeJump(ClockChange[name], Duration())
            self._jump(jump, simulated=enabled, override_ns=self._override_ns)

    def set_ros_time_override(self, time: Time) -> None:
        """Set simulated time."""
        if not isinstance(time, Time):
            raise TypeError('Time must be specified as rclpy.time.Time')
        delta = Duration(nanoseconds=time.nanoseconds - self._override_ns)
        jump = TimeJump(ClockChange.ROS_TIME_NO_CHANGE, delta)
        self._jump(jump, simulated=self._simulated, override_ns=time.nanoseconds)

    def _jump(self, jump: TimeJump, *, simulated: bool, override_ns: int) -> None:
        simulates = simulated or self._simulated
        told = [h for h in self.jump_handles if simulates and h.threshold.exceeded_by(jump)]
        for handle in told:
            if handle.pre_callback is not None:
                handle.pre_callback()
        self._simulated, self._override_ns = simulated, override_ns
        for handle in told:
            if handle.post_callback is not None:
                handle.post_callback(jump)
