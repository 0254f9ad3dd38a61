# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The check says what a checkpoint is, or what is wrong; loading takes no second copy."""

from __future__ import annotations

from dataclasses import replace
import time

from checkpoint_rig import write_lerobot
import pytest
import torch

from pi0_ros.model.checkpoint import load_checkpoint, save_checkpoint
from pi0_ros.model.config import tiny_config
from pi0_ros.tools.check_checkpoint import main, measured
from pi0_ros.tools.untrained import byte_tokenizer, untrained_model

CONFIG = replace(tiny_config(pi05=True), vocab_size=300)


def test_a_good_checkpoint_is_described(tmp_path, capsys):
    write_lerobot(untrained_model(CONFIG), tmp_path, cameras=('top', 'wrist'))
    byte_tokenizer().save(str(tmp_path / 'tokenizer.json'))
    assert main([str(tmp_path), '--dtype', 'float16']) == 0
    text = capsys.readouterr().out
    assert 'π0.5, rules of lerobot, 5 points of 6 dimensions, pictures top, wrist' in text
    assert 'all found, all finite' in text
    assert 'float16 on cpu' in text
    assert 'tokenizer.json' in text


@pytest.mark.parametrize('name', ['config.json', 'model.safetensors', 'tokenizer.json'])
def test_what_is_missing_is_said(tmp_path, capsys, name):
    save_checkpoint(untrained_model(CONFIG), tmp_path)
    byte_tokenizer().save(str(tmp_path / 'tokenizer.json'))
    (tmp_path / name).unlink()
    assert main([str(tmp_path)]) == 1
    assert name in capsys.readouterr().err


@pytest.mark.parametrize(('dtype', 'most'), [(torch.float32, 0.2), (torch.bfloat16, 0.7)])
def test_the_weights_exist_once(tmp_path, dtype, most):
    """As parts of the file's size: nothing but the mapped file, and what a cast must write."""
    model = untrained_model(replace(CONFIG, vocab_size=400_000))
    size = sum(parameter.nbytes for parameter in model.parameters())
    save_checkpoint(model, tmp_path)
    del model
    with measured(torch.device('cpu')) as memory:
        loaded, _ = load_checkpoint(tmp_path, dtype=dtype)
    assert loaded.embed_tokens.weight.dtype == dtype
    assert memory.own_peak < most * size


def test_the_peak_is_seen():
    with measured(torch.device('cpu')) as memory:
        passing, kept = torch.ones(20_000_000), torch.ones(10_000_000)
        both, deadline_s = passing.nbytes + kept.nbytes, time.monotonic() + 60.0
        while memory.own_peak < 0.8 * both and time.monotonic() < deadline_s:
            pass  # until it was sampled
        del passing
    assert 0.5 * kept.nbytes < memory.own < 1.5 * kept.nbytes
    assert 0.8 * both < memory.own_peak < 1.2 * both
