# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Clocks: system time, steady time, and ROS time that simulation may take over."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
import threading
import time
from typing import Any

from rclpy.clock_type import ClockType
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


class JumpThreshold:
    """How far a clock must jump for a callback to be called."""

    def __init__(
        self,
        *,
        min_forward: Duration | None,
        min_backward: Duration | None,
        on_clock_change: bool = True,
    ) -> None:
        if min_forward is not None and min_forward.nanoseconds <= 0:
            raise ValueError('min_forward must be a positive non-zero duration')
        if min_backward is not None and min_backward.nanoseconds >= 0:
            raise ValueError('min_backward must be a negative non-zero duration')
        if min_forward is None and min_backward is None and not on_clock_change:
            raise ValueError('At least one jump threshold must be enabled')
        self.min_forward = min_forward
        self.min_backward = min_backward
        self.on_clock_change = on_clock_change

    def exceeded_by(self, jump: TimeJump) -> bool:
        """Whether a jump is one to tell about."""
        if jump.clock_change != ClockChange.ROS_TIME_NO_CHANGE:
            return self.on_clock_change
        delta = jump.delta
        forward = self.min_forward is not None and delta >= self.min_forward
        backward = self.min_backward is not None and delta <= self.min_backward
        return forward or backward


class TimeJump:
    """A jump of a clock: what changed, and by how much."""

    def __init__(self, clock_change: ClockChange, delta: Duration) -> None:
        self._clock_change = clock_change
        self._delta = delta

    @property
    def clock_change(self) -> ClockChange:
        """Whether simulated time began or ended."""
        return self._clock_change

    @property
    def delta(self) -> Duration:
        """New time minus old time."""
        return self._delta


class JumpHandle:
    """A registered pair of jump callbacks; :meth:`unregister` it or use it in `with`."""

    def __init__(
        self,
        *,
        clock: Clock,
        threshold: JumpThreshold,
        pre_callback: Callable[[], None] | None,
        post_callback: Callable[[TimeJump], None] | None,
    ) -> None:
        if pre_callback is None and post_callback is None:
            raise ValueError('One of pre_callback or post_callback must be callable')
        for name, callback in (('pre_callback', pre_callback), ('post_callback', post_callback)):
            if callback is not None and not callable(callback):
                raise ValueError(f'{name} must be callable if given')
        self._clock = clock
        self.threshold = threshold
        self.pre_callback = pre_callback
        self.post_callback = post_callback
        clock._jump_handles.append(self)  # noqa: SLF001 clock and handle are one piece

    def unregister(self) -> None:
        """Stop the callbacks."""
        if self in self._clock._jump_handles:  # noqa: SLF001 as above
            self._clock._jump_handles.remove(self)  # noqa: SLF001 as above

    def __enter__(self) -> JumpHandle:
        """Nothing to prepare."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self.unregister()


class Clock:
    """A clock; `Clock(clock_type=ClockType.ROS_TIME)` makes a :class:`ROSClock`."""

    _clock_type: ClockType
    _jump_handles: list[JumpHandle]

    def __new__(cls, *, clock_type: ClockType = ClockType.SYSTEM_TIME) -> Clock:
        """Choose the class by the kind of clock."""
        if not isinstance(clock_type, ClockType):
            raise TypeError('Clock type must be a ClockType enum')
        kind = ROSClock if clock_type is ClockType.ROS_TIME else cls
        self = super().__new__(kind)
        self._clock_type = clock_type
        self._jump_handles = []
        return self

    @property
    def clock_type(self) -> ClockType:
        """The kind of this clock."""
        return self._clock_type

    def __repr__(self) -> str:
        """The object as text."""
        return f'Clock(clock_type={self.clock_type.name})'

    def _now_ns(self) -> int:
        return time.monotonic_ns() if self._clock_type == ClockType.STEADY_TIME else time.time_ns()

    def now(self) -> Time:
        """The clock's time now."""
        return Time(nanoseconds=self._now_ns(), clock_type=self.clock_type)

    def create_jump_callback(
        self,
        threshold: JumpThreshold,
        *,
        pre_callback: Callable[[], None] | None = None,
        post_callback: Callable[[TimeJump], None] | None = None,
    ) -> JumpHandle:
        """Have callbacks called before and after the clock jumps."""
        return JumpHandle(
            clock=self,
            threshold=threshold,
            pre_callback=pre_callback,
            post_callback=post_callback,
        )

    def sleep_until(self, until: Time, context: Any = None) -> bool:
        """
        Sleep until the clock shows a time.

        :return: False if it ended early: shutdown, or simulated time began or ended.
        """
        from rclpy.utilities import get_default_context  # noqa: PLC0415 it imports this module

        context = context or get_default_context()
        if not context.ok():
            raise NotInitializedException
        if until.clock_type != self._clock_type:
            raise ValueError("until's clock type does not match this clock's type")
        return _Sleep(self, until, context).run()

    def sleep_for(self, rel_time: Duration, context: Any = None) -> bool:
        """Sleep for a span of this clock's time, see :meth:`sleep_until`."""
        return self.sleep_until(self.now() + rel_time, context)


