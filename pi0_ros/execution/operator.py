# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the operator has to say to motion: enabled, stopped, and still there."""

from __future__ import annotations

from pi0_ros.types import NS_PER_S


class Operator:
    """
    Whoever is responsible for the robot; forbids everything until ``enabled`` is set.

    :param heartbeat_timeout_s: time since the last heartbeat beyond which motion is forbidden [s];
        0 if none is needed.
    """

    def __init__(self, heartbeat_timeout_s: float) -> None:
        self.enabled = False
        """Whether the robot is ours."""
        self.stop_reason: str | None = None
        """Why it is to hold; None if it isn't."""
        self._timeout_s = heartbeat_timeout_s
        self._beat_ns: int | None = None

    def beat(self, now_ns: int) -> None:
        """Hear a heartbeat."""
        self._beat_ns = now_ns

    def forbids(self, now_ns: int) -> str | None:
        """Why motion is forbidden; None if it isn't."""
        if not self.enabled:
            return 'not enabled'
        if self.stop_reason is not None:
            return f'stopped: {self.stop_reason}'
        if not self._timeout_s:
            return None
        if self._beat_ns is None:
            return 'no heartbeat yet'
        age_s = (now_ns - self._beat_ns) / NS_PER_S
        if 0 <= age_s <= self._timeout_s:
            return None
        return f'last heartbeat was {age_s:.2f} s ago, limit {self._timeout_s:.2f} s'
