# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the executor's strategies are to reach, and whether they do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from benchmarks.seams.measures import Measures
from benchmarks.seams.trace import ORACLE, Row
from pi0_ros.execution.seams import STRATEGIES

RATE_HZ = 100.0
YARDSTICK = 'replace'  # has the same chunks and limits, and does nothing about seams
STRIVING = tuple(name for name in STRATEGIES if name != YARDSTICK)

Results = Mapping[Row, Measures]


@dataclass(frozen=True)
class Goal:
    """
    A bound on a figure that is the lower the better, in all rows of one rate.

    :param text: what it is about.
    :param bound: highest value that reaches it.
    :param against: method whose figure is the unit; None if it is an absolute figure.
    :param figure: from a row's measures.
    :param policy: whose rows count; None if all do.
    """

    text: str
    bound: float
    against: str | None
    figure: Callable[[Measures], float]
    policy: str | None = None


def _jump(measures: Measures, order: int) -> float:
    return float(measures.worst_jump[order])


GOALS = (
    *(
        Goal(
            f"worst seam jump in {name}, of block's", 1 / 20, 'block', partial(_jump, order=order)
        )
        for order, name in enumerate(('position', 'velocity', 'acceleration'))
    ),
    Goal('needless stalls [ticks]', 0.0, None, lambda measures: measures.needless),
    Goal("RMS jerk, of replace's", 1 / 5, YARDSTICK, lambda measures: measures.jerk),
    Goal(
        "tracking error of biased, of the oracle's, while chunks last",
        1.2,
        ORACLE,
        lambda measures: measures.lasting,
        'biased',
    ),
    Goal("tracking error, of the oracle's", 1.2, ORACLE, lambda measures: measures.tracking),
    Goal(
        "tracking error, of the newest chunk's",
        1.2,
        None,
        lambda measures: measures.tracking / measures.missing,
    ),
)


def worst(goal: Goal, strategy: str, results: Results) -> tuple[float, Row]:
    """
    Return how far a strategy is from a goal where it is farthest, and where that is.

    :param results: of the strategy and of the goal's yardstick, at :data:`RATE_HZ` at least.
    """
    rows = [
        row
        for row in results
        if (row.method, row.rate_hz) == (strategy, RATE_HZ) and goal.policy in {None, row.policy}
    ]
    return max(((_value(goal, row, results), row) for row in rows), key=lambda pair: pair[0])


def _value(goal: Goal, row: Row, results: Results) -> float:
    value = goal.figure(results[row])
    if goal.against is None:
        return value
    return value / goal.figure(results[replace(row, method=goal.against)])


def judge(results: Results) -> tuple[tuple[str, ...], Iterable[tuple[str, ...]]]:
    """Return a table of goals and strategies: its head, and its rows."""
    head = ('goal', 'at most', *STRIVING)
    return head, [
        (goal.text, f'{goal.bound:g}', *(_verdict(goal, name, results) for name in STRIVING))
        for goal in GOALS
    ]


def _verdict(goal: Goal, strategy: str, results: Results) -> str:
    value, row = worst(goal, strategy, results)
    word = 'reached' if value <= goal.bound else 'not reached'
    where = f' ({row.policy}, {row.delay_s * 1e3:.0f} ms)' if value else ''
    return f'{word}: {value:.2g}{where}'
