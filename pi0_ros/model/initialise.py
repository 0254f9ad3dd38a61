# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Weights to begin with: every part gives about as much as it takes."""

from __future__ import annotations

import torch
from torch import nn

from pi0_ros.model.config import Pi0Config
from pi0_ros.model.layers import AdaptiveRMSNorm
from pi0_ros.model.pi0 import Pi0


def initialised_model(config: Pi0Config, seed: int) -> Pi0:
    """Return a model whose weights depend on nothing but its sizes and the seed."""
    generator = torch.Generator().manual_seed(seed)
    model = Pi0(config)
    # Adaptive norms begin with their gates shut, as they are made.
    kept = {m for norm in model.modules() if isinstance(norm, AdaptiveRMSNorm)
            for m in norm.modules()}  # fmt: skip
    with torch.no_grad():
        for module in model.modules():
            if module not in kept:
                _initialise(module, generator)
    return model


def _initialise(module: nn.Module, generator: torch.Generator) -> None:
    """Draw a module's own weights so that what it gives is as large as what it takes."""
    if isinstance(module, nn.Linear | nn.Conv2d):
        inputs = module.weight[0].numel()
        nn.init.normal_(module.weight, std=inputs**-0.5, generator=generator)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Embedding):
        nn.init.normal_(module.weight, std=module.embedding_dim**-0.5, generator=generator)
