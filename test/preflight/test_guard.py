# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Nothing leaves the policy before the first observation has passed."""

import numpy as np
import pytest

from pi0_ros.preflight.findings import failure, passed, warning
from pi0_ros.preflight.guard import MODES, Guard, guard
from pi0_ros.types import InputError, Observation

FAIL = failure('joint order', 'a and b look exchanged', 'look')


class Script:
    """Policy and examiner: answers what it is told to."""

    def __init__(self, *findings):
        self.findings = list(findings)
        self.examined = 0

    def infer(self, observation, *, rest=None):
        return f'chunk of {observation}'

    def examine(self, observation, inference):
        assert inference == f'chunk of {observation}'
        self.examined += 1
        return self.findings


def make(script, mode='refuse'):
    said = []
    return Guard(script, script.examine, mode, said.append), said


def test_good_robot_is_examined_once():
    script = Script(passed('a', 'good'), warning('b', 'dark', 'light'))
    guarded, said = make(script)
    assert [guarded.infer(k) for k in range(3)] == ['chunk of 0', 'chunk of 1', 'chunk of 2']
    assert script.examined == 1
    assert [finding.check for finding in said] == ['b']


def test_refusal_lasts_until_armed_anew():
    script = Script(FAIL)
    guarded, _ = make(script)
    with pytest.raises(InputError, match='a and b look exchanged -> look'):
        guarded.infer(0)
    script.findings = []
    with pytest.raises(InputError, match='exchanged'):
        guarded.infer(1)
    assert script.examined == 1
    assert 'exchanged' in guarded.refusal
    guarded.arm()
    assert not guarded.refusal
    assert guarded.infer(2) == 'chunk of 2'


def test_warn_only_says():
    script = Script(FAIL)
    guarded, said = make(script, 'warn')
    assert guarded.infer(0) == 'chunk of 0'
    assert said == [FAIL]
    assert not guarded.refusal


def test_skip_does_not_look():
    script = Script(FAIL)
    guarded, said = make(script, 'skip')
    assert guarded.infer(0) == 'chunk of 0'
    assert not script.examined
    guarded.check([FAIL])
    assert not said


def test_modes_are_words_for_yaml():
    yaml = pytest.importorskip('yaml')
    assert all(yaml.safe_load(mode) == mode for mode in MODES)


def test_real_policy_is_let_through_or_refused(robot, subject, pose):
    rng = np.random.default_rng(0)
    images = {name: rng.integers(0, 256, (96, 96, 3), np.uint8) for name in robot.cameras}
    said = []
    guarded = guard(robot, subject.policy, 'refuse', said.append)
    guarded.infer(Observation(1, images, pose, 'pick up the red cube', {}))
    assert not said
    guarded.arm()
    pose[[1, 2]] = pose[[2, 1]]
    with pytest.raises(InputError, match='left_shoulder and left_elbow look exchanged'):
        guarded.infer(Observation(2, images, pose, 'pick up the red cube', {}))


def test_policy_whose_statistics_are_elsewhere_is_checked_by_the_limits(robot, subject, pose):
    class Remote:
        def infer(self, observation, *, rest=None):
            return subject.policy.infer(observation)

    images = {name: np.full((96, 96, 3), 90, np.uint8) for name in robot.cameras}
    guarded = guard(robot, Remote(), 'refuse', print)
    pose[[8, 9]] = pose[[9, 8]]  # which only the statistics could tell
    guarded.infer(Observation(1, images, pose, 'pick up the red cube', {}))
    guarded.arm()
    pose[8] = 3.0
    with pytest.raises(InputError, match='joint limits: outside: right_shoulder'):
        guarded.infer(Observation(2, images, pose, 'pick up the red cube', {}))
