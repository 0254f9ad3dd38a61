# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The dialects of config.json, and what is wrong in one."""

from __future__ import annotations

from dataclasses import replace
import json

import pytest

from pi0_ros.model.config import GEMMA, PALIGEMMA_VOCAB_SIZE, Pi0Config, tiny_config
from pi0_ros.model.config_file import config_from_json, config_to_json
from pi0_ros.types import InputError

OPENPI = {
    'action_dim': 32,
    'action_horizon': 10,
    'paligemma_variant': 'gemma_2b',
    'action_expert_variant': 'gemma_300m',
    'precision': 'bfloat16',
}


def read(values, *, pi05=False, vocab_size=PALIGEMMA_VOCAB_SIZE):
    return config_from_json(values, pi05=pi05, vocab_size=vocab_size)


@pytest.mark.parametrize('pi05', [False, True])
def test_openpis_file_gives_the_released_sizes(pi05):
    length = 200 if pi05 else 48
    expected = Pi0Config(horizon=10, pi05=pi05, max_token_len=length, discrete_state=pi05)
    assert read(OPENPI, pi05=pi05) == expected


@pytest.mark.parametrize('pi05', [False, True])
def test_what_is_written_is_read_back(pi05):
    config = replace(tiny_config(pi05=pi05), noise_scale=0.25)
    values = json.loads(json.dumps(config_to_json(config)))
    assert read(values, pi05=pi05, vocab_size=64) == config


def test_lerobots_ways_are_kept():
    config = replace(tiny_config(), rules='lerobot', cameras=(('top',), ('wrist', 'hand')))
    values = json.loads(json.dumps(config_to_json(config)))
    assert read(values, vocab_size=64) == config


def test_constants_may_stand_beside_the_sections():
    values = config_to_json(tiny_config())
    for section, name in (('text', 'rope_theta'), ('expert', 'rope_theta')):
        del values[section][name]
    del values['vision']['layer_norm_eps']
    config = read(values | {'rope_theta': 5.0, 'vision_layer_norm_eps': 0.5}, vocab_size=64)
    assert (config.text.rope_theta, config.expert.rope_theta) == (5.0, 5.0)
    assert config.vision.layer_norm_eps == 0.5


@pytest.mark.parametrize(
    ('change', 'text'),
    [
        ({'action_horizon': None}, 'action_horizon: expected a positive whole number, found None'),
        ({'action_dim': '32'}, "action_dim: expected a positive whole number, found '32'"),
        ({'action_dim': True}, 'action_dim'),
        ({'paligemma_variant': 'gemma_7b'}, 'gemma_7b.*known are.*gemma_2b'),
        ({'pi05': True}, 'pi05 is True, but the weights say False'),
        ({'noise_scale': -1}, 'noise_scale: expected a positive number, found -1'),
        ({'rules': 'lerobot_9'}, "rules: expected one of .*'lerobot_0_4'.*, found 'lerobot_9'"),
        ({'cameras': [[]]}, r'cameras: expected lists of names, found \[\[\]\]'),
        ({'vision': [1]}, r'vision: expected a mapping of sizes, found \[1\]'),
        ({'vision': {'hidden_size': -1}}, 'vision.hidden_size: expected a positive whole'),
        ({'vision': {'depth': 2}}, r"vision: unknown \['depth'\]; known are"),
        ({'text': {'width': 8}}, 'text.depth: expected a positive whole number, found None'),
    ],
)
def test_errors_name_the_key_and_what_was_found(change, text):
    with pytest.raises(InputError, match=text):
        read(OPENPI | change)


def test_a_file_that_is_no_mapping():
    with pytest.raises(InputError, match='expected a mapping'):
        read([])


def test_sections_win_over_variants():
    sizes = {**vars(GEMMA['dummy']), 'width': 32}
    config = read(OPENPI | {'text': sizes, 'action_expert_variant': 'dummy'})
    assert (config.text.width, config.expert) == (32, GEMMA['dummy'])
