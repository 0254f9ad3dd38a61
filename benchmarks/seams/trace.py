# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One row of the table: a way of executing chunks, run in simulated time on a perfect robot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from benchmarks.seams.others import Average, Block
from benchmarks.seams.ours import Ours
from benchmarks.seams.policies import Intends
from benchmarks.seams.server import Delays, Server
from pi0_ros.execution.seams import STRATEGIES
from pi0_ros.execution.settings import ExecutorSettings
from pi0_ros.execution.timeline import Course
from pi0_ros.robots.spec import Robot
from pi0_ros.types import NS_PER_S

ORACLE = 'oracle'
OTHERS: Mapping[str, type[Block | Average]] = {'block': Block, 'average': Average}
METHODS = (*OTHERS, *STRATEGIES)
POINT_NS = NS_PER_S // 50  # from point to point of a chunk: the period of the slowest loop
WARM_UP_NS = 2 * NS_PER_S  # in which a robot at rest catches up with a motion that is under way


class Executes(Protocol):
    """A way of executing chunks."""

    @property
    def source(self) -> object:
        """What the last command was made from; None if from nothing. Where it changes, a seam."""

    @property
    def limited(self) -> int:
        """Ticks whose command a limit has changed."""

    def tick(self, now_ns: int) -> NDArray[np.float64]:
        """Return the command for now, (J,)."""


@dataclass(frozen=True)
class Row:
    """
    What is run.

    :param policy: its name.
    :param method: a name in :data:`METHODS`, or ``oracle``: the executor as it is by default,
        without the slow inference, and with chunks that are there as soon as they are asked for.
    :param rate_hz: of the controller [Hz].
    :param delay_s: of an inference [s].
    """

    policy: str
    method: str
    rate_hz: float
    delay_s: float


@dataclass(frozen=True)
class Trace:
    """
    What came of it, for T ticks after the warm-up. Arrays are (T, J) and in [rad], [m].

    :param times_ns: of the ticks [ns], (T,).
    :param handovers: whether the command is the first one made from another chunk, (T,) bool.
    :param commands: positions that were sent.
    :param reference: what the policy has in mind.
    :param planned: what the newest chunk that has arrived means for the instant.
    :param planned_before: what it means for the instant :data:`POINT_NS` before.
    :param over: whether the newest chunk that has arrived had come to its end, (T,) bool.
    :param limited: ticks whose command a limit has changed.
    """

    times_ns: NDArray[np.int64]
    handovers: NDArray[np.bool_]
    commands: NDArray[np.float64]
    reference: NDArray[np.float64]
    planned: NDArray[np.float64]
    planned_before: NDArray[np.float64]
    over: NDArray[np.bool_]
    limited: int


def run(row: Row, robot: Robot, policy: Intends, *, spike: bool = True) -> Trace:
    """
    Run a row.

    The robot is perfect: it is measured where the last command told it to be. It starts at the
    beginning of the reference, at rest.

    :param policy: the one that the row names.
    :param spike: whether an inference half-way takes a second.
    """
    foreseen = row.method == ORACLE
    if foreseen:
        row, spike = replace(row, method=ExecutorSettings.strategy), False
    period_ns = round(NS_PER_S / row.rate_hz)
    spike_ns = round(policy.duration_s / 2 * NS_PER_S) if spike else None
    delays = Delays(row.delay_s, spike_ns)
    server = Server(policy, delays, rtc=row.method == 'rtc', foreseen=foreseen)
    # A stamp of zero means that it was not set, so time begins with the first tick.
    times_ns = np.arange(period_ns, round(policy.duration_s * NS_PER_S), period_ns)
    reference = policy.reference(times_ns)
    method: Executes
    if row.method in OTHERS:
        method = OTHERS[row.method](server, reference[0], POINT_NS)
    else:
        method = Ours(robot, server, reference[0], period_ns, row.method)
    warm = times_ns >= WARM_UP_NS
    handovers, commands, planned, over = [], [], [], []
    source, newest, limited = None, None, 0
    for now_ns, is_warm in zip(times_ns.tolist(), warm, strict=True):
        commands.append(method.tick(now_ns))
        if is_warm:
            assert server.newest is not None
            if newest is None or newest.chunk is not server.newest:
                newest = Course(server.newest)
            planned.append(newest(np.array([now_ns, now_ns - POINT_NS])))
            over.append(now_ns > server.newest.end_ns)
        else:
            limited = method.limited
        handovers.append(method.source is not None and method.source is not source)
        source = method.source
    plan = np.array(planned)  # (T, 2, J)
    return Trace(
        times_ns=times_ns[warm],
        handovers=np.array(handovers)[warm],
        commands=np.array(commands)[warm],
        reference=reference[warm],
        planned=plan[:, 0],
        planned_before=plan[:, 1],
        over=np.array(over),
        limited=method.limited - limited,
    )
