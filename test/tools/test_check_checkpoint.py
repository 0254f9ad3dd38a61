# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The check says what a checkpoint is, or what is wrong; loading takes no second copy."""

from __future__ import annotations

from dataclasses import replace
import re
import subprocess
import sys

from checkpoint_rig import write_lerobot
import pytest

from pi0_ros.model.checkpoint import save_checkpoint
from pi0_ros.model.config import tiny_config
from pi0_ros.tools.check_checkpoint import main
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


def alone(*arguments):
    """Run Python in a process of its own, where nothing else takes or gives back memory."""
    done = subprocess.run(
        [sys.executable, *map(str, arguments)], capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.mark.parametrize(('dtype', 'most'), [('float32', 0.2), ('bfloat16', 0.7)])
def test_the_weights_exist_once(tmp_path, dtype, most):
    """As parts of the file's size: nothing but the mapped file, and what a cast must write."""
    model = untrained_model(replace(CONFIG, vocab_size=400_000))
    size = sum(parameter.nbytes for parameter in model.parameters())
    save_checkpoint(model, tmp_path)
    byte_tokenizer().save(str(tmp_path / 'tokenizer.json'))
    text = alone('-m', 'pi0_ros.tools.check_checkpoint', tmp_path, '--dtype', dtype)
    after, beyond = map(int, re.search(r'own pages +(-?\d+) MB .* (-?\d+) MB', text).groups())
    assert 0 <= after <= after + beyond < most * size / 1e6


PAGES = """
import mmap
import torch
from pi0_ros.tools.check_checkpoint import measured

def fresh(count):
    pages = mmap.mmap(-1, count, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    pages.write(b'1' * count)
    return pages

with measured(torch.device('cpu')) as memory:
    fresh(80_000_000).close()
    kept = fresh(40_000_000)
print(memory.own, memory.own_peak)
"""


def test_the_peak_is_seen():
    after, peak = map(int, alone('-c', PAGES).split())
    assert 36e6 < after < 60e6
    assert peak > 76e6
