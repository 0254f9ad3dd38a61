# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Inference that takes its time: a question at one instant, the answer at a later one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from benchmarks.seams.policies import Intends, go_on
from pi0_ros.policy.continuation import Continuation
from pi0_ros.types import NS_PER_S, Chunk

JITTER = 0.2  # of the delay, either way
SPIKE_S = 1.0


class Delays:
    """
    How long each inference takes.

    :param delay_s: on average [s]; uniformly distributed within the jitter.
    :param spike_ns: the first inference from then on takes a second; None for no such thing.
    :param seed: of the jitter.
    """

    def __init__(self, delay_s: float, spike_ns: int | None, seed: int = 0) -> None:
        self._delay_ns = delay_s * NS_PER_S
        self._spike_ns = spike_ns
        self._rng = np.random.default_rng(seed)

    def __call__(self, now_ns: int) -> int:
        """Return how long an inference that begins now takes [ns]."""
        if self._spike_ns is not None and now_ns >= self._spike_ns:
            self._spike_ns = None
            return round(SPIKE_S * NS_PER_S)
        return round(self._delay_ns * self._rng.uniform(1 - JITTER, 1 + JITTER))


class Server:
    """
    One policy that answers one question at a time.

    :param policy: makes the chunks.
    :param delays: from an instant to the duration of an inference that begins then [ns].
    :param rtc: whether a chunk goes on from what is left of the last one.
    :param foreseen: whether a chunk is there at once, though its inference takes no less: an
        oracle without delay, that replans no oftener than others.
    """

    def __init__(
        self,
        policy: Intends,
        delays: Callable[[int], int],
        *,
        rtc: bool = False,
        foreseen: bool = False,
    ) -> None:
        self._policy = policy
        self._foreseen = foreseen
        self._busy_until_ns = 0
        self._delays = delays
        self._continuation = Continuation() if rtc else None
        self._under_way: tuple[int, Chunk] | None = None  # ready when [ns], and what
        self.newest: Chunk | None = None
        """Last answer."""

    def is_busy(self, now_ns: int) -> bool:
        """Return whether an answer is being made, or waits to be fetched."""
        return self._under_way is not None or now_ns < self._busy_until_ns

    def ask(self, stamp_ns: int, measured: NDArray[np.float64], now_ns: int) -> None:
        """
        Begin to infer now on an observation.

        :param stamp_ns: when it was made [ns].
        :param measured: where the robot stood, (J,) [rad], [m].
        """
        chunk = self._policy.plan(stamp_ns, measured)
        if self._continuation is not None:
            rest = self._continuation.rest(chunk.stamp_ns)
            if rest is not None:
                chunk = go_on(chunk, rest)
        self._busy_until_ns = now_ns + self._delays(now_ns)
        self._under_way = now_ns if self._foreseen else self._busy_until_ns, chunk

    def answer(self, now_ns: int) -> Chunk | None:
        """Return the chunk once it is ready; None before, and after it was fetched."""
        if self._under_way is None or now_ns < self._under_way[0]:
            return None
        ready_ns, chunk = self._under_way
        self._under_way = None
        if self._continuation is not None:
            self._continuation.note(chunk, ready_ns)
        self.newest = chunk
        return chunk
