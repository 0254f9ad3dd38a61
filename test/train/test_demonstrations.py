# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A folder of demonstrations holds what was shown, and is refused where it doesn't fit."""

from dataclasses import replace
import importlib.util
import json
from pathlib import Path

import numpy as np
from numpy.testing import assert_array_equal
import pytest

if importlib.util.find_spec('mujoco') is None or importlib.util.find_spec('gym_aloha') is None:
    pytest.skip('mujoco and gym-aloha are not installed', allow_module_level=True)

from pi0_ros.robots.spec import load_robot
from pi0_ros.sim import demonstrator
from pi0_ros.sim.sentences import HELD_OUT, TRAINED
from pi0_ros.sim.task import Task, find_task
from pi0_ros.train import demonstrate as maker
from pi0_ros.train.demonstrations import INDEX, mark_colours, open_demonstrations, phrase
from pi0_ros.types import InputError

CUBES = ('red', 'green', 'blue')


@pytest.fixture(scope='module')
def robot():
    return load_robot(Path(__file__).parents[2] / 'config' / 'robots' / 'aloha_sim.yaml')


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp('demonstrations') / 'small'
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(maker, 'EPISODES_PER_SHARD', 1)
        patch.setattr(maker, 'make_shard', short_shard)
        patch.setattr(maker, 'get_context', lambda _: InPlace())
        maker.demonstrate(folder, 2, seed=3, horizon=50, side=32, jobs=1)
    return folder


class InPlace:
    """A pool that works right here."""

    def Pool(self, _):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    imap = staticmethod(map)


REAL_SHARD = maker.make_shard


def short_shard(*arguments):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demonstrator, 'EPISODE_STEPS', 20)
        return REAL_SHARD(*arguments)


def test_examples_are_pictures_with_sentences_and_plans(folder, robot):
    examples = open_demonstrations(folder, robot, 50)
    assert len(examples) >= 9 * 4
    prompts = set()
    for i in range(len(examples)):
        example, motion = examples[i], examples.motion(i)
        assert_array_equal(example.targets, motion.targets)
        assert_array_equal(example.observation.state, motion.positions)
        assert example.targets.shape == (50, 14)
        assert_array_equal(example.targets[:, :7], np.tile(example.targets[0, :7], (50, 1)))
        assert example.observation.images['cam_high'].shape == (32, 32, 3)
        prompts.add(example.observation.prompt)
    assert len(prompts) > 20
    assert examples[5].observation.prompt == examples[5].observation.prompt


def test_pictures_are_the_right_way_round(folder, robot):
    """The table below is light, the sky above is not."""
    picture = open_demonstrations(folder, robot, 50)[0].observation.images['cam_high']
    assert picture[-4:].mean() > 120
    assert picture[-4:].std() < 30


def test_sentences_mean_their_task_whatever_is_slipped_in():
    rng, task = np.random.default_rng(0), Task('red', 'blue')
    said = [phrase(task, rng) for _ in range(300)]
    assert all(find_task(sentence, CUBES) == task for sentence in said)
    known = {w for phrasing in TRAINED['put'] for w in phrasing.split()} | set(CUBES)
    strange = [sentence for sentence in said if not set(sentence.split()) <= known]
    assert 60 < len(strange) < 180
    assert not any('could' in sentence for sentence in said)
    assert HELD_OUT


def test_marks_are_where_the_colours_are():
    picture = np.zeros((2, 3, 3), np.uint8)
    picture[0, 1] = (200, 20, 20)
    picture[1, 2] = (20, 30, 220)
    marks = mark_colours({'cam': picture}, ['blue', 'red'], CUBES)['cam']
    assert np.argwhere(marks).tolist() == [[0, 1, 2], [1, 0, 1]]
    assert not mark_colours({'cam': picture}, ['blue'], CUBES)['cam'][1].any()


@pytest.mark.parametrize(
    ('change', 'text'),
    [
        ({'rate_hz': 25.0}, r'rate_hz: expected 50.0, found 25.0'),
        ({'cameras': ['cam_low']}, 'cameras'),
        ({'joints': ['waist']}, 'joints'),
        ({'horizon': 10}, 'horizon: expected 50, found 10'),
        ({'format': 0}, 'format'),
        ({'seed': None, 'colour': 1}, 'colour'),
        ({'shards': ['shard_0009.safetensors']}, 'shard_0009'),
    ],
)
def test_what_does_not_fit_is_named(folder, robot, tmp_path, change, text):
    for file in folder.iterdir():
        (tmp_path / file.name).symlink_to(file)
    values = json.loads((folder / INDEX).read_text())
    (tmp_path / INDEX).unlink()
    (tmp_path / INDEX).write_text(json.dumps({**values, **change}))
    with pytest.raises(InputError, match=text):
        open_demonstrations(tmp_path, robot, 50)


def test_a_cut_shard_is_named(folder, robot, tmp_path):
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(
            file.read_bytes()[: None if 'json' in file.name else 999]
        )
    with pytest.raises(InputError, match='shard_0000'):
        open_demonstrations(tmp_path, robot, 50)


def test_another_robot_is_refused(folder, robot):
    with pytest.raises(InputError, match='joints'):
        open_demonstrations(folder, replace(robot, joints=robot.joints[::-1]), 50)


def test_bad_orders_are_refused(tmp_path):
    order = {'seed': 0, 'horizon': 50, 'side': 96, 'jobs': 1}
    with pytest.raises(InputError, match='multiple of 25'):
        maker.demonstrate(tmp_path / 'new', 30, **order)
    with pytest.raises(InputError, match='exists'):
        maker.demonstrate(tmp_path, 25, **order)
