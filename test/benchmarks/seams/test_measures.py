# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What can be felt of a trace."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.seams.measures import measure, seam_jumps
from benchmarks.seams.trace import Trace

PERIOD_S = 0.01
BEFORE = 10  # commands before the seam
TIMES = (np.arange(20) - BEFORE + 0.5) * PERIOD_S  # zero is in the middle of the seam
AT_SEAM = np.arange(20) == BEFORE


@pytest.mark.parametrize('order', [0, 1, 2])
def test_each_jump_is_seen_alone_and_to_its_size(order):
    jump = 0.3 * TIMES**order / (1, 1, 2)[order]
    path = 1.0 + 2.0 * TIMES - 3.0 * TIMES**2 + np.where(TIMES > 0, jump, 0.0)
    expected = np.zeros(3)
    expected[order] = 0.3
    found = seam_jumps(path[:, None], AT_SEAM, PERIOD_S)
    assert found == pytest.approx(expected[None, :, None], abs=1e-9)


def test_seams_at_the_ends_are_left_out():
    handovers = np.zeros(20, dtype=bool)
    handovers[[2, 18]] = True
    assert seam_jumps(np.zeros((20, 1)), handovers, PERIOD_S).shape == (0, 3, 1)


@pytest.fixture
def trace():
    """A robot that follows two joints' motion at 1 rad/s, 100 ticks."""
    times_ns = np.arange(100) * 10_000_000
    path = np.repeat(times_ns[:, None] / 1e9, 2, axis=1)
    handovers = np.arange(100) == 50
    over = np.zeros(100, dtype=bool)
    return Trace(times_ns, handovers, path, path, path, path - 0.02, over, limited=7)


def test_a_perfect_trace_has_nothing_to_be_felt(trace):
    figures = measure(trace, np.array([True, True]))
    assert figures.worst_jump == pytest.approx(np.zeros(3), abs=1e-9)
    assert figures.jerk == pytest.approx(0.0, abs=1e-6)
    assert (figures.stalled, figures.needless, figures.tracking) == (0, 0, 0.0)
    assert figures.step == pytest.approx(0.01)
    assert (figures.handovers, figures.limited) == (1, 7)


def test_standing_is_needless_where_the_newest_chunk_moves(trace):
    commands = trace.commands.copy()
    commands[20:40] = commands[20]
    before = trace.planned_before.copy()
    before[30:] = trace.planned[30:]  # the chunk has ended
    figures = measure(
        replace(trace, commands=commands, planned_before=before), np.array([True, True])
    )
    assert (figures.stalled, figures.needless) == (18, 8)  # once a point's time has passed
    assert figures.missing == 0.0
    assert figures.tracking > 0.0


def test_joints_that_do_not_count_are_left_out(trace):
    commands = trace.commands.copy()
    commands[50:, 1] += 1.0
    figures = measure(replace(trace, commands=commands), np.array([True, False]))
    assert figures.worst_jump[0] == pytest.approx(0.0, abs=1e-9)
    both = measure(replace(trace, commands=commands), np.array([True, True]))
    assert both.worst_jump[0] == pytest.approx(1.0)
    assert both.step == pytest.approx(1.01)


def test_tracking_while_chunks_last_leaves_out_the_end_and_the_way_back():
    times_ns = np.arange(300) * 10_000_000
    path = np.zeros((300, 1))
    over = np.isin(np.arange(300), [50, 51, 52])
    commands = path.copy()
    commands[50:153] = 1.0  # off until a second after
    commands[200] = 0.2
    trace = Trace(times_ns, over, commands, path, path, path, over, limited=0)
    figures = measure(trace, np.array([True]))
    assert figures.tracking == pytest.approx(np.sqrt((103 + 0.04) / 300))
    assert figures.lasting == pytest.approx(np.sqrt(0.04 / (300 - 103)))