class _Sleep:
    """One sleep: wakes at the time, when the clock jumps, and at shutdown."""

    def __init__(self, clock: Clock, until: Time, context: Any) -> None:
        self._clock, self._until, self._context = clock, until, context
        self._wake = threading.Event()
        self._source_changed = False

    def _on_jump(self, jump: TimeJump) -> None:
        if jump.clock_change != ClockChange.ROS_TIME_NO_CHANGE:
            self._source_changed = True
        self._wake.set()

    def run(self) -> bool:
        """Sleep."""
        self._context.on_shutdown(self._wake.set)
        threshold = JumpThreshold(min_forward=Duration(nanoseconds=1), min_backward=None)
        with self._clock.create_jump_callback(threshold, post_callback=self._on_jump):
            while self._context.ok() and not self._source_changed:
                remaining_s = (self._until - self._clock.now()).nanoseconds / 1e9
                if remaining_s <= 0:
                    return True
                simulated = isinstance(self._clock, ROSClock) and self._clock.ros_time_is_active
                self._wake.wait(None if simulated else remaining_s)
                self._wake.clear()
        return False


class ROSClock(Clock):
    """System time, or what /clock says while simulated time is active."""

    _override_ns: int
    _active: bool

    def __new__(cls) -> ROSClock:
        """A clock that shows system time until simulated time is activated."""
        self = super().__new__(cls, clock_type=ClockType.ROS_TIME)
        assert isinstance(self, ROSClock)
        self._override_ns = 0
        self._active = False
        return self

    def _now_ns(self) -> int:
        return self._override_ns if self._active else time.time_ns()

    @property
    def ros_time_is_active(self) -> bool:
        """Whether simulated time is shown."""
        return self._active

    def _set_ros_time_is_active(self, enabled: bool) -> None:
        if enabled == self._active:
            return
        change = ClockChange.ROS_TIME_ACTIVATED if enabled else ClockChange.ROS_TIME_DEACTIVATED
        target_ns = self._override_ns if enabled else time.time_ns()

        def switch() -> None:
            self._active = enabled

        self._jump(TimeJump(change, Duration(nanoseconds=target_ns - self._now_ns())), switch)

    def set_ros_time_override(self, stamp: Time) -> None:
        """Set simulated time."""
        if not isinstance(stamp, Time):
            raise TypeError('Time must be specified as rclpy.time.Time')
        if not self._active:
            self._override_ns = stamp.nanoseconds
            return

        def move() -> None:
            self._override_ns = stamp.nanoseconds

        delta = Duration(nanoseconds=stamp.nanoseconds - self._override_ns)
        self._jump(TimeJump(ClockChange.ROS_TIME_NO_CHANGE, delta), move)

    def _jump(self, jump: TimeJump, apply: Callable[[], None]) -> None:
        concerned = [h for h in list(self._jump_handles) if h.threshold.exceeded_by(jump)]
        for handle in concerned:
            if handle.pre_callback is not None:
                handle.pre_callback()
        apply()
        for handle in concerned:
            if handle.post_callback is not None:
                handle.post_callback(jump)
