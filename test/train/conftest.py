# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The small checkpoint, and what prepares examples for it."""

import pytest
from training_rig import CHECKPOINT, ROBOT_FILE

from pi0_ros.model.checkpoint import load_checkpoint
from pi0_ros.model.tokenizer import Tokenizer
from pi0_ros.policy.preprocess import Preprocessor
from pi0_ros.robots.norm_stats import load_norm_stats
from pi0_ros.robots.spec import load_robot


@pytest.fixture(scope='session')
def robot():
    return load_robot(ROBOT_FILE)


@pytest.fixture
def model():
    return load_checkpoint(CHECKPOINT)[0]


@pytest.fixture(scope='session')
def preprocessor(robot):
    _, config = load_checkpoint(CHECKPOINT)
    stats = load_norm_stats(CHECKPOINT / 'assets' / 'aloha_sim' / 'norm_stats.json', 'z_score')
    return Preprocessor(robot, config, Tokenizer.load(CHECKPOINT, config), stats)
