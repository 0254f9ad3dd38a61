# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The untrained checkpoint is complete, small, the same every time, and moves the robot little."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
import torch

from pi0_ros.model.checkpoint import WEIGHTS, load_checkpoint, save_checkpoint
from pi0_ros.model.flow import sample_actions
from pi0_ros.model.pi0 import Inputs
from pi0_ros.model.tokenizer import Tokenizer
from pi0_ros.tools.untrained import ASSET, CONFIG, main, write_untrained_copy

SLOTS = ('base_0_rgb', 'left_wrist_0_rgb', 'right_wrist_0_rgb')


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp('untrained')
    assert main([str(folder)]) == 0
    return folder


def test_it_is_the_same_every_time(folder, tmp_path):
    main([str(tmp_path)])
    files = [file.relative_to(folder) for file in folder.rglob('*') if file.is_file()]
    assert len(files) == 4
    for file in files:
        assert (folder / file).read_bytes() == (tmp_path / file).read_bytes()


def test_it_is_small(folder):
    assert sum(f.stat().st_size for f in folder.rglob('*') if f.is_file()) < 800_000
    assert (folder / WEIGHTS).stat().st_mode & 0o044 == 0o044


def test_it_loads_strictly_and_samples(folder):
    model, config = load_checkpoint(folder)
    assert config == CONFIG
    tokens, mask = Tokenizer.load(folder, config).tokenize_prompt('transfer the cube')
    size = config.vision.image_size
    generator = torch.Generator().manual_seed(0)
    inputs = Inputs(
        {slot: torch.rand(1, 3, size, size, generator=generator) * 2 - 1 for slot in SLOTS},
        {slot: torch.ones(1, dtype=torch.bool) for slot in SLOTS},
        torch.from_numpy(tokens)[None],
        torch.from_numpy(mask)[None],
        torch.zeros(1, config.action_dim),
    )
    noise = torch.randn(1, config.horizon, config.action_dim, generator=generator)
    with torch.inference_mode():
        actions = sample_actions(model, inputs, noise, 10)
        other = sample_actions(model, inputs._replace(state=inputs.state + 1), noise, 10)
    assert actions.shape == (1, 50, 32)
    moved = (actions - noise).abs().mean()
    assert 0.05 < moved < 1
    assert not torch.allclose(actions, other, atol=1e-3)


def test_statistics_are_complete(folder):
    path = folder / 'assets' / ASSET / 'norm_stats.json'
    statistics = json.loads(path.read_text())['norm_stats']
    assert set(statistics) == {'state', 'actions'}
    for values in statistics.values():
        mean, std, q01, q99 = (np.array(values[n]) for n in ('mean', 'std', 'q01', 'q99'))
        assert mean.shape == std.shape == (14,)
        assert (std > 0).all()
        assert (q01 < mean).all()
        assert (mean < q99).all()


def test_a_copy_of_a_checkpoint_loses_its_training_alone(folder, tmp_path):
    trained, copy = tmp_path / 'trained', tmp_path / 'copy'
    shutil.copytree(folder, trained)
    model, _ = load_checkpoint(folder)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.fill_(0.5)
    save_checkpoint(model, trained)
    write_untrained_copy(trained, copy)
    files = [file.relative_to(folder) for file in folder.rglob('*') if file.is_file()]
    for file in files:
        assert (copy / file).read_bytes() == (folder / file).read_bytes()
