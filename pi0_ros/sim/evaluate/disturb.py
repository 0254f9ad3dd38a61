# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What may go wrong in a trial: a cube that jumps, a mind that changes, a start that is unusual.

All of it is drawn from the trial's seed. Disturbances come while the hand approaches the cube,
told by their distance, so that fast and slow robots meet them in the same place.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pi0_ros.sim.demonstrator import RIGHT, hand_anywhere, targets_of
from pi0_ros.sim.robot import CUBES_X_M, CUBES_Y_M, CUBES_YAW_RAD, SimRobot
from pi0_ros.sim.task import Task

# Between finger tips and cube when it jumps, and when another sentence is said.
JUMP_DISTANCE_M, CHANGE_DISTANCE_M = 0.12, 0.10
JUMP_M, JUMP_GAP_M = 0.08, 0.045  # how far, and how far from the other cubes at least
DIRECTIONS = 360


def another(task: Task, cubes: tuple[str, ...]) -> Task:
    """Return the same with every cube replaced by the next one: no cube plays its old part."""

    def following(cube: str) -> str:
        return cubes[(cubes.index(cube) + 1) % len(cubes)]

    return Task(following(task.cube), None if task.onto is None else following(task.onto))


def move_cube(sim: SimRobot, cube: str, rng: np.random.Generator) -> None:
    """
    Let a cube jump by JUMP_M to where cubes may lie, JUMP_GAP_M from the others.

    Where no direction leads so far from them, it takes the one that leads farthest.
    """
    places = sim.cube_positions()
    angles = rng.permutation(np.linspace(-np.pi, np.pi, DIRECTIONS, endpoint=False))
    step = JUMP_M * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    spots = places[cube][:2] + step  # (N, 2)
    others = np.array([place[:2] for name, place in places.items() if name != cube])
    gap_m = np.linalg.norm(spots[:, None] - others, axis=2).min(axis=1)  # (N,)
    lower, upper = np.transpose([CUBES_X_M, CUBES_Y_M])
    gap_m[((spots < lower) | (spots > upper)).any(axis=1)] = -1.0
    first = int(np.argmax(gap_m >= min(JUMP_GAP_M, gap_m.max())))
    yaw_rad = rng.uniform(-CUBES_YAW_RAD, CUBES_YAW_RAD)
    sim.place_cube(cube, (*spots[first], places[cube][2]), yaw_rad)


def pose_anywhere(sim: SimRobot, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return joints whose right hand is somewhere over the table, (14,) [rad], [m]."""
    pose = sim.targets()
    pose[RIGHT] = targets_of(hand_anywhere(rng))
    return pose
