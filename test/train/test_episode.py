# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""An episode is checked when it is made, and its examples repeat the last target at its end."""

from dataclasses import replace

import numpy as np
from numpy.testing import assert_array_equal
import pytest
from training_rig import CAMERAS

from pi0_ros.train.episode import Episode, EpisodeExamples
from pi0_ros.types import InputError


def make(count=4, **change):
    values = {
        'name': 'bag 7',
        'prompt': 'pick up the cup',
        'stamps_ns': np.arange(1, count + 1) * 20_000_000,
        'positions': np.arange(count * 14.0).reshape(count, 14),
        'targets': np.arange(count * 14.0).reshape(count, 14) + 0.5,
        'pictures': {c: np.full((count, 8, 8, 3), i, np.uint8) for i, c in enumerate(CAMERAS)},
    }
    return Episode(**{**values, **change})


def test_examples_follow_each_other(robot):
    examples = EpisodeExamples([make(4), make(3, prompt='put it down')], robot, horizon=3)
    assert len(examples) == 7
    example = examples[1]
    assert example.observation.prompt == 'pick up the cup'
    assert example.observation.stamp_ns == 40_000_000
    assert_array_equal(example.observation.state, np.arange(14.0) + 14)
    assert_array_equal(example.targets[:, 0], [14.5, 28.5, 42.5])
    assert_array_equal(examples[3].targets[:, 0], [42.5, 42.5, 42.5])
    assert_array_equal(examples.motion(2).targets, examples[2].targets)
    assert examples[6].observation.prompt == 'put it down'
    assert examples[6].observation.images['cam_right_wrist'].max() == 1
    with pytest.raises(IndexError):
        examples[7]


@pytest.mark.parametrize(
    ('change', 'text'),
    [
        ({'count': 0}, 'bag 7: the episode is empty'),
        ({'prompt': ' '}, 'bag 7: command'),
        ({'stamps_ns': np.array([1, 2, 2, 3])}, 'bag 7: time does not increase at instant 2'),
        ({'positions': np.full((4, 14), np.nan)}, 'bag 7: positions'),
        ({'targets': np.zeros((3, 14))}, 'bag 7: targets'),
        ({'targets': np.zeros(4)}, 'bag 7: targets'),
        ({'pictures': {'cam_high': np.zeros((3, 8, 8, 3))}}, 'camera cam_high: 3 pictures for 4'),
    ],
)
def test_what_is_wrong_is_named(change, text):
    with pytest.raises(InputError, match=text):
        make(**change)


def test_another_robot_is_refused(robot):
    one = make().pictures['cam_high']
    for episode, text in (
        (make(positions=np.zeros((4, 7))), 'positions: 7 joints'),
        (make(pictures={'cam_high': one}), 'no pictures of camera cam_right_wrist'),
        (make(pictures={**make().pictures, 'cam_low': one}), 'camera cam_low: unknown'),
    ):
        with pytest.raises(InputError, match=text):
            EpisodeExamples([episode], robot, 3)
    with pytest.raises(InputError, match='no episodes'):
        EpisodeExamples([], robot, 3)
    masked = {n: replace(c, missing='mask') for n, c in robot.cameras.items()}
    spare = replace(robot, cameras=masked)
    assert len(EpisodeExamples([make(pictures={'cam_high': one})], spare, 3)) == 4
