# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Rows of the table, run."""

import numpy as np
import pytest

from benchmarks.seams.__main__ import ROBOT
from benchmarks.seams.measures import measure
from benchmarks.seams.policies import Synthetic
from benchmarks.seams.trace import METHODS, ORACLE, Row, run
from pi0_ros.robots.spec import load_robot


class Sure(Synthetic):
    """A policy that never misses, for a short motion."""

    OFFSET = DRIFT = NOISE = 0.0
    duration_s = 5.0


@pytest.fixture(scope='module')
def robot():
    return load_robot(ROBOT)


def run_row(robot, method, delay_s=0.1, rate_hz=50.0):
    return run(Row('sure', method, rate_hz, delay_s), robot, Sure(robot), spike=False)


@pytest.mark.parametrize('method', METHODS)
def test_every_method_can_be_run(robot, method):
    trace = run_row(robot, method)
    arms = ~np.isin(robot.joint_names, list(robot.grippers))
    figures = measure(trace, arms)
    assert figures.handovers > 2
    assert figures.missing < 1e-3
    assert (figures.needless > 0) == (method == 'block')
    assert (figures.tracking < 0.01) == (method != 'block')


def test_oracle_has_no_slow_inference(robot):
    trace = run(Row('sure', ORACLE, 50.0, 0.0), robot, Sure(robot))
    every = np.diff(np.flatnonzero(trace.handovers))
    assert set(every) == {5}  # ten times a second


def test_oracle_has_as_many_chunks_as_others_and_none_is_late(robot):
    oracle = run(Row('sure', ORACLE, 50.0, 0.4), robot, Sure(robot))
    others = run_row(robot, 'crossfade', delay_s=0.4)
    assert abs(int(oracle.handovers.sum()) - int(others.handovers.sum())) <= 1
    assert not oracle.over.any()


def test_slow_inference_makes_everyone_wait(robot):
    slow = run(Row('sure', 'crossfade', 50.0, 0.1), robot, Sure(robot))
    assert np.diff(np.flatnonzero(slow.handovers)).max() >= 50


def test_runs_repeat(robot):
    first, again = (run_row(robot, 'rtc') for _ in range(2))
    assert (first.commands == again.commands).all()
    assert (first.handovers == again.handovers).all()
