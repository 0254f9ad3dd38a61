# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Low-rank adapters (Hu et al., arXiv 2106.09685) through the library peft.

As in openpi's LoRA configurations (src/openpi/models/pi0_config.py, get_freeze_filter): both
Gemma stacks and the words' embedding are frozen, their projections get adapters, and the vision
tower and the projections of states, actions and time are trained as they are.
"""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn

from pi0_ros.model.pi0 import Pi0
from pi0_ros.types import InputError

ADAPTER = 'default'
_TARGETS = r'(text|expert)\..*\.(q|k|v|o|gate|up|down)_proj'
_FROZEN = ('text.', 'expert.', 'embed_tokens.')


def add_adapters(model: Pi0, rank: int) -> None:
    """
    Freeze the stacks and put adapters beside their projections.

    :param rank: of the adapters; their scale is 1, since openpi's alpha equals its rank.
    :raises InputError: if peft is not installed.
    """
    try:
        from peft import LoraConfig, inject_adapter_in_model  # noqa: PLC0415  # optional
    except ImportError as error:
        raise InputError('lora_rank: adapters need peft: pip install peft') from error
    trained = {n for n, _ in model.named_parameters() if not n.startswith(_FROZEN)}
    config = LoraConfig(r=rank, lora_alpha=rank, target_modules=_TARGETS)
    inject_adapter_in_model(config, model, adapter_name=ADAPTER)
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(name in trained or '.lora_' in name)


def merged_weights(model: nn.Module, values: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """
    Return the weights of the model without adapters that gives the same.

    :param model: with or without adapters.
    :param values: by the model's names.
    :return: by the names of a model without adapters.
    """
    layers = {n: m for n, m in model.named_modules() if hasattr(m, 'lora_A')}
    inside = tuple(f'{name}.' for name in layers)
    merged = {name: value for name, value in values.items() if not name.startswith(inside)}
    for name, layer in layers.items():
        down, up = (values[f'{name}.lora_{part}.{ADAPTER}.weight'] for part in 'AB')
        delta = (up @ down) * layer.scaling[ADAPTER]
        merged[f'{name}.weight'] = values[f'{name}.base_layer.weight'] + delta
    return merged
