# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Rates, intervals and times are right, and a line fits its terminal."""

from __future__ import annotations

import pytest

from pi0_ros.sim.evaluate.table import (
    HEADER,
    Row,
    paired_difference,
    rows_by_sentence,
    rows_by_skill,
    wilson,
)
from pi0_ros.sim.evaluate.trial import Outcome, Trial
from pi0_ros.sim.sentences import say
from pi0_ros.sim.task import Task


def outcome_of(task, success, time_s=2.0, **facts):
    values = {'first_held': None, 'wrong': False, 'picked': success, **facts}
    return Outcome(
        Trial(task, say(task), 0),
        success,
        time_s,
        disturbed=False,
        chunks=9,
        executor='',
        **values,
    )


@pytest.mark.parametrize(
    ('successes', 'trials', 'low', 'high'),
    [
        (0, 10, 0.0, 0.2775),
        (8, 10, 0.4902, 0.9433),
        (50, 100, 0.4038, 0.5962),
        (100, 100, 0.9630, 1.0),
        (1, 1, 0.2065, 1.0),
    ],
)
def test_intervals_are_wilsons(successes, trials, low, high):
    assert wilson(successes, trials) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ('lost', 'won', 'expected'),
    [
        (4, 1, (-0.15, -0.3651, 0.0924)),
        (1, 4, (0.15, -0.0924, 0.3651)),
        (0, 0, (0, -0.126, 0.126)),
    ],
)
def test_a_difference_counts_the_trials_that_changed(lost, won, expected):
    before = [True] * lost + [False] * won + [True] * (20 - lost - won)
    after = [False] * lost + [True] * won + [True] * (20 - lost - won)
    assert paired_difference(before, after) == pytest.approx(expected, abs=5e-5)


def test_a_difference_stays_within_what_there_is():
    assert paired_difference([True], [False])[1] == -1.0
    assert paired_difference([False], [True])[2] == 1.0


def test_a_row_counts():
    outcomes = [
        outcome_of(Task('red'), True, 2.0),
        outcome_of(Task('red'), True, 3.0),
        outcome_of(Task('red'), True, 7.0),
        outcome_of(Task('red'), False, 8.0, wrong=True),
    ]
    row = Row.of('x', outcomes)
    assert (row.trials, row.done, row.wrong, row.picked) == (4, 3, 0.25, 0.75)
    assert (row.median_s, row.mean_s) == (3.0, 4.0)
    line = 'x 4 3 75.0 % 30.1-95.4 % 25.0 % 75.0 % 3.00 s 4.00 s'
    assert ' '.join(str(row).split()) == line


def test_there_is_no_time_to_no_success():
    assert str(Row.of('x', [outcome_of(Task('red'), False)])).split()[-2:] == ['-', '-']


def test_rows_are_grouped():
    tasks = (Task('red'), Task('red', 'blue'), Task('blue'))
    outcomes = [outcome_of(task, True) for task in tasks for _ in range(100)]
    assert [row.label for row in rows_by_sentence(outcomes)] == [say(task) for task in tasks]
    rows = rows_by_skill('label', outcomes)
    assert [(row.label, row.trials) for row in rows] == [('label: pick', 200), ('label: put', 100)]
    assert rows_by_skill('label', outcomes[:100])[0].trials == 100
    assert {len(str(row)) for row in rows} == {99}
    assert len(HEADER) == 99
