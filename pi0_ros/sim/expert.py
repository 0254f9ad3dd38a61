# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The teacher: what a right hand should do next for any of the demo's tasks, from wherever it is.

It has no memory: the next command follows from the hand's last command and the cubes' places
alone. So it can say from *any* state what it would do for *any* sentence, and its plans are what
the policy learns. It knows neither MuJoCo nor images nor words. Letters in shapes: N plans side by
side, C cubes, H steps.

A *hand* is (azimuth, radius, height, pitch, grip): see :mod:`pi0_ros.sim.kinematics`; grip is 0
for closed and 1 for open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pi0_ros.sim.kinematics import planar, polar
from pi0_ros.sim.task import CUBE_EDGE_M, STACK_OFFSET_M, Task

Array = NDArray[np.float64]
Index = NDArray[np.int64]

STEP_S = 0.02

GRASP_ABOVE_M = 0.006  # of the finger tips above the centre of the cube between them
LIFTED_M, HOVER_M = 0.20, 0.12  # heights: with a picked cube, and above one
GRASP_PITCH_RAD = 1.15
CLOSED_GRIP, HOLDING_GRIP, RELEASED_GRIP = 0.25, 0.63, 0.75

# How fast the hand goes sideways [m/s], up or down [m/s], turns [rad/s] and opens [1/s].
SPEED_M_S, VERTICAL_M_S, PITCH_RAD_S, GRIP_1_S = 0.24, 0.17, 1.5, 2.0
# The funnel: the hand comes down by so much for every metre that it comes nearer, once it is
# nearer than the slack; nearer still it closes.
FUNNEL_SLOPE, SLACK_M = 3.0, 0.010
CARRY_CLEARANCE_M = 0.05  # of a carried cube over the one it goes to
PLACED_M, PLACE_SLACK_M = 0.012, 0.008
# Once the fingers have begun to open they go on, unless the cube is as far off as this.
OPENING_GRIP, OPENING_M, OPENING_SLACK_M = 0.30, 0.030, 0.016


@dataclass(frozen=True)
class Goals:
    """
    What several hands are to do.

    :param cube: index of the cube to pick up, (N,).
    :param onto: index of the cube to put it on, -1 for none, (N,).
    """

    cube: Index
    onto: Index

    @classmethod
    def of(cls, tasks: Sequence[Task], cubes: Sequence[str]) -> Goals:
        """Return tasks as indices into the cubes."""
        cube = np.array([cubes.index(task.cube) for task in tasks])
        onto = np.array([-1 if task.onto is None else cubes.index(task.onto) for task in tasks])
        return cls(cube, onto)


def plan(hand: Array, cubes: Array, goals: Goals, steps: int) -> Array:
    """
    Return the hands' next commands, cubes going along with the hands that hold them.

    :param hand: last command, (5,).
    :param cubes: centres as :func:`expect` has them [m], (C, 3).
    :return: (N, H, 5).
    """
    count = len(goals.cube)
    hands, places = np.tile(hand, (count, 1)), np.tile(cubes, (count, 1, 1))
    commands = np.empty((count, steps, 5))
    rows = np.arange(count)
    for k in range(steps):
        held = _held(hands, places)  # (N, C)
        before = _point(hands)
        hands = step(hands, places, goals)
        carried = held.any(axis=1) & (hands[:, 4] < HOLDING_GRIP)
        moved = (_point(hands) - before) * carried[:, None]
        places[rows, held.argmax(axis=1)] += moved
        commands[:, k] = hands
    return commands


def expect(cubes: Array, hand: Array, measured: Array) -> Array:
    """
    Return where the cubes will be once the arm has caught up with its last command.

    A held cube goes along. An arm in motion lags so far behind its command that a teacher who
    compared the command with the cube's place of now would think that it had lost the cube.

    :param cubes: centres [m], (C, 3).
    :param hand: last command, (5,).
    :param measured: where the hand is, (5,).
    :return: (C, 3) [m].
    """
    holding = np.append(measured[:4], hand[4])[None]  # a cube keeps the fingers from closing
    held = _held(holding, cubes[None])[0]
    lag: Array = (_point(hand[None]) - _point(measured[None]))[0]
    expected: Array = cubes + held[:, None] * lag
    return expected


