# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What can be felt of a trace: jumps at seams, jerk, standstill, distance from the reference.

Grippers are left out of all of it: they are told to open and close at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.seams.trace import POINT_NS, Trace
from pi0_ros.execution.meter import SeamMeter
from pi0_ros.types import NS_PER_S

Array = NDArray[np.float64]

MOVING = 0.05  # speed from which on something moves [rad/s]
RECOVERY_S = 1.0  # in which a robot that stood comes back to a motion that went on
HELD = 1e-9  # speed up to which a robot is held [rad/s]


@dataclass(frozen=True)
class Measures:
    """
    Figures of one trace.

    :param worst_jump: over all hand-overs and joints: position [rad], velocity [rad/s],
        acceleration [rad/s²], (3,).
    :param p95_jump: of the hand-overs' worst joints, (3,).
    :param handovers: how many.
    :param jerk: root mean square [rad/s³].
    :param stalled: ticks in which the robot was held though the reference moved.
    :param needless: those of them in which the newest chunk that had arrived moved, too.
    :param tracking: distance from the reference, root mean square [rad].
    :param lasting: the same while chunks lasted: without the ticks since the newest one was over,
        and RECOVERY_S after; NaN if there are no others.
    :param missing: tracking of that newest chunk, which no executor can know better.
    :param step: longest from one command to the next [rad].
    :param limited: ticks whose command a limit has changed.
    """

    worst_jump: Array
    p95_jump: Array
    handovers: int
    jerk: float
    stalled: int
    needless: int
    tracking: float
    lasting: float
    missing: float
    step: float
    limited: int


def seam_jumps(commands: Array, handovers: NDArray[np.bool_], period_s: float) -> Array:
    """
    Return how much every hand-over jumps, in position, velocity and acceleration.

    :param commands: (T, J) [rad].
    :param handovers: whether a command is the first one after, (T,).
    :return: (N, 3, J), without hand-overs too near the ends of the trace.
    """
    meter = SeamMeter(period_s)
    met = [
        meter.add(command, is_first=is_first)
        for command, is_first in zip(commands, handovers.tolist(), strict=True)
    ]
    return np.abs([jump for jump in met if jump is not None]).reshape(-1, 3, commands.shape[1])


def measure(trace: Trace, joints: NDArray[np.bool_]) -> Measures:
    """
    Return the figures of a trace.

    :param joints: those that count, (J,) bool.
    """
    commands, reference = trace.commands[:, joints], trace.reference[:, joints]
    period_s = float(trace.times_ns[1] - trace.times_ns[0]) / NS_PER_S
    jumps = seam_jumps(commands, trace.handovers, period_s).max(axis=2)  # (N, 3)
    ticks = round(POINT_NS / NS_PER_S / period_s)
    wanted, planned, done = (
        np.linalg.norm(steps, axis=1) * NS_PER_S / POINT_NS  # speeds, (T - ticks,)
        for steps in (
            reference[ticks:] - reference[:-ticks],
            (trace.planned - trace.planned_before)[ticks:, joints],
            commands[ticks:] - commands[:-ticks],
        )
    )
    stalled = (wanted > MOVING) & (done < HELD)
    jerk = np.diff(commands, 3, axis=0) / period_s**3
    return Measures(
        worst_jump=jumps.max(axis=0),
        p95_jump=np.percentile(jumps, 95, axis=0),
        handovers=len(jumps),
        jerk=_rms(jerk),
        stalled=int(stalled.sum()),
        needless=int((stalled & (planned > MOVING)).sum()),
        tracking=_rms(commands - reference),
        lasting=_rms((commands - reference)[_lasting(trace.over, round(RECOVERY_S / period_s))]),
        missing=_rms(trace.planned[:, joints] - reference),
        step=float(np.abs(np.diff(commands, axis=0)).max()),
        limited=trace.limited,
    )


def _lasting(over: NDArray[np.bool_], recovery: int) -> NDArray[np.bool_]:
    """Return the ticks before which chunks have not been over for a number of ticks, (T,)."""
    disturbed = np.convolve(over, np.ones(recovery + 1))[: len(over)]
    return disturbed < 0.5


def _rms(values: Array) -> float:
    return float(np.sqrt(np.mean(values**2))) if values.size else float('nan')
