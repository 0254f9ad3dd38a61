# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
How others turn chunks into commands, rebuilt here in simulated time.

Both loops run at the chunks' own rate; a controller that ticks faster repeats their last command.
Neither knows limits. The observation of a step is made at its instant.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.seams.server import Server
from pi0_ros.types import Chunk

Array = NDArray[np.float64]


class Block:
    """
    Use up the first half of a chunk, then stand and wait for the next one.

    openpi's ActionChunkBroker in its Runtime, as examples/aloha_real starts them: 25 actions of a
    chunk at 50 Hz, whenever they are, then a blocking inference
    (Physical-Intelligence/openpi at 15a9616, packages/openpi-client/src/openpi_client/
    action_chunk_broker.py and runtime/runtime.py, examples/aloha_real/main.py).

    :param start: where the robot stands, (J,).
    :param step_ns: of its loop [ns].
    """

    ACTIONS = 25

    limited = 0

    def __init__(self, server: Server, start: Array, step_ns: int) -> None:
        self._server = server
        self._positions = start
        self._step_ns = step_ns
        self._step_due_ns = 0
        self._next = 0  # index of the next action
        self._chunk: Chunk | None = None
        self.source: object = None
        """What the last command was made from."""

    def tick(self, now_ns: int) -> Array:
        """Return the command for now, (J,)."""
        if now_ns < self._step_due_ns:
            return self._positions
        if self._chunk is None and not self._server.is_busy(now_ns):
            self._server.ask(now_ns, self._positions, now_ns)
        self._chunk = self._chunk or self._server.answer(now_ns)
        if self._chunk is None:
            return self._positions
        self.source = self._chunk
        self._positions = self._chunk.positions[self._next]
        self._next += 1
        if self._next == self.ACTIONS:
            self._chunk, self._next = None, 0
        self._step_due_ns = now_ns + self._step_ns
        return self._positions


class Average:
    """
    Follow by count, and mix what two chunks say of the same step.

    LeRobot's asynchronous client with its policy server (huggingface/lerobot at 7427f31,
    src/lerobot/async_inference/robot_client.py, policy_server.py, configs.py) and its defaults: an
    observation is sent after every step that leaves at most half a chunk in the queue; it counts
    as the step that was made last, and so does the chunk's first action; the server keeps the
    newest observation while it is busy, and takes none for a step that it has inferred on before,
    unless the queue is empty; where the queue has an action for a step, 0.3 of it and 0.7 of the
    new one are taken. Its test for observations that are too much alike is left out: its bound is
    in units of that package's robots.

    :param start: where the robot stands, (J,).
    :param step_ns: of its loop [ns].
    """

    OLD, NEW = 0.3, 0.7
    THRESHOLD = 0.5  # of a chunk

    limited = 0

    def __init__(self, server: Server, start: Array, step_ns: int) -> None:
        self._server = server
        self._positions = start
        self._step_ns = step_ns
        self._step_due_ns = 0
        self._queue: dict[int, Array] = {}
        self._made = -1  # number of the last step
        self._chunk_size = 0
        self._may_insist = True
        self._kept: tuple[int, int, Array] | None = (
            None  # at the server: step, instant [ns], state
        )
        self._asked_for = -1  # step of the inference under way
        self._inferred: set[int] = set()
        self._newest: Chunk | None = None
        self.source: object = None
        """Newest of what the last command was made from."""

    def tick(self, now_ns: int) -> Array:
        """Return the command for now, (J,)."""
        self._receive(now_ns)
        if now_ns >= self._step_due_ns:
            self._step_due_ns = now_ns + self._step_ns
            if self._queue:
                self._made = min(self._queue)
                self._positions = self._queue.pop(self._made)
                self.source = self._newest
            if len(self._queue) <= self.THRESHOLD * self._chunk_size:
                self._send(now_ns)
        self._infer(now_ns)
        return self._positions

    def _send(self, now_ns: int) -> None:
        """Offer the server an observation."""
        step = max(self._made, 0)
        insists = self._may_insist and not self._queue
        if insists:
            self._may_insist = False
        if insists or step not in self._inferred:
            self._kept = step, now_ns, self._positions

    def _infer(self, now_ns: int) -> None:
        """Let an idle server take the observation that it has kept."""
        if self._kept is not None and not self._server.is_busy(now_ns):
            (self._asked_for, stamp_ns, measured), self._kept = self._kept, None
            self._inferred.add(self._asked_for)
            self._server.ask(stamp_ns, measured, now_ns)

    def _receive(self, now_ns: int) -> None:
        """Merge a chunk into the queue."""
        chunk = self._server.answer(now_ns)
        if chunk is None:
            return
        steps = range(self._asked_for, self._asked_for + len(chunk.positions))
        self._queue = {
            step: self.OLD * self._queue[step] + self.NEW * action
            if step in self._queue
            else action
            for step, action in zip(steps, chunk.positions, strict=True)
            if step > self._made
        }
        self._chunk_size = len(chunk.positions)
        self._may_insist = True
        self._newest = chunk
