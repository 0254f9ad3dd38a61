# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A tiny π0 and a tiny π0.5 with inputs that have padding and a masked camera."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from pi0_ros.model.config import tiny_config
from pi0_ros.model.pi0 import Inputs
from pi0_ros.tools.untrained import untrained_model

BATCH = 2


@pytest.fixture(scope='session')
def reference():
    """Return the folder of the recorded reference vectors."""
    return Path(__file__).parents[1] / 'reference'


@pytest.fixture(params=[False, True], ids=['pi0', 'pi05'])
def model(request):
    torch.manual_seed(1)
    model = untrained_model(tiny_config(pi05=request.param))
    with torch.no_grad():  # a bias or norm weight of zero would hide its own loss
        for parameter in model.parameters():
            parameter.add_(0.05 * torch.randn_like(parameter))
    return model


@pytest.fixture
def inputs(model):
    generator = torch.Generator().manual_seed(2)
    config, size = model.config, model.config.vision.image_size
    slots = ('base_0_rgb', 'left_wrist_0_rgb')
    length = config.max_token_len
    shape = (BATCH, length)
    return Inputs(
        {slot: torch.rand(BATCH, 3, size, size, generator=generator) * 2 - 1 for slot in slots},
        {slots[0]: torch.tensor([True, False]), slots[1]: torch.tensor([True, True])},
        torch.randint(config.vocab_size, shape, generator=generator),
        torch.arange(length) < torch.tensor([[length], [3]]),
        torch.randn(BATCH, config.action_dim, generator=generator),
    )


@pytest.fixture
def chunk(model):
    """Return random actions, noise and times."""
    generator = torch.Generator().manual_seed(3)
    shape = (BATCH, model.config.horizon, model.config.action_dim)
    actions, noise = torch.randn(2, *shape, generator=generator)
    return actions, noise, torch.tensor([0.3, 0.9])
