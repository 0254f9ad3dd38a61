# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The demo tasks, "pick up the red cube" and "put the red cube on the blue cube", and their success.

A cube is picked up when it has been above 8 cm and at the finger tips for half a second; height
alone would count cubes that were flung. It is put on another when it has rested there for half a
second, let go of by every hand. It takes positions and times, and knows no simulator.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
import re

import numpy as np
from numpy.typing import NDArray

from pi0_ros.types import InputError

LIFT_HEIGHT_M = 0.08
GRASP_DISTANCE_M = 0.045
HOLD_NS = 500_000_000

CUBE_EDGE_M = 0.04
# On top: nearer than half an edge sideways, or it would tip over; one edge higher, give or take
# what a tilted cube makes of it.
STACK_OFFSET_M = CUBE_EDGE_M / 2
STACK_HEIGHT_M = (0.032, 0.048)

_DESTINATION = re.compile(r'\b(?:on|onto|upon|atop|over)\s+(?:(?:to|top|of|the|a)\s+)*([a-z]+)')


@dataclass(frozen=True)
class Task:
    """
    What a sentence asks for.

    :param cube: the cube to pick up.
    :param onto: the cube to put it on; None to keep it in the hand.
    """

    cube: str
    onto: str | None = None


@dataclass(frozen=True)
class World:
    """
    Where everything is.

    :param cubes: centre of each cube [m], (3,).
    :param tips: point between the finger tips of each arm [m], (arms, 3).
    """

    cubes: Mapping[str, NDArray[np.float64]]
    tips: NDArray[np.float64]

    def at_tips(self, cube: str) -> bool:
        """Return whether a cube is between the finger tips of an arm."""
        return self.distance_m(cube) < GRASP_DISTANCE_M

    def distance_m(self, cube: str) -> float:
        """Return how far a cube is from the finger tips that are nearest to it [m]."""
        return float(np.linalg.norm(self.tips - self.cubes[cube], axis=1).min())

    def held_cube(self) -> str | None:
        """Return the cube that an arm holds above the table."""
        for name, centre in self.cubes.items():
            if centre[2] > LIFT_HEIGHT_M and self.at_tips(name):
                return name
        return None

    def stacked_on(self, cube: str) -> str | None:
        """Return the cube that another stands on, whether a hand is still there or not."""
        for name, centre in self.cubes.items():
            offset = self.cubes[cube] - centre
            low, high = STACK_HEIGHT_M
            if np.hypot(*offset[:2]) < STACK_OFFSET_M and low < offset[2] < high:
                return name
        return None

    def fulfils(self, task: Task) -> bool:
        """Return whether the world is now as the task wants it."""
        if task.onto is None:
            return self.held_cube() == task.cube
        return self.stacked_on(task.cube) == task.onto and not self.at_tips(task.cube)


def all_tasks(cubes: Sequence[str]) -> list[Task]:
    """Return picking up each cube, then putting each on each of the others."""
    pairs = [Task(cube, onto) for cube in cubes for onto in cubes if onto != cube]
    return [Task(cube) for cube in cubes] + pairs


def find_task(sentence: str, cubes: Sequence[str]) -> Task | None:
    """
    Return what a sentence asks for; None if that isn't one of the demo's tasks.

    The cube to put something on is the one named after "on", "onto" and their like.
    """
    sentence = sentence.lower()
    named = list(dict.fromkeys(w for w in re.findall('[a-z]+', sentence) if w in cubes))
    destination = _DESTINATION.search(sentence)
    if len(named) == 1 and not (destination and destination.group(1) in cubes):
        return Task(named[0])
    if len(named) == 2 and destination and destination.group(1) in named:
        onto = destination.group(1)
        return Task(next(cube for cube in named if cube != onto), onto)
    return None


class Success:
    """
    Decides whether the world has been as a task wants it for long enough.

    :param task: what was commanded.
    """

    def __init__(self, task: Task) -> None:
        self.task = task
        self.reached = False
        self._since_ns: int | None = None
        self._now_ns: int | None = None

    def update(self, now_ns: int, world: World) -> bool:
        """
        Take note of how the world is now.

        :param now_ns: time of the look, not before the previous one [ns].
        :return: whether the task is done; once it is, it stays so.
        :raises InputError: if time runs backwards.
        """
        if self._now_ns is not None and now_ns < self._now_ns:
            raise InputError(f'success: {now_ns} ns comes after {self._now_ns} ns')
        self._now_ns = now_ns
        if not world.fulfils(self.task):
            self._since_ns = None
            return self.reached
        if self._since_ns is None:
            self._since_ns = now_ns
        self.reached = self.reached or now_ns - self._since_ns >= HOLD_NS
        return self.reached
