# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What came on one topic, by time, and which of it belongs to an instant.

Takes stamps and whatever they stamp, gives indices. It knows neither messages nor files.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from pi0_ros.types import NS_PER_S, InputError

Stamps = NDArray[np.int64]
Value = TypeVar('Value')


@dataclass
class Series(Generic[Value]):
    """
    Values in the order of their stamps.

    :param name: recording and topic, for error texts.
    :param stamps_ns: of the values [ns], not decreasing.
    :param values: one for each stamp.
    """

    name: str
    stamps_ns: list[int] = field(default_factory=list)
    values: list[Value] = field(default_factory=list)

    def add(self, stamp_ns: int, value: Value) -> None:
        """
        Add a value, unless one that is newer has come before it.

        :raises InputError: if the stamp is not set.
        """
        if stamp_ns <= 0:
            raise InputError(f'its stamp is not set ({stamp_ns} ns)')
        if not self.stamps_ns or stamp_ns >= self.stamps_ns[-1]:
            self.stamps_ns.append(stamp_ns)
            self.values.append(value)

    @property
    def span_ns(self) -> tuple[int, int]:
        """First and last stamp [ns]."""
        if not self.stamps_ns:
            raise InputError(f'{self.name}: nothing was recorded')
        return self.stamps_ns[0], self.stamps_ns[-1]

    def newest(self, instants_ns: Stamps, limit_s: float) -> Stamps:
        """
        Return the index of the newest value at each instant, (T,).

        :param limit_s: how old it may be [s].
        :raises InputError: naming the first instant at which it is older.
        """
        stamps = np.array(self.stamps_ns, np.int64)
        found = np.searchsorted(stamps, instants_ns, 'right') - 1
        return self._within(stamps, found, instants_ns, limit_s)

    def nearest(self, instants_ns: Stamps, limit_s: float) -> Stamps:
        """
        Return the index of the value nearest to each instant, the older of two, (T,).

        :param limit_s: how far away it may be [s].
        :raises InputError: naming the first instant from which it is further.
        """
        stamps = np.array(self.stamps_ns, np.int64)
        after = np.clip(np.searchsorted(stamps, instants_ns), 1, max(len(stamps) - 1, 1))
        before = after - 1
        after = np.minimum(after, len(stamps) - 1)
        later = np.abs(stamps[after] - instants_ns) < np.abs(instants_ns - stamps[before])
        return self._within(stamps, np.where(later, after, before), instants_ns, limit_s)

    def _within(
        self, stamps: Stamps, found: Stamps, instants_ns: Stamps, limit_s: float
    ) -> Stamps:
        far = np.abs(instants_ns - stamps[found]) > limit_s * NS_PER_S
        if far.any():
            t = int(np.argmax(far))
            away_s = abs(int(instants_ns[t] - stamps[found[t]])) / NS_PER_S
            raise InputError(
                f'{self.name}: at {instants_ns[t] / NS_PER_S:.3f} s there is none nearer than '
                f'{away_s:.3f} s (limit {limit_s:g} s)'
            )
        return found

    def check_rate(self, rate_hz: float, whose: str) -> None:
        """
        Check that values come at least about as often as they are wanted.

        :param whose: rate it is, for the error text.
        :raises InputError: if half of them come more than 1.5 periods after the one before.
        """
        if len(self.stamps_ns) < 2:
            return
        period_s = float(np.median(np.diff(self.stamps_ns))) / NS_PER_S
        if period_s * rate_hz > 1.5:
            raise InputError(
                f'{self.name}: comes at {1 / period_s:.3g} Hz, but {whose} is {rate_hz:g} Hz'
            )


def common_instants(
    all_series: Iterable[Series[Any]], anchors_ns: Iterable[int], rate_hz: float, name: str
) -> Stamps:
    """
    Return the instants at which every series has begun and none has ended, (T,) [ns].

    :param anchors_ns: the first of these behind the beginning becomes the first instant [ns].
    :param rate_hz: of the instants [Hz].
    :param name: of the recording, for the error text.
    :raises InputError: if there are none.
    """
    spans = [(*series.span_ns, series.name) for series in all_series]
    begin_ns, _, late = max(spans, key=lambda span: span[0])
    _, end_ns, early = min(spans, key=lambda span: span[1])
    begin_ns = min((ns for ns in anchors_ns if ns >= begin_ns), default=end_ns + 1)
    if begin_ns > end_ns:
        raise InputError(f'{name}: the inputs have no time in common: {early} ends too early '
                         f'for {late}')  # fmt: skip
    count = int((end_ns - begin_ns) * rate_hz / NS_PER_S) + 1
    return begin_ns + np.round(np.arange(count) * (NS_PER_S / rate_hz)).astype(np.int64)
