# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The joints: are they there, within their limits, and where the training data knew them.

What a single pose can't tell (the sign of a joint at zero, say) is not guessed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pi0_ros.preflight.findings import Finding, failure, passed, warning
from pi0_ros.preflight.mistakes import explain
from pi0_ros.preflight.observed import JointsSeen
from pi0_ros.preflight.order import check_order
from pi0_ros.preflight.yardstick import IMPOSSIBLE, PLAUSIBLE, Yardstick, state_limits
from pi0_ros.robots.norm_stats import Scaling
from pi0_ros.robots.spec import Robot
from pi0_ros.robots.transforms import to_unit

Array = NDArray[np.float64]

# How far outside a limit, as a part of the range, calibration and noise may put a joint.
SLACK = 0.05
# How far outside closed and open, as a part of their distance, a gripper may be: fingers are light
# and fast, and overshoot.
GRIPPER_SLACK = 0.2


def check_names(robot: Robot, seen: JointsSeen) -> Finding:
    """Return whether every message names every joint once, with a position."""
    check, topic, wanted = 'joint names', seen.stream.topic, robot.state_joints
    counts = Counter(name for names in seen.names for name in set(names))
    missing = [name for name in wanted if name not in counts]
    if missing:
        return failure(
            check,
            f'{topic} has no {", ".join(missing)}; it has {", ".join(counts) or "no joint"}',
            "write the driver's own names under `joints`, or start what publishes these",
        )
    if not seen.whole(wanted):
        return failure(
            check,
            f'all joints come on {topic}, but never together in one message',
            'merge the messages: joint_state_publisher with source_list does',
        )
    doubled = sorted({n for names in seen.names for n, k in Counter(names).items() if k > 1})
    if doubled:
        return failure(check, f'{", ".join(doubled)} stand twice in {topic}', 'mend the driver')
    more = [name for name in counts if name not in wanted]
    ordered = all([n for n in names if n in wanted] == list(wanted) for names in seen.names)
    notes = [f'all {len(wanted)} are there']
    if not ordered:
        notes.append('in another order, which does not matter: they are read by name')
    if more:
        notes.append(f'not used: {", ".join(more)}')
    return passed(check, '; '.join(notes))


def check_positions(
    robot: Robot, scaling: Scaling, states: Array, listed: Sequence[str] = ()
) -> list[Finding]:
    """
    Compare a robot's state with its limits and with the statistics.

    Mistakes are only looked for where the state is that of the joints.

    :param states: as measured, (T, S), or one, (S,).
    :param listed: names of the joints in the driver's own order, if it is known.
    """
    states = np.atleast_2d(states)
    positions = np.median(states, axis=0)
    yardstick = Yardstick(robot, scaling)
    mistakes: list[Finding] = []
    mended = positions
    if robot.state is None:
        mistakes, mended = explain(robot, yardstick, positions)
    before, after = yardstick.deviations(positions), yardstick.deviations(mended)
    findings = [
        check_limits(robot, positions),
        *_check_distance(robot, yardstick, positions, mistakes, mended),
    ]
    known = {mistake.check for mistake in mistakes} & {'joint order', 'units'}
    if robot.state is None and not known and not _is_elsewhere(before, after):
        settled = np.flatnonzero(mended != positions).tolist()
        findings.append(check_order(robot, yardstick, states, listed, settled))
    return findings + [
        _check_gripper(robot, yardstick, positions, name)
        for i, name in enumerate(robot.state_names)
        if name in robot.grippers and mended[i] == positions[i]
    ]


def _is_elsewhere(before: Array, after: Array) -> bool:
    """Return whether most joints are far from the statistics, and no mistake explains it all."""
    far = np.abs(before) > PLAUSIBLE
    return bool((np.abs(after) > PLAUSIBLE).any() and 2 * np.sum(far) > far.size)


def check_limits(robot: Robot, positions: Array) -> Finding:
    """Compare a measured state, (S,), with the joints' limits."""
    check = 'joint limits'
    lower, upper = _reach(robot)
    beyond = np.maximum(lower - positions, positions - upper)
    outside = np.flatnonzero(beyond > 0)
    if not outside.size:
        return passed(check, 'every joint is within them')
    joints = [(robot.joints[i], positions[i]) for i in outside]
    reason = ', '.join(
        f'{j.name} {x:.4g} {j.unit} ({j.lower:g} to {j.upper:g})' for j, x in joints
    )
    slack = np.where(np.isin(robot.state_names, list(robot.grippers)), GRIPPER_SLACK, SLACK)
    small = (beyond <= slack * (upper - lower)).all()
    return (warning if small else failure)(
        check,
        f'outside: {reason}',
        "mend the limits or the units in the robot's file, or bring the joint back",
    )


