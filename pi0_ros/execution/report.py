# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What the executor can say in figures: its seams above all, and what chunks were like on the way.

It hears of everything that happens and decides nothing. Figures are those of the last hand-overs.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from pi0_ros.delays import DelayEstimate, DelayMeter, summary
from pi0_ros.execution.meter import Jump, SeamMeter
from pi0_ros.types import NS_PER_S

WINDOW = 100  # hand-overs that are remembered


@dataclass
class Counters:
    """
    What has happened since the start.

    :param chunks_accepted: chunks taken to be followed.
    :param chunks_dropped: sound chunks that came too late: stale, doubled, or out of order.
    :param chunks_rejected: unsound chunks.
    :param ticks: ticks, with or without a command.
    :param ticks_limited: ticks whose command was kept from the target by a limit.
    :param ticks_stalled: ticks without a chunk to follow, since the first one came.
    :param holds: how often a motion was broken off.
    """

    chunks_accepted: int = 0
    chunks_dropped: int = 0
    chunks_rejected: int = 0
    ticks: int = 0
    ticks_limited: int = 0
    ticks_stalled: int = 0
    holds: int = 0


class Report:
    """
    Listens to an executor.

    :param names: joint names in the executor's order, length J.
    :param period_s: time between two commands [s].
    """

    def __init__(self, names: Sequence[str], period_s: float) -> None:
        self.counters = Counters()
        self._names = tuple(names)
        self._meter = SeamMeter(period_s)
        self._jumps: deque[Jump] = deque(maxlen=WINDOW)
        self._ages_s: deque[float] = deque(maxlen=WINDOW)
        self._left_s: deque[float] = deque(maxlen=WINDOW)
        self._estimate, self._delays = DelayEstimate(), DelayMeter()
        self._handover = False

    def arrived(self, age_ns: int) -> None:
        """Hear that a chunk has come that can be followed, and how old it was [ns]."""
        self._delays.note(self._estimate.note(max(0, age_ns)))

    def taken_over(self, age_ns: int, left_ns: int | None) -> None:
        """
        Hear that the next command is the first to follow a chunk.

        :param age_ns: of the chunk [ns].
        :param left_ns: what was left of the chunk that was followed before [ns]; None if none was.
        """
        self._handover = True
        self._ages_s.append(age_ns / NS_PER_S)
        if left_ns is not None:
            self._left_s.append(left_ns / NS_PER_S)

    def sent(self, positions: NDArray[np.float64]) -> None:
        """Hear of a command's positions, (J,)."""
        jump = self._meter.add(positions, is_first=self._handover)
        self._handover = False
        if jump is not None:
            self._jumps.append(jump)

    def silent(self) -> None:
        """Hear that there was no command."""
        self._meter.clear()

    def values(self) -> dict[str, float | str | int]:
        """Return every count and figure by name, with the unit where it isn't a joint's own."""
        values: dict[str, float | str | int] = asdict(self.counters)
        values |= self._delays.values()
        values |= summary('takeover_age', self._ages_s, '_s')
        values |= summary('takeover_remaining', self._left_s, '_s')
        for part in Jump._fields if self._jumps else ():
            jumps = np.abs([getattr(jump, part) for jump in self._jumps])  # (N, J)
            values |= summary(f'seam_{part}', jumps.max(axis=1))
            worst = jumps.max(axis=0)
            values[f'seam_{part}_worst_joint'] = self._names[int(worst.argmax())]
            pairs = zip(self._names, worst, strict=True)
            values |= {f'seam_{part}_max/{name}': float(value) for name, value in pairs}
        return values
