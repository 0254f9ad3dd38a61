# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Outcomes in figures: rates with their intervals, times, and the table's lines of plain text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
import math
import statistics

from pi0_ros.sim.evaluate.trial import Outcome

Z_95 = 1.959963984540054  # 97.5th percentile of the normal distribution
HEADINGS = ('trials', 'done', 'rate', '95 % of rates', 'another', 'picked', 'median', 'mean')
WIDTHS = (7, 5, 7, 14, 8, 7, 8, 8)
LABEL_WIDTH = 99 - sum(WIDTHS)


@dataclass(frozen=True)
class Row:
    """
    What a group of trials amounts to.

    :param label: what they have in common.
    :param trials: how many.
    :param done: how many succeeded.
    :param interval: 95 % interval of the rate, low and high.
    :param wrong: part of the trials in which another cube was held.
    :param picked: part of the trials in which the right cube was held.
    :param median_s: median time to success [s]; None if there was none.
    :param mean_s: mean time to success [s]; None if there was none.
    """

    label: str
    trials: int
    done: int
    interval: tuple[float, float]
    wrong: float
    picked: float
    median_s: float | None
    mean_s: float | None

    @classmethod
    def of(cls, label: str, outcomes: Sequence[Outcome]) -> Row:
        """Summarise at least one outcome."""
        times_s = [outcome.time_s for outcome in outcomes if outcome.success]
        count = len(outcomes)
        return cls(
            label=label,
            trials=count,
            done=len(times_s),
            interval=wilson(len(times_s), count),
            wrong=sum(outcome.wrong for outcome in outcomes) / count,
            picked=sum(outcome.picked for outcome in outcomes) / count,
            median_s=statistics.median(times_s) if times_s else None,
            mean_s=statistics.fmean(times_s) if times_s else None,
        )

    def __str__(self) -> str:
        """Return the row as a line of the table."""
        low, high = self.interval
        return _line(
            self.label,
            str(self.trials),
            str(self.done),
            _percent(self.done / self.trials),
            f'{100 * low:.1f}-{100 * high:.1f} %',
            _percent(self.wrong),
            _percent(self.picked),
            _seconds(self.median_s),
            _seconds(self.mean_s),
        )


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """
    Return the 95 % interval of a rate, low and high.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference, 1927. It
    holds for few trials and for rates near 0 and 1.

    :param trials: at least one.
    """
    rate, weight = successes / trials, Z_95**2 / trials
    centre = (rate + weight / 2) / (1 + weight)
    spread = Z_95 * math.sqrt(rate * (1 - rate) / trials + weight / trials / 4) / (1 + weight)
    return max(0.0, centre - spread), min(1.0, centre + spread)


def paired_difference(before: Sequence[bool], after: Sequence[bool]) -> tuple[float, float, float]:
    """
    Return by how much a rate has changed in the same trials, and the 95 % interval, low and high.

    D. G. Bonett and R. M. Price, Adjusted Wald confidence interval for a difference of binomial
    proportions based on paired data, 2012. It holds for few trials too.

    :param before: whether each trial succeeded, at least one.
    :param after: of the same trials, otherwise.
    """
    count = len(before)
    changes = [b - a for a, b in zip(before, after, strict=True)]
    won, lost = ((changes.count(sign) + 1) / (count + 2) for sign in (1, -1))
    spread = Z_95 * math.sqrt((won + lost - (won - lost) ** 2) / (count + 2))
    return sum(changes) / count, max(-1.0, won - lost - spread), min(1.0, won - lost + spread)


def rows_by_sentence(outcomes: Sequence[Outcome]) -> list[Row]:
    """Return a row for each sentence."""
    sentences = dict.fromkeys(outcome.trial.sentence for outcome in outcomes)
    return [
        Row.of(sentence, [o for o in outcomes if o.trial.sentence == sentence])
        for sentence in sentences
    ]


def rows_by_skill(label: str, outcomes: Sequence[Outcome]) -> list[Row]:
    """Return a row for each skill that was tried."""
    return [
        Row.of(f'{label}: {skill}', group)
        for skill in ('pick', 'put')
        if (group := [outcome for outcome in outcomes if outcome.trial.skill == skill])
    ]


def _line(label: str, *cells: str) -> str:
    columns = zip(cells, WIDTHS, strict=True)
    return f'{label:{LABEL_WIDTH}}' + ''.join(f'{cell:>{width}}' for cell, width in columns)


def _percent(share: float) -> str:
    return f'{100 * share:.1f} %' if 0 < share < 1 else f'{100 * share:.0f} %'


def _seconds(time_s: float | None) -> str:
    return '-' if time_s is None else f'{time_s:.2f} s'


HEADER = _line('', *HEADINGS)
