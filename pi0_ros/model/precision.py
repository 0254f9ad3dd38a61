# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Which parameters stay float32 when the model runs in bfloat16 or float16.

openpi's choice (src/openpi/models_pytorch/gemma_pytorch.py, to_bfloat16_for_selected_params, and
pi0_pytorch.py): the three transformers are narrow but for Gemma's norms and the image embedding,
whose sums are delicate; everything that touches states, actions or flow time stays float32.
"""

from __future__ import annotations

import torch
from torch import nn

from pi0_ros.model.layers import AdaptiveRMSNorm, RMSNorm
from pi0_ros.model.pi0 import Pi0

# What the bulk of the model may run in.
DTYPES = {'float32': torch.float32, 'bfloat16': torch.bfloat16, 'float16': torch.float16}


def parameter_dtypes(model: Pi0, dtype: torch.dtype) -> dict[str, torch.dtype]:
    """
    Return the dtype each parameter should have when the bulk of the model has the given one.

    :param dtype: torch.float32, torch.bfloat16 or torch.float16.
    :return: parameter name to dtype.
    """
    exact = _float32_parameters(model)
    return {
        name: torch.float32 if parameter in exact else dtype
        for name, parameter in model.named_parameters()
    }


def _float32_parameters(model: Pi0) -> set[nn.Parameter]:
    transformers = (model.vision, model.embed_tokens, model.text, model.expert)
    modules = [child for child in model.children() if child not in transformers]
    modules += [model.vision.patch_embedding, model.vision.position_embedding]
    modules += [m for m in model.modules() if isinstance(m, RMSNorm | AdaptiveRMSNorm)]
    return {parameter for module in modules for parameter in module.parameters()}
