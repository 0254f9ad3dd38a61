# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The trials are those that the table's labels promise."""

from __future__ import annotations

from collections import Counter

import pytest

from pi0_ros.sim.evaluate import FIRST_SEED
from pi0_ros.sim.evaluate.plan import (
    CONTROLS,
    CUBES,
    PLAIN,
    ROBUSTNESS,
    all_sentences,
    plain_trials,
)
from pi0_ros.sim.evaluate.table import LABEL_WIDTH
from pi0_ros.sim.evaluate.trial import LATENCY_S
from pi0_ros.sim.sentences import HELD_OUT
from pi0_ros.sim.task import find_task
from pi0_ros.types import InputError

CONDITIONS = {condition.name: condition for condition in (PLAIN, *CONTROLS, *ROBUSTNESS)}


def vary(name, trials):
    return [CONDITIONS[name].vary(trial) for trial in trials]


def test_every_sentence_meets_the_same_scenes():
    trials = plain_trials(all_sentences(), 4)
    assert len(trials) == 36
    assert set(Counter(trial.seed for trial in trials).values()) == {9}
    assert min(trial.seed for trial in trials) == FIRST_SEED
    assert all(find_task(trial.sentence, CUBES) == trial.task for trial in trials)
    assert len(all_sentences('pick')) == 3
    assert len(all_sentences('put')) == 6


def test_a_sentence_that_is_no_task_is_refused():
    with pytest.raises(InputError, match='"stand still"'):
        plain_trials(['stand still'], 1)


def test_labels_fit_the_table():
    labels = [f'{condition.label}: pick' for condition in CONDITIONS.values()]
    assert max(map(len, (*labels, *all_sentences()))) <= LABEL_WIDTH


def test_names_and_labels_are_unique():
    assert len(CONDITIONS) == 10
    assert len({condition.label for condition in CONDITIONS.values()}) == 10


def test_a_wrong_sentence_leaves_the_judged_cube_alone():
    for trial in vary('wrong_sentence', plain_trials(all_sentences(), 1)):
        said = find_task(trial.sentence, CUBES)
        assert said.cube != trial.task.cube
        assert (said.onto is None) == (trial.task.onto is None)


def test_every_held_out_phrasing_is_said():
    trials = vary('held_out', plain_trials(all_sentences('pick')[:1], 6))
    assert {t.sentence for t in trials} == {p.format(cube='red') for p in HELD_OUT['pick']}
    assert all(find_task(trial.sentence, CUBES) == trial.task for trial in trials)


def test_disturbances_are_what_they_are_called():
    trials = plain_trials(all_sentences(), 1)
    assert all(trial.moved for trial in vary('moved', trials))
    assert all(trial.then.cube != trial.task.cube for trial in vary('changed', trials))
    assert all(trial.latency_s == LATENCY_S + 0.3 for trial in vary('later_300', trials))
