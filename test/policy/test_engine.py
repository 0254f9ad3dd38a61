# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The engine: what flow.sample_actions gives, in timed stages."""

from dataclasses import replace

import pytest
import torch

from pi0_ros.model.config import tiny_config
from pi0_ros.model.flow import sample_actions
from pi0_ros.model.pi0 import Inputs, Pi0
from pi0_ros.policy.engine import EagerEngine, Stopwatch

CPU = torch.device('cpu')


@pytest.mark.parametrize('pi05', [False, True])
def test_stages_equal_the_whole(pi05):
    torch.manual_seed(0)
    config = replace(tiny_config(pi05=pi05), horizon=7)
    model = Pi0(config)
    size = config.vision.image_size
    inputs = Inputs(
        images={'base_0_rgb': torch.rand(1, 3, size, size) * 2 - 1},
        image_masks={'base_0_rgb': torch.tensor([True])},
        tokens=torch.randint(0, config.vocab_size, (1, config.max_token_len)),
        token_mask=torch.arange(config.max_token_len)[None] < 5,
        state=torch.randn(1, config.action_dim),
    )
    noise = torch.randn(1, config.horizon, config.action_dim)
    stopwatch = Stopwatch(CPU)
    actions = EagerEngine(model, 4).sample(inputs, noise, stopwatch)
    assert torch.equal(actions, sample_actions(model, inputs, noise, 4).detach())
    assert not actions.requires_grad
    assert list(stopwatch.milliseconds) == ['vision', 'prefix', 'denoise']


def test_laps_follow_one_another():
    stopwatch = Stopwatch(CPU)
    stopwatch.lap('one')
    stopwatch.lap('two')
    assert list(stopwatch.milliseconds) == ['one', 'two']
    assert all(value >= 0 for value in stopwatch.milliseconds.values())
