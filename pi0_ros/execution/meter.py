# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The seam meter: how much a hand-over from chunk to chunk can be felt.

It is fed with every command that is sent, and knows of chunks only that a command is the first of
a new one.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

SIDE = 3  # commands on either side of a seam that are looked at

# From the last three of one side, the outermost first, to what the parabola through them has half
# a period beyond the innermost: position, velocity times period, acceleration times period².
_BEYOND = np.array([[3 / 8, -10 / 8, 15 / 8], [1, -3, 2], [1, -2, 1]])


class Jump(NamedTuple):
    """
    What a seam breaks.

    :param position: (J,), in [rad] or [m].
    :param velocity: (J,), in [rad/s] or [m/s].
    :param acceleration: (J,), in [rad/s²] or [m/s²].
    """

    position: Array
    velocity: Array
    acceleration: Array


class SeamMeter:
    """
    Finds the jump of each seam, two commands later.

    The three commands on either side determine a parabola each. A jump is what these two differ
    by, in position, velocity and acceleration, at the instant midway between the last command
    before and the first one after the hand-over. A motion of even acceleration has none; one of
    jerk j has, at a period d, an acceleration of 3 d j, which is no seam's doing.

    :param period_s: time between two commands [s].
    """

    def __init__(self, period_s: float) -> None:
        self._scale = period_s ** np.arange(3)[:, None]
        self._commands: deque[Array] = deque(maxlen=2 * SIDE)
        self._is_first: deque[bool] = deque(maxlen=SIDE)

    def clear(self) -> None:
        """Hear that the next command doesn't go on from the last one."""
        self._commands.clear()
        self._is_first.clear()

    def add(self, positions: ArrayLike, *, is_first: bool) -> Jump | None:
        """
        Take a command.

        :param positions: (J,), in [rad] or [m].
        :param is_first: whether it is the first that follows a new chunk.
        :return: the jump of the hand-over three commands ago, if there was one and a motion
            before it.
        """
        self._commands.append(np.asarray(positions, dtype=np.float64))
        self._is_first.append(is_first)
        if len(self._commands) < 2 * SIDE or not self._is_first[0]:
            return None
        path = np.array(self._commands)  # (6, J)
        before, after = _BEYOND @ path[:SIDE], _BEYOND @ path[: SIDE - 1 : -1]
        after[1] *= -1  # seen from its other end
        return Jump(*(after - before) / self._scale)
