# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A point in time of a clock, in nanoseconds."""

from __future__ import annotations

from functools import total_ordering
from typing import Any, overload

import builtin_interfaces.msg

from rclpy.clock_type import ClockType
from rclpy.constants import S_TO_NS
from rclpy.duration import Duration


@total_ordering
class Time:
    """Time since the clock's epoch; compares only with times of the same kind of clock."""

    def __init__(
        self,
        *,
        seconds: float = 0,
        nanoseconds: float = 0,
        clock_type: ClockType = ClockType.SYSTEM_TIME,
    ) -> None:
        if not isinstance(clock_type, ClockType):
            raise TypeError('Clock type must be a ClockType enum')
        if seconds < 0:
            raise ValueError('Seconds value must not be negative')
        if nanoseconds < 0:
            raise ValueError('Nanoseconds value must not be negative')
        total = int(seconds * S_TO_NS) + int(nanoseconds)
        if total >= 2**63:
            raise OverflowError('Total nanoseconds value is too large to store in C time point.')
        #: Since the clock's epoch [ns].
        self.nanoseconds = total
        #: The kind of clock this time is of.
        self.clock_type = clock_type

    def seconds_nanoseconds(self) -> tuple[int, int]:
        """Whole seconds, and the nanoseconds beyond them."""
        return divmod(self.nanoseconds, S_TO_NS)

    def __repr__(self) -> str:
        """The object as text."""
        return f'Time(nanoseconds={self.nanoseconds}, clock_type={self.clock_type.name})'

    def __add__(self, other: Duration) -> Time:
        """The sum."""
        if not isinstance(other, Duration):
            return NotImplemented
        total = self.nanoseconds + other.nanoseconds
        return Time(nanoseconds=total, clock_type=self.clock_type)

    __radd__ = __add__

    @overload
    def __sub__(self, other: Time) -> Duration: ...
    @overload
    def __sub__(self, other: Duration) -> Time: ...
    def __sub__(self, other: Time | Duration) -> Time | Duration:
        """The difference."""
        if isinstance(other, Time):
            return Duration(nanoseconds=self.nanoseconds - self._of_same_clock(other))
        if not isinstance(other, Duration):
            return NotImplemented
        total = self.nanoseconds - other.nanoseconds
        return Time(nanoseconds=total, clock_type=self.clock_type)

    def __eq__(self, other: object) -> bool:
        """Whether both are the same."""
        if not isinstance(other, Time):
            return NotImplemented
        return self.nanoseconds == self._of_same_clock(other)

    def __lt__(self, other: Time) -> bool:
        """Whether this one comes first."""
        if not isinstance(other, Time):
            return NotImplemented
        return self.nanoseconds < self._of_same_clock(other)

    __hash__ = None  # type: ignore[assignment]  # as rclpy's

    def _of_same_clock(self, other: Time) -> int:
        if self.clock_type != other.clock_type:
            raise TypeError("Can't compare or subtract times with different clock types")
        return other.nanoseconds

    def to_msg(self) -> Any:
        """The time as builtin_interfaces/Time."""
        seconds, nanoseconds = self.seconds_nanoseconds()
        return builtin_interfaces.msg.Time(sec=seconds, nanosec=nanoseconds)

    @classmethod
    def from_msg(cls, msg: Any, clock_type: ClockType = ClockType.ROS_TIME) -> Time:
        """The time in a builtin_interfaces/Time."""
        if not isinstance(msg, builtin_interfaces.msg.Time):
            raise TypeError('Must pass a builtin_interfaces.msg.Time object')
        return cls(seconds=msg.sec, nanoseconds=msg.nanosec, clock_type=clock_type)
