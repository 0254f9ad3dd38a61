# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Checkpoints of a few kilobytes, with random weights, built once."""

from dataclasses import replace
import json
from pathlib import Path
import string

import numpy as np
import pytest
from tokenizers import Regex, Tokenizer, models, pre_tokenizers
import torch

from pi0_ros.model.checkpoint import save_checkpoint
from pi0_ros.model.config import tiny_config
from pi0_ros.model.pi0 import Pi0
from pi0_ros.robots.spec import load_robot
from pi0_ros.types import Observation

ROBOTS = Path(__file__).parents[2] / 'config' / 'robots'


def write_tokenizer(folder):
    """Write one whose tokens are characters."""
    words = ['<bos>', *string.printable]
    vocabulary = {word: index for index, word in enumerate(words)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token='<bos>'))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex('.|\n'), 'isolated')
    tokenizer.save(str(folder / 'tokenizer.json'))


def write_statistics(folder, sizes, asset):
    """Write some, of vectors of these lengths."""
    rng = np.random.default_rng(5)
    stats = {}
    for name, joints in sizes.items():
        low, high = np.sort(rng.normal(0, 0.5, (2, joints)), axis=0)
        stats[name] = {
            'mean': rng.normal(0, 0.3, joints).tolist(),
            'std': rng.uniform(1.0, 2.0, joints).tolist(),
            'q01': (low - 0.1).tolist(),
            'q99': (high + 0.1).tolist(),
        }
    file = folder / 'assets' / asset / 'norm_stats.json'
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({'norm_stats': stats}))


def write_checkpoint(folder, *, pi05=False, **sizes):
    length = 200 if pi05 else 48
    sizes = {'action_dim': 32, 'horizon': 50, 'max_token_len': length, 'vocab_size': 101} | sizes
    torch.manual_seed(1)
    model = Pi0(replace(tiny_config(pi05=pi05), **sizes))
    for parameter in model.parameters():  # as made, π0.5's gates are shut and nothing gets through
        torch.nn.init.normal_(parameter, std=0.2)
    save_checkpoint(model, folder)
    write_tokenizer(folder)
    write_statistics(folder, {'state': 14, 'actions': 14}, 'aloha_sim')
    return folder


@pytest.fixture(scope='session')
def write_stats():
    return write_statistics


@pytest.fixture
def small_checkpoint(tmp_path):
    """A model with fewer action dimensions than the robot has joints."""
    return write_checkpoint(tmp_path, action_dim=8)


@pytest.fixture(scope='session')
def checkpoint(tmp_path_factory):
    return write_checkpoint(tmp_path_factory.mktemp('pi0'))


@pytest.fixture(scope='session')
def checkpoint_pi05(tmp_path_factory):
    return write_checkpoint(tmp_path_factory.mktemp('pi05'), pi05=True)


@pytest.fixture(scope='session')
def robot():
    """The simulated ALOHA, with openpi's mask of relative joints: all but the grippers."""
    robot = load_robot(ROBOTS / 'aloha_sim.yaml')
    arms = tuple(name for name in robot.joint_names if name not in robot.grippers)
    return replace(robot, action_space=replace(robot.action_space, delta=arms))


@pytest.fixture(scope='session')
def observation(robot):
    rng = np.random.default_rng(2)
    images = {name: rng.integers(0, 256, (48, 64, 3), dtype=np.uint8) for name in robot.cameras}
    state = rng.uniform(*robot.position_limits)
    stamps_ns = dict.fromkeys([*images, 'joint_states'], 123_456_789)
    return Observation(123_456_789, images, state, 'pick up the red cube', stamps_ns)


@pytest.fixture(scope='session')
def noise():
    return np.random.default_rng(3).normal(size=(50, 32)).astype(np.float32)
