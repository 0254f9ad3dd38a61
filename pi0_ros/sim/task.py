# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The demo task, "pick up the red cube": what counts as holding a cube, and as success.

Success is the commanded cube above 8 cm and at the finger tips for half a second; height alone
would count cubes that were flung. It takes positions and times, and knows no simulator.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
import re

import numpy as np
from numpy.typing import NDArray

from pi0_ros.types import InputError

LIFT_HEIGHT_M = 0.08
GRASP_DISTANCE_M = 0.045
HOLD_NS = 500_000_000


def commanded_cube(sentence: str, cubes: Sequence[str]) -> str | None:
    """Return the one cube whose colour the sentence names; None if it names none or several."""
    words = set(re.findall(r'[a-z]+', sentence.lower()))
    named = [cube for cube in cubes if cube in words]
    return named[0] if len(named) == 1 else None


def held_cube(cubes: Mapping[str, NDArray[np.float64]], tips: NDArray[np.float64]) -> str | None:
    """
    Return the cube that is off the table and at the finger tips of an arm.

    :param cubes: centre of each cube [m], (3,).
    :param tips: point between the finger tips of each arm [m], (arms, 3).
    """
    for name, centre in cubes.items():
        distance_m = np.linalg.norm(tips - centre, axis=1).min()
        if centre[2] > LIFT_HEIGHT_M and distance_m < GRASP_DISTANCE_M:
            return name
    return None


class Success:
    """
    Decides whether the commanded cube has been held long enough.

    :param cube: the commanded cube.
    """

    def __init__(self, cube: str) -> None:
        self.cube = cube
        self.reached = False
        self._held_since_ns: int | None = None
        self._now_ns: int | None = None

    def update(self, now_ns: int, held: str | None) -> bool:
        """
        Take note of which cube is held now.

        :param now_ns: time of the look, not before the previous one [ns].
        :return: whether the task is done; once it is, it stays so.
        :raises InputError: if time runs backwards.
        """
        if self._now_ns is not None and now_ns < self._now_ns:
            raise InputError(f'success: {now_ns} ns comes after {self._now_ns} ns')
        self._now_ns = now_ns
        if held != self.cube:
            self._held_since_ns = None
            return self.reached
        if self._held_since_ns is None:
            self._held_since_ns = now_ns
        self.reached = self.reached or now_ns - self._held_since_ns >= HOLD_NS
        return self.reached
