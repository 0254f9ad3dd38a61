# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
How a robot is driven that waits for its policy: half a chunk, stand still, the next half chunk.

So does openpi's own client on ALOHA (Physical-Intelligence/openpi, examples/aloha_real/main.py: 25
of 50 actions, and packages/openpi-client/src/openpi_client/action_chunk_broker.py). Time does not
count there: a chunk begins when it arrives, with its first point.
"""

from __future__ import annotations

from dataclasses import replace

from pi0_ros.policy.continuation import Rest
from pi0_ros.policy.policy import Inference
from pi0_ros.policy.replanning import Replanning
from pi0_ros.policy.worker import Infers
from pi0_ros.types import NS_PER_S, Chunk, Observation


class HalfChunks:
    """
    A policy whose chunks begin when they arrive and hold their last point from halfway on.

    :param latency_s: from the capture of an observation to the arrival [s].
    """

    def __init__(self, policy: Infers, latency_s: float) -> None:
        self._policy = policy
        self._latency_ns = round(latency_s * NS_PER_S)

    def infer(self, observation: Observation, *, rest: Rest | None = None) -> Inference:
        """Compute the chunk that follows an observation; its points are meant for later."""
        inference = self._policy.infer(observation, rest=rest)
        chunk = inference.chunk
        half = len(chunk.times_ns) // 2
        positions = chunk.positions.copy()
        positions[half:] = positions[half - 1]
        times_ns = chunk.times_ns + self._latency_ns
        return replace(inference, chunk=Chunk(chunk.stamp_ns, chunk.names, times_ns, positions))


class WhenHalfIsOver(Replanning):
    """Infer when half of the newest chunk has been executed, however long inference will take."""

    def __init__(self) -> None:
        super().__init__('on_threshold', threshold=0.5)

    def is_due(self, stamp_ns: int, newest: Chunk | None, _delay_ns: int | None) -> bool:
        """Return whether to infer on an observation."""
        return super().is_due(stamp_ns, newest, delay_ns=0)
