# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The command: what it prints and leaves behind, and that processes change nothing."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from pi0_ros.policy.policy import Policy
from pi0_ros.sim.evaluate import FIRST_SEED
from pi0_ros.sim.evaluate import __main__ as command
from pi0_ros.sim.evaluate.pool import Job, play
from pi0_ros.sim.evaluate.rollout import rollout
from pi0_ros.sim.evaluate.table import LABEL_WIDTH
from pi0_ros.sim.evaluate.trial import Trial
from pi0_ros.sim.task import Task

ROOT = Path(__file__).parents[3]
ROBOT = ROOT / 'config' / 'robots' / 'aloha_sim.yaml'
PARAMS = ROOT / 'config' / 'demo_params.yaml'
CHECKPOINT = ROOT / 'checkpoints' / 'untrained'
SENTENCE = 'pick up the red cube'


@pytest.fixture
def played(monkeypatch, stage, oracle, still):
    """Play the jobs here: the checkpoint's by an oracle, those without training by nobody."""
    jobs = []

    def play_here(given, processes):
        jobs.extend(given)
        assert processes == 3
        for job in given:
            policy = oracle if job.checkpoint == CHECKPOINT else still
            yield rollout(stage, policy, job.trial, picture=job.picture)

    monkeypatch.setattr(command, 'play', play_here)
    return jobs


def run(output, *arguments):
    return command.main([
        str(CHECKPOINT), '--robot', str(ROBOT), '--params', str(PARAMS), '--output', str(output),
        '--trials', '1', '--jobs', '3', *arguments,
    ])  # fmt: skip


def test_prints_a_table_and_leaves_files(tmp_path, capsys, played):
    assert run(tmp_path, '--sentences', SENTENCE) == 0
    assert len(played) == 4
    lines = capsys.readouterr().out.splitlines()
    assert max(len(line) for line in lines) <= 99
    rows = {line[:LABEL_WIDTH].strip(): line[LABEL_WIDTH:].split() for line in lines}
    assert rows[SENTENCE][:3] == ['1', '1', '100']
    assert rows['the checkpoint: pick'] == rows[SENTENCE]
    assert rows['untrained weights: pick'][:3] == ['1', '0', '0']
    assert rows["another cube's sentence: pick"][:3] == ['1', '0', '0']
    results = json.loads((tmp_path / 'results.json').read_text())
    assert list(results['conditions']) == ['plain', 'untrained', 'wrong_sentence', 'shuffled']
    plain = results['conditions']['plain']
    assert [row['label'] for row in plain['rows']] == [SENTENCE, 'the checkpoint: pick']
    assert plain['trials'][0]['trial']['seed'] == FIRST_SEED
    assert plain['trials'][0]['success'] is True
    assert cv2.imread(str(tmp_path / 'sheet.png')).ndim == 3


def test_some_conditions_in_fewer_scenes(tmp_path, capsys, played):
    assert run(tmp_path, '--sentences', SENTENCE, '--conditions', 'plain', 'moved',
               '--trials', '2', '--others', '1') == 0  # fmt: skip
    results = json.loads((tmp_path / 'results.json').read_text())['conditions']
    assert {name: len(found['trials']) for name, found in results.items()} == {
        'plain': 2, 'moved': 1,
    }  # fmt: skip


def test_what_is_wrong_is_said(tmp_path, capsys, played):
    assert run(tmp_path, '--sentences', 'dance') == 1
    assert '"dance": expected one of the tasks' in capsys.readouterr().err
    with pytest.raises(SystemExit):
        run(tmp_path, '--trials', '0')
    assert not played


@pytest.mark.slow
def test_processes_change_nothing(stage):
    trials = [Trial(Task('red'), SENTENCE, FIRST_SEED + k) for k in range(2)]
    policy = Policy.load(CHECKPOINT, stage.robot)
    there = list(play([Job(ROBOT, CHECKPOINT, trial, picture=True) for trial in trials], 2))
    for trial, other in zip(trials, there, strict=True):
        here = rollout(stage, policy, trial, picture=True)
        np.testing.assert_array_equal(here.picture, other.picture)
        assert (here.success, here.time_s) == (other.success, other.time_s)
