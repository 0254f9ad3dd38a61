# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Write a small, complete, untrained π0 checkpoint: ``python -m pi0_ros.tools.untrained DIR``.

It has every file a real one has (sizes, weights, tokenizer, statistics) and is good for showing
that the whole system runs: the robot it drives wanders and accomplishes nothing. The numbers
depend on the seed alone. The statistics are those of a two-armed ALOHA.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
import shutil
import sys

import tokenizers
from tokenizers import decoders, models, pre_tokenizers
import torch

from pi0_ros.model.checkpoint import WEIGHTS, load_checkpoint, save_checkpoint
from pi0_ros.model.config import GemmaConfig, Pi0Config, VisionConfig
from pi0_ros.model.initialise import initialised_model
from pi0_ros.model.pi0 import Pi0
from pi0_ros.model.tokenizer import JSON_FILE, SPECIAL_TOKENS

SEED = 0

CONFIG = Pi0Config(
    vision=VisionConfig(
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=1,
        num_attention_heads=4,
        image_size=96,
        patch_size=16,
    ),
    text=GemmaConfig(width=64, depth=2, mlp_dim=96, num_heads=4, num_kv_heads=1, head_dim=16),
    expert=GemmaConfig(width=32, depth=2, mlp_dim=64, num_heads=4, num_kv_heads=1, head_dim=16),
    vocab_size=len(SPECIAL_TOKENS) + 256,
)

# An untrained velocity is arbitrary; this keeps it below the noise it is added to.
VELOCITY_SCALE = 0.5

ASSET = 'aloha_sim'
# ALOHA's home pose, six joints of one arm [rad], and its gripper, half open.
ARM_MEAN_RAD = (0.0, -0.96, 1.16, 0.0, -0.3, 0.0)
GRIPPER_MEAN = 0.5
# Narrow, so that normalised noise moves the arms by a few degrees.
ARM_STD_RAD = 0.05
GRIPPER_STD = 0.2
# The 1st and 99th percentile of a normal distribution, in standard deviations.
PERCENTILE_99 = 2.326


def untrained_model(config: Pi0Config = CONFIG, seed: int = SEED) -> Pi0:
    """Return a model whose weights depend on nothing but its sizes and the seed."""
    model = initialised_model(config, seed)
    with torch.no_grad():
        model.action_out_proj.weight.mul_(VELOCITY_SCALE)
    return model


def byte_tokenizer() -> tokenizers.Tokenizer:
    """Return a tokenizer with one id for each byte, after the special tokens."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    ids = {token: i for i, token in enumerate((*SPECIAL_TOKENS, *alphabet))}
    tokenizer = tokenizers.Tokenizer(models.BPE(vocab=ids, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(list(SPECIAL_TOKENS))
    return tokenizer


def aloha_statistics(*arm_means_rad: tuple[float, ...]) -> dict[str, list[float]]:
    """Return mean, std and percentiles of two arms and their grippers, in openpi's form."""
    mean = [value for arm in arm_means_rad for value in (*arm, GRIPPER_MEAN)]
    std = [value for arm in arm_means_rad for value in (*(ARM_STD_RAD for _ in arm), GRIPPER_STD)]
    low = [m - PERCENTILE_99 * s for m, s in zip(mean, std, strict=True)]
    high = [m + PERCENTILE_99 * s for m, s in zip(mean, std, strict=True)]
    rounded = {'mean': mean, 'std': std, 'q01': low, 'q99': high}
    return {name: [round(value, 6) for value in values] for name, values in rounded.items()}


def write(folder: Path) -> None:
    """Write the checkpoint into the folder, which is made if it doesn't exist."""
    save_checkpoint(untrained_model(), folder)
    byte_tokenizer().save(str(folder / JSON_FILE))
    assets = folder / 'assets' / ASSET
    assets.mkdir(parents=True, exist_ok=True)
    statistics = {
        'state': aloha_statistics(ARM_MEAN_RAD, ARM_MEAN_RAD),
        # The right arm's actions are relative to the state at the chunk's start.
        'actions': aloha_statistics(ARM_MEAN_RAD, (0.0,) * len(ARM_MEAN_RAD)),
    }
    text = json.dumps({'norm_stats': statistics}, indent=1)
    (assets / 'norm_stats.json').write_text(text + '\n', encoding='utf-8')


def write_untrained_copy(checkpoint: Path, folder: Path) -> None:
    """
    Write another checkpoint's sizes, tokenizer and statistics with untrained weights.

    :param folder: must not exist yet.
    :raises InputError: if the checkpoint can't be loaded.
    """
    _, config = load_checkpoint(checkpoint)
    shutil.copytree(checkpoint, folder, ignore=shutil.ignore_patterns(WEIGHTS))
    save_checkpoint(untrained_model(config), folder)


def main(arguments: list[str] | None = None) -> int:
    """Write the checkpoint into the folder of the command line."""
    parser = argparse.ArgumentParser(prog='pi0_ros.tools.untrained', description=__doc__)
    parser.add_argument('folder', type=Path, metavar='DIR')
    write(parser.parse_args(arguments).folder)
    return 0


if __name__ == '__main__':
    sys.exit(main())
