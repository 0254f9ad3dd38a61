# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Images to prefix tokens: transformers' SigLIP encoder between our own embedding and projector.

Only the encoder is borrowed: its modules are the same in transformers 4.53 to 5.x, while the
class around it changed its nesting, and its embedding can't feed bfloat16 layers from float32.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint
from transformers import SiglipVisionConfig
from transformers.models.siglip.modeling_siglip import SiglipEncoder

from pi0_ros.model.config import VisionConfig


class ImageEncoder(nn.Module):
    """
    Patches, learned positions, transformer, final norm, projection to the width of the prefix.

    :param width: width of the prefix stream, D.
    """

    def __init__(self, config: VisionConfig, width: int) -> None:
        super().__init__()
        hidden = config.hidden_size
        self.patch_embedding = nn.Conv2d(3, hidden, config.patch_size, config.patch_size)
        self.position_embedding = nn.Embedding(config.num_patches, hidden)
        self.encoder = SiglipEncoder(_transformers_config(config))
        self.post_layernorm = nn.LayerNorm(hidden, eps=config.layer_norm_eps)
        self.projector = nn.Linear(hidden, width)

    def forward(self, images: Tensor, *, checkpointing: bool = False) -> Tensor:
        """
        Return the tokens of each image.

        :param images: (B, 3, S, S) float32 in [-1, 1].
        :param checkpointing: recompute each layer in the backward pass instead of storing it.
        :return: (B, N, D).
        """
        tokens: Tensor = self.projector(self.hidden(images, checkpointing=checkpointing))
        return tokens

    def hidden(self, images: Tensor, *, checkpointing: bool = False) -> Tensor:
        """Return what the projector reads, (B, N, hidden_size)."""
        x = self.patch_embedding(images).flatten(2).transpose(1, 2)  # (B, N, hidden_size)
        x = (x + self.position_embedding.weight).to(self.projector.weight.dtype)
        for layer in self.encoder.layers:
            y = (
                checkpoint(layer, x, None, use_reentrant=False)
                if checkpointing
                else layer(x, None)
            )
            x = y[0] if isinstance(y, tuple) else y  # transformers 4 returns a tuple
        out: Tensor = self.post_layernorm(x)
        return out


def _transformers_config(config: VisionConfig) -> Any:
    """Return our sizes, whose names are transformers' own, with PaliGemma's activation."""
    choices: dict[str, Any] = {'hidden_act': 'gelu_pytorch_tanh', 'attn_implementation': 'sdpa'}
    return SiglipVisionConfig(**asdict(config), **choices)
