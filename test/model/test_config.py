# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Sizes that can't work together are refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pi0_ros.model.config import GEMMA, Pi0Config, tiny_config
from pi0_ros.types import InputError


@pytest.mark.parametrize('name', ['depth', 'num_heads', 'num_kv_heads', 'head_dim'])
def test_the_streams_must_be_able_to_share_attention(name):
    expert = replace(GEMMA['gemma_300m'], **{name: 2})
    with pytest.raises(InputError, match=name):
        Pi0Config(expert=expert)


def test_heads_must_divide():
    config = tiny_config()
    with pytest.raises(InputError, match='vision: 32 is not a multiple of 5'):
        replace(config, vision=replace(config.vision, num_attention_heads=5))


def test_released_image_tokens():
    assert Pi0Config().vision.num_patches == 256
