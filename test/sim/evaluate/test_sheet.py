# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Failures stand first on the sheet, and no sentence is left out."""

from __future__ import annotations

import numpy as np

from pi0_ros.sim.evaluate.sheet import CELLS, FAILURES, SHRUNK_PX, choose, draw_sheet, shrink
from pi0_ros.sim.evaluate.trial import Outcome, Trial
from pi0_ros.sim.task import Task
from pi0_ros.viz.canvas import EXECUTED, PREDICTED


def outcome_of(seed, success, picture=True):
    image = shrink(np.full((480, 640, 3), 128, np.uint8)) if picture else None
    trial = Trial(Task('red'), 'pick up the red cube', seed)
    return Outcome(trial, success, 2.0, None, False, False, False, 9, '', image)


def test_failures_come_first_and_leave_room():
    outcomes = [outcome_of(k, success=k % 2 == 0) for k in range(200)]
    shown = choose(outcomes)
    assert len(shown) == CELLS
    assert [outcome.success for outcome in shown] == [False] * FAILURES + [True] * (
        CELLS - FAILURES
    )
    assert {outcome.trial.seed // 20 for outcome in shown[FAILURES:]} == set(range(10))
    assert choose(outcomes[:10]) == outcomes[1:10:2] + outcomes[:10:2]
    assert choose([outcome_of(0, success=True, picture=False)]) == []


def test_the_colour_tells_how_it_ended():
    for success, there, absent in ((True, EXECUTED, PREDICTED), (False, PREDICTED, EXECUTED)):
        sheet = draw_sheet([outcome_of(1, success)], 'title')
        assert (sheet == there).all(axis=2).sum() >= SHRUNK_PX[1]
        assert not (sheet == absent).all(axis=2).any()


def test_an_empty_sheet_is_a_picture_too():
    assert draw_sheet([], 'nothing').ndim == 3
