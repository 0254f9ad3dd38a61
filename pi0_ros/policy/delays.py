# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How long chunks took, beside how long they were expected to take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

WINDOW = 100  # chunks whose delays are summarised
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


def _summary(name: str, durations_ns: Sequence[int]) -> dict[str, float]:
    figures = zip(('p50', 'p95', 'max'), np.percentile(durations_ns, (50, 95, 100)), strict=True)
    return {f'{name}_{figure}_ms': float(value) * MS_PER_NS for figure, value in figures}
