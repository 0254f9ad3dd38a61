# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
How long chunks took, beside how long they were expected to take.

Policy and executor measure it each for itself, by the chunk's stamp and their own clock: the one
until a chunk is published, the other until it has arrived.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

WINDOW = 100  # chunks whose delays are summarised
REMEMBERED = 10  # delays that the next one is foretold from: the b of the paper
OUTLIER = 2.0  # times the second longest: a longer one was an accident
MS_PER_NS = 1e-6


@dataclass(frozen=True)
class Delay:
    """
    From the capture of an observation until its chunk was published.

    :param estimated_ns: what was expected [ns]; None if nothing could be.
    :param measured_ns: what it was [ns].
    """

    estimated_ns: int | None
    measured_ns: int

    @property
    def error_ns(self) -> int | None:
        """How much later than expected it came [ns]; None if nothing was expected."""
        return None if self.estimated_ns is None else self.measured_ns - self.estimated_ns

    def values(self) -> dict[str, float | str]:
        """Return the three by name [ms]; what isn't known is 'unknown'."""
        return {
            'latency_estimated_ms': _ms(self.estimated_ns),
            'latency_ms': _ms(self.measured_ns),
            'latency_error_ms': _ms(self.error_ns),
        }


def _ms(duration_ns: int | None) -> float | str:
    return 'unknown' if duration_ns is None else duration_ns * MS_PER_NS


class DelayEstimate:
    """
    Foretells how long the next chunk takes, by how long the last ones took.

    It is the longest of those remembered, as in real-time chunking (arXiv 2506.07339, algorithm
    1): a chunk that arrives later than it was conceived for begins with a jump, one that arrives
    sooner only with a little less freedom. A single one that took much longer than all others
    doesn't count, for else it would bind ten chunks to old intentions. Neither does the first,
    since loading and compiling are in it.
    """

    def __init__(self) -> None:
        self._delays_ns: deque[int] = deque(maxlen=REMEMBERED)
        self._is_warm = False

    @property
    def delay_ns(self) -> int | None:
        """How long the next chunk may take, from the capture of its observation [ns]."""
        *_, second, longest = [0, 0, *sorted(self._delays_ns)]
        if longest > OUTLIER * second > 0 and len(self._delays_ns) > 2:
            return second
        return longest if self._delays_ns else None

    def note(self, measured_ns: int) -> Delay:
        """
        Hear how long a chunk took [ns].

        :return: that, beside what was expected of it.
        """
        delay = Delay(self.delay_ns, measured_ns)
        if self._is_warm:
            self._delays_ns.append(measured_ns)
        self._is_warm = True
        return delay


class DelayMeter:
    """
    The last delays in a few figures.

    Delays that weren't expected in any way are left out: loading is in the first one. One thread
    may note what another one reads.
    """

    def __init__(self) -> None:
        self._last: Delay | None = None
        self._delays: tuple[Delay, ...] = ()

    def note(self, delay: Delay) -> None:
        """Take in a delay."""
        self._last = delay
        if delay.estimated_ns is not None:
            self._delays = (*self._delays, delay)[-WINDOW:]

    def values(self) -> dict[str, float | str]:
        """Return the last delay and, for it and its error, p50, p95 and maximum by name [ms]."""
        last, delays = self._last, self._delays
        values = last.values() if last else {}
        if delays:
            measured = [delay.measured_ns for delay in delays]
            errors = [delay.error_ns for delay in delays if delay.error_ns is not None]
            values |= _summary('latency', measured) | _summary('latency_error', errors)
        return values


def _summary(name: str, durations_ns: Iterable[int]) -> dict[str, float]:
    figures = summary(name, durations_ns, '_ms').items()
    return {figure: duration_ns * MS_PER_NS for figure, duration_ns in figures}


def summary(name: str, values: Iterable[float], unit: str = '') -> dict[str, float]:
    """Return median, 95th percentile and maximum, by ``name_p50`` and so on; or nothing."""
    known = list(values)
    if not known:
        return {}
    figures = np.percentile(known, (50, 95, 100))
    names = (f'{name}_{figure}{unit}' for figure in ('p50', 'p95', 'max'))
    return dict(zip(names, map(float, figures), strict=True))
