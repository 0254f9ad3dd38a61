# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What the executor has been told, and whether it can be relied on.

Takes chunks and measured joint positions with their stamps; says at any instant, as a sentence,
why the robot would be blind (``no_state``) or aimless (``no_aim``). It knows nothing of commands
and of motion.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pi0_ros.execution.settings import ExecutorSettings
from pi0_ros.execution.velocities import VelocityJoints
from pi0_ros.types import NS_PER_S, Chunk, InputError, finite_array


class Inputs:
    """
    The newest chunk and the latest measurement.

    :param names: joint names in the executor's order, length J.
    :param settings: timeouts and tolerances.
    :param velocities: the joints that chunks must tell velocities.
    :param since: since when nothing was known, as in "no chunk yet".
    """

    def __init__(
        self,
        names: Sequence[str],
        settings: ExecutorSettings,
        velocities: VelocityJoints,
        since: str,
    ) -> None:
        self.chunk: Chunk | None = None
        self.positions: NDArray[np.float64] | None = None  # measured, (J,)
        self._names = tuple(names)
        self._settings = settings
        self._velocities = velocities
        self._since = since
        self._positions_stamp_ns = 0
        self._positions_fault: str | None = None
        self._chunk_fault: str | None = None

    def add_chunk(self, chunk: Chunk, now_ns: int) -> bool:
        """
        Take a chunk, unless it is unsound or older than the one that is here.

        :return: whether it can be followed. A chunk that is stale on arrival can't; it is kept
            all the same, for ``no_aim`` to say how old the newest one is.
        :raises InputError: naming the fault; nothing has changed then.
        """
        chunk = self._in_our_order(chunk)
        self._velocities.check(chunk)
        _check_stamp(chunk.stamp_ns, 'chunk')
        age_s = _age_s(chunk.stamp_ns, now_ns)
        if age_s < -self._settings.future_tolerance_s:
            raise InputError(
                f'chunk: stamp is {-age_s:.2f} s in the future, '
                f'tolerance {self._settings.future_tolerance_s:.2f} s'
            )
        if self.chunk is not None and chunk.stamp_ns <= self.chunk.stamp_ns:
            return False
        self.chunk = chunk
        self._chunk_fault = None
        return age_s <= self._settings.chunk_timeout_s

    def reject_chunk(self, reason: str) -> None:
        """Have no aim until a sound chunk comes."""
        self._chunk_fault = reason

    def update_state(self, stamp_ns: int, positions: ArrayLike) -> None:
        """
        Take measured positions, (J,), [rad] or [m].

        :raises InputError: naming the fault; nothing has changed then.
        """
        _check_stamp(stamp_ns, 'joint state')
        shape = (len(self._names),)
        self.positions = finite_array(positions, shape, 'joint state', self._names)
        self._positions_stamp_ns = stamp_ns
        self._positions_fault = None

    def report_bad_state(self, reason: str) -> None:
        """Be blind until sound measured positions come."""
        self._positions_fault = reason

    def no_state(self, now_ns: int) -> str | None:
        """Why it is not known where the robot is; None if it is."""
        if self._positions_fault is not None:
            return f'rejected a joint state: {self._positions_fault}'
        if self.positions is None:
            return f'no joint state {self._since}'
        age_s = _age_s(self._positions_stamp_ns, now_ns)
        limit_s, tolerance_s = self._settings.state_timeout_s, self._settings.future_tolerance_s
        if age_s > limit_s:
            return f'joint state is {age_s:.2f} s old, limit {limit_s:.2f} s'
        if age_s < -tolerance_s:
            return f'joint state is {-age_s:.2f} s in the future, tolerance {tolerance_s:.2f} s'
        return None

    def no_aim(self, now_ns: int) -> str | None:
        """Why there is no chunk to follow; None if there is one, whether it lasts or not."""
        if self._chunk_fault is not None:
            return f'rejected a chunk: {self._chunk_fault}'
        if self.chunk is None:
            return f'no chunk {self._since}'
        age_s, limit_s = _age_s(self.chunk.stamp_ns, now_ns), self._settings.chunk_timeout_s
        if age_s > limit_s:
            return f'newest chunk is {age_s:.2f} s old, limit {limit_s:.2f} s'
        return None

    def _in_our_order(self, chunk: Chunk) -> Chunk:
        """Return a chunk with its joints in our order."""
        if chunk.names == self._names:
            return chunk
        missing = [name for name in self._names if name not in chunk.names]
        unknown = [name for name in chunk.names if name not in self._names]
        if missing or unknown:
            raise InputError(
                f'chunk: joints missing: {", ".join(missing) or "none"}; '
                f'unknown: {", ".join(unknown) or "none"}; expected {", ".join(self._names)}'
            )
        order = [chunk.names.index(name) for name in self._names]
        return Chunk(
            chunk.stamp_ns,
            self._names,
            chunk.times_ns,
            chunk.positions[:, order],
            None if chunk.velocities is None else chunk.velocities[:, order],
        )


def _check_stamp(stamp_ns: int, where: str) -> None:
    """Raise for a stamp that nobody has set."""
    if stamp_ns <= 0:
        raise InputError(f'{where}: stamp is {stamp_ns} ns, expected a time after zero')


def _age_s(stamp_ns: int, now_ns: int) -> float:
    """Time since a stamp [s]; negative for one in the future."""
    return (now_ns - stamp_ns) / NS_PER_S
