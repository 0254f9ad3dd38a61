# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What the robot will be doing while the next chunk is computed, and for how long.

Both follow from time stamps alone. The newest chunk is the one that the executor follows, so what
it still has after an observation is what the robot will do without a new one; and a chunk took
from its observation's capture until it was ready. It knows neither network nor executor, and
reads no clock.
"""

from __future__ import annotations

from dataclasses import dataclass
import math

import numpy as np
from numpy.typing import NDArray

from pi0_ros.delays import Delay, DelayEstimate
from pi0_ros.types import Chunk


@dataclass(frozen=True)
class Rest:
    """
    What is left of a chunk, at the instants of the points of the next one.

    :param targets: joint targets, (K, J) [rad], [m]; the last one is repeated beyond the end.
    :param delay: points that will have been executed before the next chunk is ready.
    :param overlap: points before the end.
    """

    targets: NDArray[np.float64]
    delay: int
    overlap: int


class Continuation:
    """Remembers the last chunk, and foretells how long the next one takes."""

    def __init__(self) -> None:
        self._estimate = DelayEstimate()
        self.newest: Chunk | None = None
        """The chunk that was ready last; None if none was."""

    def note(self, chunk: Chunk, ready_ns: int) -> Delay:
        """
        Hear that a chunk is ready.

        :param ready_ns: when [ns].
        :return: how long it took, beside what was expected.
        """
        self.newest = chunk
        return self._estimate.note(max(0, ready_ns - chunk.stamp_ns))

    @property
    def delay_ns(self) -> int | None:
        """How long the next chunk may take, from the capture of its observation [ns]."""
        return self._estimate.delay_ns

    def rest(self, stamp_ns: int) -> Rest | None:
        """
        Return what the next chunk, whose points are spaced as the last one's, has to go on from.

        :param stamp_ns: when its observation was captured [ns].
        :return: None if nothing is left of the last chunk, or no delay is known yet.
        """
        last, delay_ns = self.newest, self.delay_ns
        if last is None or delay_ns is None or stamp_ns < last.stamp_ns:
            return None
        times_ns = last.times_ns
        instants = stamp_ns - last.stamp_ns + times_ns  # (K,), since the last chunk's stamp
        overlap = int(np.searchsorted(instants, times_ns[-1], side='right'))
        if not overlap:
            return None
        columns = [np.interp(instants, times_ns, column) for column in last.positions.T]
        delay = math.ceil(delay_ns / (times_ns[1] - times_ns[0])) if len(times_ns) > 1 else 1
        return Rest(np.stack(columns, axis=1), delay, overlap)
