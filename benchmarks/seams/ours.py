# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The package's executor with a policy that replans as fast as it can."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.seams.server import Server
from pi0_ros.execution.executor import ChunkExecutor
from pi0_ros.execution.limits import JointLimits
from pi0_ros.execution.settings import ExecutorSettings
from pi0_ros.robots.spec import Robot
from pi0_ros.types import NS_PER_S

REPLAN_RATE_HZ = 10.0  # at most


class Ours:
    """
    The executor, default settings but for its strategy.

    :param start: where the robot stands, (J,).
    :param period_ns: of its ticks [ns].
    """

    def __init__(
        self,
        robot: Robot,
        server: Server,
        start: NDArray[np.float64],
        period_ns: int,
        strategy: str,
    ) -> None:
        settings = ExecutorSettings(
            period_ns=period_ns, strategy=strategy, gripper_joints=tuple(robot.grippers)
        )
        self._executor = ChunkExecutor(JointLimits.of(robot), settings)
        self._executor.set_enabled(enabled=True)
        self._server = server
        self._positions = start
        self._due_ns = 0

    @property
    def source(self) -> object:
        """What the last command was made from; a hand-over is where it changes."""
        return self._executor.active_chunk

    @property
    def limited(self) -> int:
        """Ticks whose command a limit has changed."""
        return self._executor.counters.ticks_limited

    def tick(self, now_ns: int) -> NDArray[np.float64]:
        """Return the command for now, (J,)."""
        if not self._server.is_busy(now_ns) and now_ns >= self._due_ns:
            self._server.ask(now_ns, self._positions, now_ns)
            self._due_ns = now_ns + round(NS_PER_S / REPLAN_RATE_HZ)
        chunk = self._server.answer(now_ns)
        if chunk is not None:
            self._executor.add_chunk(chunk, now_ns)
        self._executor.update_state(now_ns, self._positions)  # it stands where it was told to
        command = self._executor.tick(now_ns)
        if command is not None:
            self._positions = command.positions
        return self._positions