def _reach(robot: Robot) -> Array:
    """Return the limits, (2, S), of grippers out to both ends of their maps."""
    limits = state_limits(robot)
    for i, name in enumerate(robot.state_names):
        if name in robot.grippers:
            ends = robot.grippers[name].closed, robot.grippers[name].open
            limits[:, i] = min(*ends, limits[0, i]), max(*ends, limits[1, i])
    return limits


def _check_distance(
    robot: Robot, yardstick: Yardstick, positions: Array, mistakes: list[Finding], mended: Array
) -> list[Finding]:
    """Say how far each joint is from the statistics, and what explains those that are far."""
    check = 'joint statistics'
    before, after = yardstick.deviations(positions), yardstick.deviations(mended)
    far = np.abs(before) > PLAUSIBLE
    left = np.flatnonzero(np.abs(after) > PLAUSIBLE)
    if _is_elsewhere(before, after):
        return [
            failure(
                check,
                f'{np.sum(far)} of {far.size} joints are far from where the training data knew '
                f'them, in standard deviations: {_list(robot, before)}',
                f'asset {robot.normalization.asset} has the statistics of another robot, of other '
                'units or of another order of joints: use those of the training data',
            )
        ]
    findings = list(mistakes)
    if left.size:
        known = ', '.join(
            f'{robot.state_names[i]} ({yardstick.model_state(positions)[i]:.3g}, the data have '
            f'{yardstick.centre[i]:.3g} +- {yardstick.spread[i]:.3g})'
            for i in left
        )
        level = failure if (np.abs(after[left]) > IMPOSSIBLE).any() else warning
        findings.append(
            level(
                check,
                f'far from where the training data knew them: {known}',
                'bring the robot to a pose in which demonstrations begin; check sign, offset and '
                f'zero of these joints, and whose data asset {robot.normalization.asset} is of',
            )
        )
    reason = f'deviations from the mean: {_list(robot, before)}'
    return findings or [passed(check, reason)]


def _list(robot: Robot, deviations: Array) -> str:
    rounded = np.round(deviations, 1) + 0.0  # no -0.0
    pairs = zip(robot.state_names, rounded, strict=True)
    return ', '.join(f'{name} {value:+.1f}' for name, value in pairs)


def gripper_openings(robot: Robot, positions: Array) -> dict[str, float]:
    """
    Return how open the robot's file says each gripper is, 0 closed, 1 open.

    :param positions: (S,).
    """
    at = dict(zip(robot.state_names, positions, strict=True))
    return {
        name: float(to_unit(at[name], gripper.closed, gripper.open))
        for name, gripper in robot.grippers.items()
        if name in at
    }


def _check_gripper(robot: Robot, yardstick: Yardstick, positions: Array, name: str) -> Finding:
    """Look at a gripper's range and polarity, as far as numbers can tell."""
    gripper, i = robot.grippers[name], robot.state_names.index(name)
    opening = gripper_openings(robot, positions)[name]
    if not -GRIPPER_SLACK <= opening <= 1 + GRIPPER_SLACK:
        return failure(
            'gripper',
            f'{name} is at {positions[i]:.4g}, outside closed ({gripper.closed:g}) and open '
            f'({gripper.open:g})',
            f'measure both ends, and write them under grippers.{name}',
        )
    unit = robot.joints[robot.joint_names.index(name)].unit
    told = f'{name}: the model is told that it is {opening:.0%} open'
    if unit == 'm' and abs(gripper.closed) > abs(gripper.open):
        return warning(
            'gripper',
            f'{told}; its fingers are said to be farther out when closed than when open',
            f'look whether it is; if not, exchange closed and open of grippers.{name}',
        )
    turned = positions.copy()
    turned[i] = gripper.closed + gripper.open - positions[i]
    distance = abs(yardstick.deviations(turned)[i])
    if distance > PLAUSIBLE:
        return passed('gripper', f'{told}; inverted it would be {distance:.0f} deviations away')
    return passed('gripper', f'{told}; look whether it is: the statistics would not tell')
