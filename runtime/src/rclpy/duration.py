# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A span of time, in nanoseconds."""

from __future__ import annotations

from functools import total_ordering
from typing import Any

import builtin_interfaces.msg

from rclpy.constants import S_TO_NS


@total_ordering
class Duration:
    """Difference of two times of the same clock; may be negative."""

    def __init__(self, *, seconds: float = 0, nanoseconds: float = 0) -> None:
        total = int(seconds * S_TO_NS) + int(nanoseconds)
        if not -(2**63) <= total < 2**63:
            raise OverflowError('Total nanoseconds value is too large to store in C duration.')
        #: The whole span [ns].
        self.nanoseconds = total

    def __repr__(self) -> str:
        """The object as text."""
        return f'Duration(nanoseconds={self.nanoseconds})'

    def __str__(self) -> str:
        """The object as text."""
        return 'Infinite' if self == Infinite else f'{self.nanoseconds} nanoseconds'

    def __eq__(self, other: object) -> bool:
        """Whether both are the same."""
        if isinstance(other, Duration):
            return self.nanoseconds == other.nanoseconds
        return NotImplemented

    def __lt__(self, other: object) -> bool:
        """Whether this one comes first."""
        if isinstance(other, Duration):
            return self.nanoseconds < other.nanoseconds
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]  # as rclpy's

    def to_msg(self) -> Any:
        """The span as builtin_interfaces/Duration."""
        seconds, nanoseconds = divmod(self.nanoseconds, S_TO_NS)
        return builtin_interfaces.msg.Duration(sec=seconds, nanosec=nanoseconds)

    @classmethod
    def from_msg(cls, msg: Any) -> Duration:
        """The span in a builtin_interfaces/Duration."""
        if not isinstance(msg, builtin_interfaces.msg.Duration):
            raise TypeError('Must pass a builtin_interfaces.msg.Duration object')
        return cls(seconds=msg.sec, nanoseconds=msg.nanosec)


#: Longer than anything; what an unset policy has.
Infinite = Duration(nanoseconds=2**63 - 1)
