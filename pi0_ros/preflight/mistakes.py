# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Which simple mistake would explain a state that is far from the statistics.

Each mistake that people make (joints exchanged, a sign, degrees for radians, a gripper the wrong
way round) is undone on the measured positions; the one after which they fit the statistics best
is taken, as long as it helps much. A mistake that leaves the state plausible, like two exchanged
joints that stand at the same angle, can't be seen this way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
import math

import numpy as np
from numpy.typing import NDArray

from pi0_ros.preflight.findings import Finding, failure, warning
from pi0_ros.preflight.yardstick import IMPOSSIBLE, PLAUSIBLE, Yardstick
from pi0_ros.robots.spec import Robot

Array = NDArray[np.float64]

# By how much the sum of squared deviations must fall, as if a joint that was six away were at the
# mean: one pose is not much evidence, and a gripper closed for 3 % of the data is six away too.
MUCH_BETTER = 36.0

ORDER_REMEDY = (
    "compare the order of `joints` in the robot's file with the training data's; move each of "
    'these joints by hand and see which name moves in joint_states'
)

UNITS = {'rad': (math.pi / 180, 'degrees'), 'm': (1e-3, 'millimetres')}


@dataclass(frozen=True)
class Mistake:
    """
    Something that may have gone wrong.

    :param joints: indices of the joints that it touches.
    :param undo: what it takes to put it right, (J,) to (J,).
    :param check: what was looked at; empty for an exchange, of which several make one finding.
    :param reason: what seems to be wrong.
    :param remedy: what to do about it.
    """

    joints: tuple[int, ...]
    undo: Callable[[Array], Array]
    check: str = ''
    reason: str = ''
    remedy: str = ''


def explain(robot: Robot, yardstick: Yardstick, positions: Array) -> tuple[list[Finding], Array]:
    """
    Find the mistakes that explain a state.

    :param positions: as measured, (J,).
    :return: one finding for each mistake; the state as it is without them, (J,).
    """
    findings, order, mended = _undo_all(robot, yardstick, positions, exchanges=True)
    moved = order != np.arange(order.size)
    before, after = (np.abs(yardstick.deviations(x))[moved] for x in (positions, mended))
    if (after > PLAUSIBLE).any() or (before <= PLAUSIBLE).any():
        # An exchange that helps only half explains nothing, and one joint alone may be unusual.
        findings, order, mended = _undo_all(robot, yardstick, positions, exchanges=False)
    elif moved.any():
        findings.append(_exchanged(robot, yardstick, positions, order))
    return findings, mended


def _undo_all(
    robot: Robot, yardstick: Yardstick, positions: Array, *, exchanges: bool
) -> tuple[list[Finding], NDArray[np.intp], Array]:
    """Return findings but those of exchanges, whose place each joint takes, and the new state."""
    findings: list[Finding] = []
    order = np.arange(positions.size)
    while (mistake := _best(robot, yardstick, positions, exchanges)) is not None:
        before, positions = positions, mistake.undo(positions)
        touched = mistake.joints
        if mistake.check:
            evidence = show_evidence(yardstick, before, positions, touched)
            reason = f'{mistake.reason} ({evidence})'
            # A joint that is not impossibly far away may also have been moved there.
            farthest = np.abs(yardstick.deviations(before))[list(touched)].max()
            moved = mistake.check == 'joint sign' and farthest <= IMPOSSIBLE
            level = warning if moved else failure
            findings.append(level(mistake.check, reason, mistake.remedy))
        else:
            order[list(touched)] = order[list(touched[::-1])]
    return findings, order, positions


def show_evidence(yardstick: Yardstick, before: Array, after: Array, joints: Sequence[int]) -> str:
    """Say how much better the statistics fit some joints of a state, (S,), put right."""
    from_, to = (yardstick.deviations(state)[list(joints)] for state in (before, after))
    shown = [f'{x:+.1f}' for x in from_], [f'{x:+.1f}' for x in to]
    return f'deviations {", ".join(shown[0])}; put right {", ".join(shown[1])}'