def step(hands: Array, cubes: Array, goals: Goals) -> Array:
    """
    Return the hands' next command.

    :param hands: last commands, (N, 5).
    :param cubes: centres in each plan as :func:`expect` has them [m], (N, C, 3).
    :return: (N, 5).
    """
    rows = np.arange(len(hands))
    wanted = cubes[rows, goals.cube]  # (N, 3)
    destination = cubes[rows, goals.onto]  # (N, 3), of any cube where there is none
    to_put = goals.onto >= 0
    held = _held(hands, cubes)  # (N, C)
    has_wanted = held[rows, goals.cube]
    # Of the cube from its place on the other one.
    offset = wanted - destination - [0.0, 0.0, CUBE_EDGE_M]
    placed = to_put & _is_placed(offset, hands[:, 4])
    cases = [placed, has_wanted & to_put, has_wanted, held.any(axis=1)]
    aims = [
        _leave(hands),
        _carry(hands, wanted, destination),
        _lift(hands),
        _put_down(hands, cubes, held),
    ]
    aim = _approach(hands, wanted)
    for case, other in zip(reversed(cases), reversed(aims), strict=True):
        aim = np.where(np.expand_dims(case, 1), other, aim)
    return _towards(hands, aim)


def feasible(cubes: Array, goals: Goals) -> NDArray[np.bool_]:
    """
    Return which goals can be reached from here, (N,).

    Nothing may stand on a cube that is to be picked up, nor on its destination but that very cube.

    :param cubes: centres [m], (C, 3).
    """
    above = cubes[None] - cubes[:, None]  # [lower, upper], (C, C, 3)
    sideways = np.hypot(above[..., 0], above[..., 1])
    on_top = (sideways < 0.03) & (np.abs(above[..., 2] - CUBE_EDGE_M) < 0.01)  # (C, C)
    covered = on_top[goals.cube].any(axis=1)
    taken = on_top[goals.onto]  # (N, C)
    taken[np.arange(len(taken)), goals.cube] = False
    return ~covered & ~(taken.any(axis=1) & (goals.onto >= 0))


def _point(hands: Array) -> Array:
    """Return the point between the finger tips, (N, 3) [m]."""
    return np.concatenate([planar(hands[:, :2]), hands[:, 2:3]], axis=1)


def _held(hands: Array, cubes: Array) -> NDArray[np.bool_]:
    """Return which cube each hand holds, (N, C): it is closed around it."""
    away = cubes - _point(hands)[:, None]  # (N, C, 3)
    beside = np.hypot(away[..., 0], away[..., 1]) < 0.025
    level = np.abs(away[..., 2] + GRASP_ABOVE_M) < 0.025
    return beside & level & (hands[:, 4:] < HOLDING_GRIP)


def _is_placed(offset: Array, grip: Array) -> NDArray[np.bool_]:
    """
    Return whether cubes are where they may be let go of, or left, (N,).

    A hand that has begun to open sticks to it: decided anew from a plan that is half a second old,
    or from eyes that err by a few millimetres, it would close again beside the cube.
    """
    opening = grip > OPENING_GRIP
    released_m = np.where(grip > RELEASED_GRIP, STACK_OFFSET_M, OPENING_M)
    near = np.hypot(*offset.T[:2]) < np.where(opening, released_m, PLACED_M)
    level = np.abs(offset[:, 2]) < np.where(opening, OPENING_SLACK_M, PLACE_SLACK_M)
    placed: NDArray[np.bool_] = near & level
    return placed


# An aim is where a hand should be (azimuth, radius, height, pitch, grip), and the haste: what part
# of its full speed sideways the hand may use now.


def _approach(hands: Array, cube: Array) -> Array:
    """Come down a funnel over the cube, fingers open, and close them at its end."""
    place = polar(cube[:, :2])
    error = _sideways(hands, place)
    grasp = cube[:, 2] + GRASP_ABOVE_M
    hover = HOVER_M + cube[:, 2] - CUBE_EDGE_M / 2
    height = grasp + np.clip((error - SLACK_M) * FUNNEL_SLOPE, 0.0, hover - grasp)
    closing = (error < SLACK_M) & (np.abs(hands[:, 2] - grasp) < 0.008)
    height = np.where(closing, hands[:, 2], height)
    low = hands[:, 2] < hover - 0.05
    haste = np.where(low & (error > 0.03), 0.25, 1.0)  # rise before going sideways
    # Closed fingers must not come near a cube: they would take themselves for holding it.
    shut = (hands[:, 4] < 0.9) & ~closing
    height = np.where(shut, np.maximum(height, hands[:, 2]), height)
    haste = np.where(shut & low, 0.0, haste)
    return _aim(place, height, np.where(closing, CLOSED_GRIP, 1.0), haste)


