# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Where the demo's small π0 starts: its sizes and its tokenizer.

``python -m pi0_ros.train.demo_start FOLDER`` writes a checkpoint without weights, which
``python -m pi0_ros.train`` takes as a start. The tokenizer is a byte-level BPE in which every word
of the demo's phrasings is one token; other words fall into pieces, at worst into bytes, so no
sentence is without tokens.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
import sys

import tokenizers
from tokenizers import Regex, models, normalizers, pre_tokenizers, trainers

from pi0_ros.model.checkpoint import CONFIG
from pi0_ros.model.config import GemmaConfig, Pi0Config, VisionConfig
from pi0_ros.model.config_file import config_to_json
from pi0_ros.model.tokenizer import JSON_FILE, SPECIAL_TOKENS
from pi0_ros.sim.scene import CUBE_COLORS
from pi0_ros.sim.sentences import TRAINED, say, skill_of
from pi0_ros.sim.task import all_tasks

# Enough merges to make each word of the phrasings one token; training stops when all are.
VOCABULARY_LIMIT = 1000


def demo_config(vocab_size: int) -> Pi0Config:
    """
    Return the sizes of the demo's π0: a chunk well within 100 ms on one CPU core.

    Actions have as many dimensions as the robot has joints: padded to openpi's 32, more than half
    of what so small an expert has to carry would be noise. Sampled with little noise it makes up
    its mind where it is torn, say whether a cube lies well enough to be let go of.

    :param vocab_size: ids of the tokenizer.
    """
    return Pi0Config(
        vision=VisionConfig(
            hidden_size=96,
            intermediate_size=256,
            num_hidden_layers=2,
            num_attention_heads=4,
            image_size=96,
            patch_size=16,
        ),
        text=GemmaConfig(96, depth=4, mlp_dim=256, num_heads=4, num_kv_heads=1, head_dim=24),
        expert=GemmaConfig(96, depth=4, mlp_dim=192, num_heads=4, num_kv_heads=1, head_dim=24),
        vocab_size=vocab_size,
        action_dim=14,
        horizon=50,
        noise_scale=0.1,
        max_token_len=24,
    )


def train_tokenizer() -> tokenizers.Tokenizer:
    """Return a tokenizer to which every word of the phrasings is one token."""
    # With one thread, ties between merges are broken the same way every time.
    os.environ['TOKENIZERS_PARALLELISM'] = 'false'
    tokenizer = tokenizers.Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Lowercase(), normalizers.Replace(Regex('[.,;:!?]'), '')]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            # Words are the same at the beginning of a sentence and in it.
            pre_tokenizers.Split(' ', 'removed'),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY_LIMIT,
        special_tokens=list(SPECIAL_TOKENS),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    sentences = [
        say(task, phrasing)
        for task in all_tasks(tuple(CUBE_COLORS))
        for phrasing in TRAINED[skill_of(task)]
    ]
    tokenizer.train_from_iterator(sentences, trainer)
    return tokenizer


def write(folder: Path) -> None:
    """Write sizes and tokenizer into a folder, which is made if it doesn't exist."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = train_tokenizer()
    tokenizer.save(str(folder / JSON_FILE))
    sizes = config_to_json(demo_config(tokenizer.get_vocab_size()))
    (folder / CONFIG).write_text(json.dumps(sizes, indent=2) + '\n', encoding='utf-8')


def main(arguments: list[str] | None = None) -> int:
    """Write the folder of the command line."""
    parser = argparse.ArgumentParser(prog='pi0_ros.train.demo_start', description=__doc__)
    parser.add_argument('folder', type=Path)
    write(parser.parse_args(arguments).folder)
    return 0


if __name__ == '__main__':
    sys.exit(main())
