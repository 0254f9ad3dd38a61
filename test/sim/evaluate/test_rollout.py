# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A trial is judged for what happened in it, and depends on nothing but its seed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pi0_ros.policy.policy import Policy
from pi0_ros.sim.evaluate import FIRST_SEED
from pi0_ros.sim.evaluate.disturb import another
from pi0_ros.sim.evaluate.rollout import rollout
from pi0_ros.sim.evaluate.trial import LIMIT_S, Trial
from pi0_ros.sim.sentences import say
from pi0_ros.sim.task import Task
from pi0_ros.train.demonstrate import SCENE_SEEDS
from pi0_ros.types import InputError

CHECKPOINT = Path(__file__).parents[3] / 'checkpoints' / 'untrained'
PICK, PUT = Task('green'), Task('green', 'blue')


def trial_of(task, seed=FIRST_SEED, **options):
    return Trial(task, say(task), seed, **options)


@pytest.fixture
def brief(monkeypatch):
    """Patience of half a second."""
    monkeypatch.setitem(LIMIT_S, 'pick', 0.5)


def test_no_demonstration_has_these_seeds():
    assert FIRST_SEED >= SCENE_SEEDS


@pytest.mark.parametrize('task', [PICK, PUT])
def test_whoever_does_the_task_succeeds(stage, oracle, task):
    outcome = rollout(stage, oracle, trial_of(task))
    assert outcome.success
    assert outcome.picked
    assert not outcome.wrong
    assert outcome.first_held == 'green'
    assert 1.0 < outcome.time_s < LIMIT_S[outcome.trial.skill]
    assert outcome.picture is None


@pytest.mark.parametrize('task', [PUT, Task('blue', 'red')])
def test_a_delay_does_not_hinder_whoever_plans_far_enough(stage, oracle, task):
    assert rollout(stage, oracle, trial_of(task, latency_s=0.36)).success


def test_whoever_waits_for_each_chunk_succeeds_later(stage, oracle):
    trial = trial_of(PICK, latency_s=0.26)
    prompt, waiting = (
        rollout(stage, oracle, replace(trial, blocking=blocking)) for blocking in (False, True)
    )
    assert waiting.success
    assert waiting.time_s > prompt.time_s + 0.26
    assert waiting.chunks < prompt.chunks


def test_replanning_goes_by_the_trial(stage, oracle):
    often, rarely = (
        rollout(stage, oracle, trial_of(PICK, replan=replan))
        for replan in ('asap', 'on_threshold')
    )
    assert often.success
    assert rarely.success
    assert often.chunks > 3 * rarely.chunks


def test_holding_another_cube_is_counted(stage, oracle):
    trial = replace(trial_of(PICK), sentence=say(Task('red')))
    outcome = rollout(stage, oracle, trial)
    assert not outcome.success
    assert outcome.wrong
    assert not outcome.picked
    assert outcome.first_held == 'red'


def test_patience_ends(stage, still):
    outcome = rollout(stage, still, trial_of(PICK), picture=True)
    assert not outcome.success
    assert outcome.time_s == LIMIT_S['pick']
    assert outcome.chunks == LIMIT_S['pick'] * 5
    assert outcome.first_held is None
    assert outcome.picture.any()


def test_a_cube_that_jumps_is_still_picked_up(stage, oracle):
    plain = rollout(stage, oracle, trial_of(PICK))
    moved = rollout(stage, oracle, trial_of(PICK, moved=True))
    assert moved.success
    assert moved.disturbed
    assert moved.time_s > plain.time_s


def test_a_sentence_that_changes_counts_from_then_on(stage, oracle):
    then = another(PICK, stage.sim.cubes)
    outcome = rollout(stage, oracle, trial_of(PICK, then=then))
    assert outcome.success
    assert outcome.disturbed
    assert outcome.first_held == then.cube
    assert not outcome.wrong
    prompts = [observation.prompt for observation in oracle.observations]
    assert list(dict.fromkeys(prompts)) == [say(PICK), say(then)]


def test_the_first_of_two_sentences_never_counts(stage, oracle, still):
    trial = trial_of(PICK, then=Task('red'))
    assert not rollout(stage, still, trial).success
    unwilling = replace(trial, sentence=say(Task('blue')))  # it never comes near the green cube
    outcome = rollout(stage, oracle, unwilling)
    assert not outcome.success
    assert not outcome.disturbed


def test_shuffled_pictures_show_another_scene(stage, still, brief):
    seen = []
    for shuffled in (False, True):
        rollout(stage, still, trial_of(PICK, shuffled=shuffled))
        seen.append(still.observations[-1].images['cam_high'].astype(int))
    difference = np.abs(seen[0] - seen[1]).max(axis=2)
    assert 50 < (difference > 50).sum() < difference.size / 10  # cubes, not the arms


def test_the_hand_starts_where_the_seed_says(stage, still, brief):
    states = []
    for seed in (FIRST_SEED, FIRST_SEED, FIRST_SEED + 1):
        rollout(stage, still, trial_of(PICK, seed, anywhere=True))
        states.append(still.observations[-1].state)
    np.testing.assert_array_equal(states[0], states[1])
    assert np.abs(states[0] - states[2])[7:].max() > 0.1
    np.testing.assert_allclose(states[0][:7], states[2][:7], atol=1e-3)


def test_noise_is_the_trials_own(stage, brief):
    policy = Policy.load(CHECKPOINT, stage.robot, num_steps=2)
    pictures = [
        rollout(stage, policy, trial_of(PICK, FIRST_SEED + k), picture=True).picture
        for k in (0, 1, 0)
    ]
    np.testing.assert_array_equal(pictures[0], pictures[2])
    assert (pictures[0] != pictures[1]).any()


def test_a_policy_that_can_not_infer_is_an_error(stage, still, brief):
    def refuse(observation, *, rest):
        raise InputError(f'unknown word in "{observation.prompt}"')

    still.infer = refuse
    with pytest.raises(InputError, match='no inference: unknown word in "pick up the green cube"'):
        rollout(stage, still, trial_of(PICK))