def _lift(hands: Array) -> Array:
    """Close the fingers, then lift straight up."""
    on_table = (hands[:, 4] > 0.45) & (hands[:, 2] < 0.04 + GRASP_ABOVE_M)
    height = np.where(on_table, hands[:, 2], LIFTED_M)
    return _aim(hands[:, :2], height, np.full(len(hands), CLOSED_GRIP))


def _carry(hands: Array, cube: Array, destination: Array) -> Array:
    """Lift the cube, bring it over the other one, and come down a funnel."""
    error = np.hypot(*(cube - destination).T[:2])
    clear = np.clip((error - 0.008) * FUNNEL_SLOPE, 0.0, CARRY_CLEARANCE_M)
    height = hands[:, 2] + destination[:, 2] + CUBE_EDGE_M + 0.001 + clear - cube[:, 2]
    closing = (hands[:, 4] > 0.45) & (cube[:, 2] < destination[:, 2] + 0.02)  # fingers first
    height = np.where(closing, hands[:, 2], height)
    haste = np.clip((cube[:, 2] - destination[:, 2] - 0.01) / CUBE_EDGE_M, 0.0, 1.0)
    haste = np.where(error > 0.03, haste, 1.0)
    place = _point(hands)[:, :2] + destination[:, :2] - cube[:, :2]
    return _aim(polar(place), height, np.full(len(hands), CLOSED_GRIP), haste)


def _leave(hands: Array) -> Array:
    """Open the fingers, then rise straight up."""
    height = np.where(hands[:, 4] < RELEASED_GRIP, hands[:, 2], LIFTED_M)
    return _aim(hands[:, :2], height, np.ones(len(hands)))


def _put_down(hands: Array, cubes: Array, held: NDArray[np.bool_]) -> Array:
    """Bring a cube that nobody wants straight down, and let go of it."""
    rows = np.arange(len(hands))
    mine = held.argmax(axis=1)
    cube = cubes[rows, mine]  # (N, 3)
    beside = np.hypot(*(cubes - cube[:, None]).transpose(2, 0, 1)[:2]) > CUBE_EDGE_M  # (N, C)
    below = ~beside & (cubes[..., 2] < cube[:, None, 2])
    top = np.where(below, cubes[..., 2] + CUBE_EDGE_M / 2, 0.0)
    drop = cube[:, 2] - CUBE_EDGE_M / 2 - top.max(axis=1)
    down = drop < 0.004
    return _aim(
        hands[:, :2], hands[:, 2] - np.where(down, 0.0, drop), np.where(down, 1.0, CLOSED_GRIP)
    )


def _sideways(hands: Array, place: Array) -> Array:
    """Return how far each hand is from a place, seen from above [m]."""
    return np.hypot((hands[:, 0] - place[:, 0]) * place[:, 1], hands[:, 1] - place[:, 1])


def _aim(place: Array, height: Array, grip: Array, haste: Array | None = None) -> Array:
    pitch = np.full(len(place), GRASP_PITCH_RAD)
    haste = np.ones(len(place)) if haste is None else haste
    return np.column_stack([place, height, pitch, grip, haste])


def _towards(hands: Array, aim: Array) -> Array:
    """Take one step of limited speed towards an aim."""
    change = aim[:, :5] - hands
    sideways_m = np.hypot(change[:, 0] * aim[:, 1], change[:, 1])
    longest_m = SPEED_M_S * STEP_S * aim[:, 5]
    change[:, :2] *= np.minimum(1.0, longest_m / np.maximum(sideways_m, 1e-9))[:, None]
    for column, speed in ((2, VERTICAL_M_S), (3, PITCH_RAD_S), (4, GRIP_1_S)):
        change[:, column] = np.clip(change[:, column], -speed * STEP_S, speed * STEP_S)
    return hands + change
