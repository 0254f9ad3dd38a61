# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The names of the parameters, ours and openpi's, in one table. Knows names only, no tensors.

openpi's are those of the modules it took from transformers 4.53 (PaliGemma around SigLIP and
Gemma), as its examples/convert_jax_model_to_pytorch.py writes them. LeRobot's are openpi's with a
prefix, and in old files with some names of the other model.
"""

from __future__ import annotations

import re

_PALIGEMMA = 'paligemma_with_expert.paligemma.'
_VISION = _PALIGEMMA + 'model.vision_tower.vision_model.'
_EXPERT = 'paligemma_with_expert.gemma_expert.'

# How a name begins here, and there. The first row that fits counts; names that fit no row (the
# projections of states, actions and time) are the same on both sides.
TABLE = (
    ('vision.patch_embedding.', _VISION + 'embeddings.patch_embedding.'),
    ('vision.position_embedding.', _VISION + 'embeddings.position_embedding.'),
    ('vision.projector.', _PALIGEMMA + 'model.multi_modal_projector.linear.'),
    ('vision.', _VISION),
    ('embed_tokens.', _PALIGEMMA + 'model.language_model.embed_tokens.'),
    ('text.', _PALIGEMMA + 'model.language_model.'),
    ('expert.', _EXPERT + 'model.'),
)

_LEROBOT_PREFIX = 'model.'
# Norms that π0.5 does not have: its expert's are adaptive.
_PLAIN_EXPERT_NORM = re.compile(
    re.escape(_EXPERT + 'model.')
    + r'(layers\.\d+\.(input_layernorm|post_attention_layernorm)|norm)\.weight'
)

EMBEDDING = 'embed_tokens.weight'
# Another name of that tensor: safetensors keeps one name of a tensor that has several.
TIED_TO_EMBEDDING = _PALIGEMMA + 'lm_head.weight'

# What a checkpoint may hold that the model has no use for, and why.
IGNORED = {
    _EXPERT + 'lm_head.weight': 'the expert predicts velocities, no words; it was never trained',
}


def openpi_name(name: str) -> str:
    """Return openpi's name of our parameter."""
    for here, there in TABLE:
        if name.startswith(here):
            return there + name.removeprefix(here)
    return name


def openpi_name_of_lerobot(key: str, *, pi05: bool) -> str | None:
    """
    Return openpi's name of a tensor in LeRobot's file; None for one that LeRobot drops.

    Source: huggingface/lerobot, src/lerobot/policies, pi0/modeling_pi0.py and
    pi05/modeling_pi05.py, `_fix_pytorch_state_dict_keys`. As there, only keys without the prefix
    are mended.
    """
    if key.startswith(_LEROBOT_PREFIX):
        return key.removeprefix(_LEROBOT_PREFIX)
    if pi05 and (key.startswith('state_proj.') or _PLAIN_EXPERT_NORM.fullmatch(key)):
        return None
    wrong, right = ('action_time_mlp_', 'time_mlp_') if pi05 else ('time_mlp_', 'action_time_mlp_')
    return right + key.removeprefix(wrong) if key.startswith(wrong) else key
