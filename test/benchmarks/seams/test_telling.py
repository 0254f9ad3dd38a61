# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Goals, tables and the picture."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from benchmarks import tables
from benchmarks.seams import table
from benchmarks.seams.goals import GOALS, STRIVING, judge, worst
from benchmarks.seams.measures import Measures
from benchmarks.seams.plot import draw
from benchmarks.seams.trace import METHODS, ORACLE, Row, Trace

POLICY = 'biased'  # which counts for every goal
GOOD = Measures(
    worst_jump=np.array([0.001, 0.02, 1.0]), p95_jump=np.array([0.0005, 0.01, 0.5]), handovers=9,
    jerk=100.0, stalled=3, needless=0, tracking=0.02, lasting=0.02, missing=0.02, step=0.01,
    limited=4,
)  # fmt: skip
BAD = replace(
    GOOD,
    worst_jump=100 * GOOD.worst_jump,
    jerk=1e3,
    needless=5,
    tracking=0.1,
    lasting=0.1,
)


@pytest.fixture
def results():
    """All of ours are good but one row of the last strategy; the others are bad."""
    found = {
        Row(POLICY, method, 100.0, delay_s): GOOD if method in STRIVING else BAD
        for delay_s in (0.0, 0.2)
        for method in METHODS
    }
    found[Row(POLICY, STRIVING[-1], 100.0, 0.2)] = replace(BAD, handovers=8)
    found |= {Row(POLICY, ORACLE, 100.0, delay_s): GOOD for delay_s in (0.0, 0.2)}
    found[Row(POLICY, STRIVING[0], 50.0, 0.2)] = BAD  # another rate doesn't count
    return found


def test_goals_are_judged_by_the_worst_row(results):
    (_, _, *names), lines = judge(results)
    assert tuple(names) == STRIVING
    for _, _, *verdicts in lines:
        assert all(verdict.startswith('reached') for verdict in verdicts[:-1])
        assert verdicts[-1].startswith('not reached')
        assert verdicts[-1].endswith('(biased, 200 ms)')


def test_goals_are_relative_to_their_yardstick(results):
    position, tracking = GOALS[0], GOALS[-2]
    assert worst(position, STRIVING[0], results)[0] == pytest.approx(0.01)
    assert worst(tracking, STRIVING[-1], results)[0] == pytest.approx(5.0)


def test_table_has_a_cell_for_every_column(results):
    lines = table.rows(results)
    assert all(len(line) == len(table.HEAD) for line in lines)
    assert lines[0][3:6] == ('block', '9', '0.1 (0.0005)')


@pytest.mark.parametrize(
    ('value', 'text'), [(22290.8, '22291'), (18.31, '18'), (0.000708, '0.00071'), (0.0, '0')]
)
def test_numbers_are_short(value, text):
    assert tables.number(value) == text


def test_tables_in_both_forms():
    head, body = ('a', 'long'), [('x', '1'), ('yy', '2')]
    assert tables.plain(head, body) == 'a   long\nx   1\nyy  2'
    assert tables.markdown(head, body) == '| a | long |\n| --- | --- |\n| x | 1 |\n| yy | 2 |'


def test_region_of_a_document_is_filled_again_and_again(tmp_path):
    file = tmp_path / 'a.md'
    file.write_text('before\n<!-- t -->\n\n<!-- end of t -->\nafter\n')
    for text in ('one', 'two'):
        tables.fill(file, 't', text)
    assert file.read_text() == 'before\n<!-- t -->\ntwo\n<!-- end of t -->\nafter\n'
    with pytest.raises(ValueError, match='no region u'):
        tables.fill(file, 'u', 'x')


def test_picture_is_drawn(results, tmp_path):
    times_ns = np.arange(4_000, 7_000, 10) * 1_000_000
    path = np.sin(times_ns / 1e9)[:, None]
    trace = Trace(
        times_ns, times_ns % 200_000_000 == 0, path, path, path, path, times_ns < 0, limited=0
    )
    shown = Row(POLICY, METHODS[0], 100.0, 0.2)
    draw(tmp_path / 'a.png', dict.fromkeys(METHODS, trace), ('waist',), results, shown)
    picture = cv2.imread(str(tmp_path / 'a.png'))
    blue, green, red = picture.reshape(-1, 3).astype(int).T
    assert ((blue > red + 100) & (blue > green + 60)).sum() > 1000  # crossfade's