def _best(robot: Robot, yardstick: Yardstick, positions: Array, exchanges: bool) -> Mistake | None:
    """Return the mistake whose undoing helps most, if one helps much."""
    before = yardstick.deviations(positions)
    best, least = None, float(np.sum(before**2)) - MUCH_BETTER
    for mistake in _candidates(robot, positions):
        if not (mistake.check or exchanges):
            continue
        after = yardstick.deviations(mistake.undo(positions))
        fewer = np.sum(np.abs(after) > PLAUSIBLE) < np.sum(np.abs(before) > PLAUSIBLE)
        if fewer and (total := float(np.sum(after**2))) < least:
            best, least = mistake, total
    return best


def _candidates(robot: Robot, positions: Array) -> Iterator[Mistake]:
    joints = range(len(robot.joints))
    for pair in combinations(joints, 2):
        yield Mistake(pair, partial(exchange, pair))
    for i in joints:
        yield _inverted(robot, i) if robot.joint_names[i] in robot.grippers else _sign(robot, i)
    lower, upper = robot.position_limits
    for unit, (factor, other) in UNITS.items():
        mask = np.array([joint.unit == unit for joint in robot.joints])
        if ((positions < lower) | (positions > upper))[mask].any():
            yield _unit(
                mask,
                factor,
                f'the positions look like {other}, not {unit}',
                f"let the driver publish {unit}: sensor_msgs/JointState's unit",
            )
        yield _unit(
            mask,
            1 / factor,
            f'the statistics look like {other}, the robot gives {unit}',
            'train on data in this unit, or convert the statistics and what the policy gives',
        )


def exchange(pair: tuple[int, int], positions: Array) -> Array:
    """Return positions, (..., J), with those of two joints exchanged."""
    return _with(positions, pair, positions[..., list(pair[::-1])])


def _with(positions: Array, indices: tuple[int, ...], values: Array | float) -> Array:
    """Return a copy with other values at some indices of the last axis."""
    changed: Array = positions.copy()
    changed[..., list(indices)] = values
    return changed


def _exchanged(
    robot: Robot, yardstick: Yardstick, positions: Array, order: NDArray[np.intp]
) -> Finding:
    names = robot.joint_names
    moved = [i for i in range(order.size) if order[i] != i]
    fits = ', '.join(f'{names[order[i]]} fits the statistics of {names[i]}' for i in moved)
    evidence = show_evidence(yardstick, positions, positions[order], moved)
    return failure(
        'joint order',
        f'{" and ".join(names[i] for i in moved)} look exchanged: {fits} ({evidence})',
        ORDER_REMEDY,
    )


def _sign(robot: Robot, i: int) -> Mistake:
    joint = robot.joints[i]
    return Mistake(
        (i,),
        lambda x: _with(x, (i,), -x[i]),
        'joint sign',
        f'{joint.name} looks turned round: its negative fits the statistics',
        f'set sign: {-joint.sign} for it, or turn it round in the driver',
    )


def _inverted(robot: Robot, i: int) -> Mistake:
    name = robot.joint_names[i]
    gripper = robot.grippers[name]
    return Mistake(
        (i,),
        lambda x: _with(x, (i,), gripper.closed + gripper.open - x[i]),
        'gripper',
        f'{name} looks inverted: with closed and open exchanged it fits the statistics',
        f'exchange closed ({gripper.closed:g}) and open ({gripper.open:g}) of grippers.{name}',
    )


def _unit(mask: NDArray[np.bool_], factor: float, reason: str, remedy: str) -> Mistake:
    """Return that the joints of a mask are to be multiplied by a factor."""
    return Mistake(
        tuple(np.flatnonzero(mask).tolist()),
        lambda x: np.where(mask, x * factor, x),
        'units',
        reason,
        remedy,
    )
