# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The sizes of the network that openpi's JAX arrays are of, from their shapes.

Letters of axes are those of :mod:`pi0_ros.tools.jax_arrays`. No array is read.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
import math
from typing import Any

from pi0_ros.model.config import Pi0Config
from pi0_ros.model.config_file import config_from_json
from pi0_ros.tools.jax_arrays import Row
from pi0_ros.types import InputError

Shape = tuple[int, ...]

# Axes whose length is a multiple of another letter's.
_MULTIPLES = {'e': ('E', 1), 'G': ('E', 3), 'T': ('E', 2), 'O': ('N', 1), 'q': ('p', 1)}
_COLOURS = 3
# The ranks of openpi's two variants with adapters (src/openpi/models/gemma.py, get_config). At
# these the adapters' scale is 1; at others a checkpoint doesn't tell it.
_RANKS = {'R': ('gemma_2b_lora', 16), 'r': ('gemma_300m_lora', 32)}


def sizes_of(rows: Sequence[Row], shapes: Mapping[str, Shape]) -> dict[str, int]:
    """
    Return the size of each axis, by its letter.

    :param shapes: of the arrays, by name.
    :raises InputError: listing the arrays whose shapes don't go together with the others'.
    """
    arrays = [(key, axes, len(row.targets)) for row in rows for key, axes in row.arrays()]
    votes: dict[str, Counter[int]] = defaultdict(Counter)
    for key, axes, _ in arrays:
        for letter, size in zip(axes, shapes[key], strict=False):
            base, times = _MULTIPLES.get(letter, (letter, 1))
            votes[base][size // times] += 1
    sizes = {letter: counter.most_common(1)[0][0] for letter, counter in votes.items()}
    sizes['c'] = _COLOURS
    for letter, (variant, rank) in _RANKS.items():
        if sizes.get(letter, rank) != rank:
            raise InputError(
                f'adapters of rank {sizes[letter]}: only those of {variant}, rank {rank}, can be '
                "merged: the scale of others isn't in a checkpoint"
            )
    problems = []
    for key, axes, parts in arrays:
        bases = [_MULTIPLES.get(letter, (letter, 1)) for letter in axes]
        known = sizes | {'x': parts}
        expected = tuple(known.get(base, 0) * times for base, times in bases)
        if shapes[key] != expected:
            problems.append(f'{key}: found {shapes[key]}, expected {expected}')
    if problems:
        raise InputError('\n    '.join((f'misshapen ({len(problems)}):', *problems)))
    return sizes


def config_of(sizes: Mapping[str, int], *, pi05: bool, choices: Mapping[str, Any]) -> Pi0Config:
    """
    Return the configuration of a network.

    :param choices: what no array tells, as in ``config.json``: ``action_horizon``, and
        ``max_token_len`` and ``discrete_state_input`` where they are not the usual ones.
    :raises InputError: if the sizes make no network, or a choice is none.
    """
    side = math.isqrt(sizes['s'])
    if side**2 != sizes['s']:
        raise InputError(f'pos_embedding: {sizes["s"]} patches make no square picture')
    if sizes['n'] * sizes['h'] != sizes['w']:
        raise InputError(
            f'query/kernel: {sizes["n"]} heads of {sizes["h"]} are not as wide as {sizes["w"]}'
        )
    shared = {
        'depth': sizes['L'],
        'num_heads': sizes['N'],
        'num_kv_heads': sizes.get('K', sizes['N']),
        'head_dim': sizes['H'],
    }
    values = {
        'action_dim': sizes['A'],
        'vision': {
            'hidden_size': sizes['w'],
            'intermediate_size': sizes['m'],
            'num_hidden_layers': sizes['l'],
            'num_attention_heads': sizes['n'],
            'image_size': side * sizes['p'],
            'patch_size': sizes['p'],
        },
        'text': shared | {'width': sizes['D'], 'mlp_dim': sizes['M']},
        'expert': shared | {'width': sizes['E'], 'mlp_dim': sizes['F']},
    }
    return config_from_json(values | dict(choices), pi05=pi05, vocab_size=sizes['V'])
