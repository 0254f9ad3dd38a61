# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Whether two joints are exchanged, by every pose that was seen and by the driver's own order.

Each exchange of two joints of one unit is a hypothesis. Its score is by how much the sum of
squared deviations falls if it is undone (twice the logarithm of a likelihood ratio of normal
distributions); of P different poses, their sum by the root of P. Where the score is small both
ways, nothing is guessed: the finding says which joints these poses could not tell apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
import math

import numpy as np
from numpy.typing import NDArray

from pi0_ros.preflight.findings import Finding, failure, passed, warning
from pi0_ros.preflight.mistakes import ORDER_REMEDY, exchange, show_evidence
from pi0_ros.preflight.yardstick import Yardstick
from pi0_ros.robots.spec import Robot

Array = NDArray[np.float64]
Pair = tuple[int, int]

# Poses count as different from this distance of one joint on; others would repeat their evidence.
DIFFERENT = 2.0
# Scores of a doubt and of a failure. In the 44,441 poses of the demo's demonstrations a sound
# robot reached the first in 0.3 %, the second never; over three seconds of them, neither.
DOUBT, SURE = 10.0, 16.0
# What it counts that the driver lists exactly these two joints the other way round. Drivers may
# have an order of their own, so it is never enough alone.
LISTED = 10.0


def check_order(
    robot: Robot,
    yardstick: Yardstick,
    states: Array,
    listed: Sequence[str],
    settled: Sequence[int],
) -> Finding:
    """
    Look for two exchanged joints.

    :param states: as measured, (T, S), with a joint for each number.
    :param listed: names in the driver's own order; empty if unknown.
    :param settled: indices of joints in which something else is wrong.
    """
    check, names = 'joint order', robot.joint_names
    poses = different_poses(yardstick, states)
    pairs = _pairs(robot, settled)
    if not pairs:
        return passed(check, 'no two joints have the same unit')
    score = dict(zip(pairs, _scores(yardstick, poses, pairs), strict=True))
    turned = _turned(robot, listed)
    total = {pair: value + LISTED * (pair == turned) for pair, value in score.items()}
    best = max(total, key=lambda pair: total[pair])
    said = f'the driver lists {" and ".join(names[i] for i in turned)} the other way round'
    if total[best] >= SURE or score[best] >= DOUBT:
        sure = total[best] >= SURE
        evidence = _evidence(yardstick, poses, best)
        reason = (
            f'{names[best[0]]} and {names[best[1]]} {"look" if sure else "may be"} exchanged: '
            f'so they would fit the statistics better ({evidence})'
        )
        reason += f'; {said}' if best == turned else ''
        return (failure if sure else warning)(check, reason, ORDER_REMEDY)
    if turned in score and score[turned] > -DOUBT:
        view = 'fits the driver better' if score[turned] > 0 else 'could not tell'
        return warning(check, f'{said}, and {_poses(poses)} {view}', ORDER_REMEDY)
    untold = [pair for pair in pairs if score[pair] > -DOUBT]
    told = f'{_poses(poses)} would show {len(pairs) - len(untold)} of {len(pairs)} exchanges'
    return passed(check, f'{told}{_list(names, untold)}')


def different_poses(yardstick: Yardstick, states: Array) -> Array:
    """Return those of some states, (T, S), that are new against the ones before, (P, S)."""
    deviations = yardstick.deviations(states)
    kept = [0]
    for k in range(1, len(states)):
        if np.abs(deviations[kept] - deviations[k]).max(axis=1).min() > DIFFERENT:
            kept.append(k)
    return states[kept]


def _pairs(robot: Robot, settled: Sequence[int]) -> list[Pair]:
    joints = robot.joints
    return [
        (i, j)
        for i, j in combinations(range(len(joints)), 2)
        if joints[i].unit == joints[j].unit and not {i, j} & set(settled)
    ]


def _scores(yardstick: Yardstick, poses: Array, pairs: Sequence[Pair]) -> list[float]:
    """Return the score of each pair; poses of one motion are not independent evidence."""
    before, scale = yardstick.distance(poses), math.sqrt(len(poses))
    return [(before - yardstick.distance(exchange(pair, poses))) / scale for pair in pairs]


def _turned(robot: Robot, listed: Sequence[str]) -> Pair | tuple[()]:
    """Return the one pair whose exchange would make the order of the robot's file the driver's."""
    names = robot.joint_names
    order = [name for name in listed if name in names]
    if len(order) != len(names):
        return ()
    moved = [i for i in range(len(names)) if names[i] != order[i]]
    return (moved[0], moved[1]) if len(moved) == 2 else ()


def _evidence(yardstick: Yardstick, poses: Array, pair: Pair) -> str:
    """Show the pose that speaks most for an exchange."""
    (most,) = max(
        ([pose] for pose in poses), key=lambda p: _scores(yardstick, np.array(p), [pair])
    )
    return show_evidence(yardstick, most, exchange(pair, most), pair)


def _poses(poses: Array) -> str:
    return 'the pose seen' if len(poses) == 1 else f'the set of {len(poses)} poses seen'


def _list(names: Sequence[str], untold: Sequence[Pair]) -> str:
    """Return in words which pairs are not told apart, those of one joint together."""
    firsts = dict.fromkeys(i for i, _ in untold)
    parts = [f'{names[i]} from {", ".join(names[j] for k, j in untold if k == i)}' for i in firsts]
    return f', but could not tell {"; ".join(parts)}' if parts else ''
