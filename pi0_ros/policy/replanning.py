# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
When to infer anew: a decision by time stamps alone.

It takes an observation's stamp, the newest chunk and the delay that is expected, and knows neither
thread nor clock.
"""

from __future__ import annotations

from dataclasses import dataclass
import math

from pi0_ros.types import NS_PER_S, Chunk, InputError

MODES = ('rate', 'asap', 'on_threshold')
REPLAN_RATE_HZ = 5.0  # unless the user chooses another


@dataclass(frozen=True)
class Replanning:
    """
    What the user chose about it.

    ================  ========================================================================
    ``rate``          a period after the newest chunk's observation: a steady load
    ``asap``          on every observation that comes once the last inference is done: the
                      freshest chunks, and a device that is never idle
    ``on_threshold``  so that a chunk arrives when a part of the one before is left, however
                      long inference takes: the fewest inferences without a gap
    ================  ========================================================================

    LeRobot's asynchronous client has such a threshold too (``chunk_size_threshold``), but counts
    what is left when inference begins; here it is what is left when it has ended.

    :param mode: one of these.
    :param rate_hz: chunks per second at most, if by ``rate`` [Hz].
    :param threshold: part of the newest chunk that is left when the next one arrives, 0 to 1, if
        ``on_threshold``. At 0 it arrives up to one picture's period after the end.
    :raises InputError: naming the node's parameter, what was found and what was expected.
    """

    mode: str = 'rate'
    rate_hz: float = REPLAN_RATE_HZ
    threshold: float = 0.5

    def __post_init__(self) -> None:
        """Check."""
        if self.mode not in MODES:
            raise InputError(f'replan: expected one of {", ".join(MODES)}, found {self.mode!r}')
        if not (math.isfinite(self.rate_hz) and self.rate_hz > 0):
            raise InputError(f'replan_rate_hz: expected a positive number, found {self.rate_hz}')
        if not 0 <= self.threshold <= 1:
            raise InputError(f'replan_threshold: expected 0 to 1, found {self.threshold}')

    def is_due(self, stamp_ns: int, newest: Chunk | None, delay_ns: int | None) -> bool:
        """
        Return whether to infer on an observation.

        At once if there is no chunk, if time has gone back, and, ``on_threshold``, if no delay is
        known; never twice on the same observation.

        :param stamp_ns: when the observation was captured [ns].
        :param newest: the chunk that was made last, whether it has arrived or not.
        :param delay_ns: how long the next one will take from the capture on [ns].
        """
        if newest is None or stamp_ns < newest.stamp_ns:
            return True
        since_ns = stamp_ns - newest.stamp_ns
        if since_ns == 0 or self.mode == 'asap':
            return since_ns > 0
        if self.mode == 'rate':
            return since_ns >= int(NS_PER_S / self.rate_hz)
        if delay_ns is None:
            return True
        length_ns = int(newest.times_ns[-1] - newest.times_ns[0])
        return newest.end_ns - stamp_ns - delay_ns <= self.threshold * length_ns
