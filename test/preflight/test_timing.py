# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Inferences are quick enough for a chunk, or it is said what would make them so."""

from preflight_rig import make_chunk
import pytest
import torch

from pi0_ros.policy.policy import Inference
from pi0_ros.preflight.timing import ENOUGH_S, TIMED, check_timing, examine_timing, time_inferences


class Slow:
    """A policy that says it took some time, which may depend on PyTorch's threads."""

    def __init__(self, chunk, durations_ms):
        self._chunk = chunk
        self._durations_ms = durations_ms
        self.asked = 0

    def infer(self, observation, *, rest=None):
        self.asked += 1
        return inference(self._chunk, self._durations_ms(self.asked))


def inference(chunk, ms):
    return Inference(chunk, {'vision': ms / 2, 'denoise': ms / 2})


@pytest.fixture
def two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize(
    ('ms', 'points', 'level'),
    [
        ((50, 50, 50), 50, 'PASS'),
        ((50, 60, 5000), 50, 'PASS'),
        ((50, 1200, 1300), 50, 'WARN'),
        ((50, 50, 50), 15, 'WARN'),
        ((400, 500, 600), 15, 'FAIL'),
        ((1200, 1300, 1400), 200, 'FAIL'),
    ],
)
def test_best_and_median(robot, pose, ms, points, level):
    chunk = make_chunk(robot, pose, points)
    finding = check_timing(robot, [inference(chunk, one) for one in ms], 1)
    assert finding.level.name == level
    assert f'best of 3 {min(ms)} ms' in finding.reason
    assert f'median {sorted(ms)[1]} ms' in finding.reason


def test_first_inference_does_not_count(robot, pose):
    policy = Slow(make_chunk(robot, pose), lambda k: 5000.0 if k == 1 else 50.0)
    assert len(time_inferences(policy, None)) == TIMED
    assert examine_timing(robot, policy, None).level.name == 'PASS'


def test_slow_policies_are_not_asked_for_long(robot, pose):
    policy = Slow(make_chunk(robot, pose), lambda _: ENOUGH_S * 600)
    assert len(time_inferences(policy, None)) == 2


@pytest.mark.usefixtures('two_threads')
def test_threads_that_wait_for_each_other_are_a_doubt(robot, pose):
    policy = Slow(
        make_chunk(robot, pose), lambda _: 1200.0 if torch.get_num_threads() > 1 else 90.0
    )
    finding = examine_timing(robot, policy, None)
    assert finding.level.name == 'WARN'
    assert 'OMP_NUM_THREADS=1' in finding.remedy
    assert torch.get_num_threads() == 2


@pytest.mark.usefixtures('two_threads')
def test_policy_that_is_slow_anyhow_fails(robot, pose):
    finding = examine_timing(robot, Slow(make_chunk(robot, pose), lambda _: 1200.0), None)
    assert finding.level.name == 'FAIL'
