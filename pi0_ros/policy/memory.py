# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What inference needs of a device's memory, from the sizes alone: nothing is loaded."""

from __future__ import annotations

from typing import NamedTuple

import torch

from pi0_ros.model.config import Pi0Config
from pi0_ros.model.pi0 import Pi0
from pi0_ros.model.precision import parameter_dtypes
from pi0_ros.policy.fused_layers import Matrix
from pi0_ros.policy.pipeline import Pipeline
from pi0_ros.policy.quantization import INT8, NONE, quantize, stored_bytes

GB = 1e9


class Footprint(NamedTuple):
    """
    Memory [byte]. A CUDA context and the libraries' workspaces come on top.

    :param weights: what an engine keeps of the model.
    :param cache: keys and values of the prefix and the suffix.
    :param activations: the largest of what the stages hold at a time.
    """

    weights: int
    cache: int
    activations: int

    @property
    def total(self) -> int:
        """All of it."""
        return sum(self)

    def __str__(self) -> str:
        """Return the sum, written out."""
        parts = ' + '.join(f'{name} {size / GB:.3f}' for name, size in self._asdict().items())
        return f'{parts} = {self.total / GB:.3f} GB'


def footprint(
    config: Pi0Config,
    dtype: torch.dtype,
    cameras: int,
    tokens: int | None = None,
    *,
    batch: int = 1,
    num_steps: int = 10,
    quantization: str = NONE,
) -> Footprint:
    """
    Return what an engine needs for a chunk.

    :param dtype: of the bulk of the weights.
    :param cameras: real pictures, C.
    :param tokens: real ones of language; as many as fit when None.
    :param quantization: one that can be had here; what products of rounded activations take on
        the way is not counted.
    """
    with torch.device('meta'):
        model = Pi0(config)
    dtypes = parameter_dtypes(model, dtype)
    for name, parameter in model.named_parameters():
        parameter.data = parameter.data.to(dtypes[name])
    pipeline = Pipeline(model, num_steps)
    matrices = [one for one in pipeline.modules() if isinstance(one, Matrix)]
    # Weights of 8 bits are made wide again for each product.
    wide = max(one.weight.numel() for one in matrices) if quantization == INT8 else 0
    quantize(pipeline, quantization)
    text, vision = config.text, config.vision
    language = config.max_token_len if tokens is None else tokens
    prefix = cameras * vision.num_patches + language
    place = 2 * text.depth * text.num_kv_heads * text.head_dim
    # In both the MLP is where most is held: what goes round it, and its inner layer as it comes
    # from the projection and from the non-linearity; Gemma's is gated, so that is twice as much.
    seen = cameras * vision.num_patches * (vision.hidden_size + 2 * vision.intermediate_size)
    read = prefix * (text.width + 4 * text.mlp_dim)
    return Footprint(
        weights=kept_bytes(pipeline),
        cache=batch * place * (prefix + pipeline.suffix) * dtype.itemsize,
        activations=(batch * max(seen, read) + wide) * dtype.itemsize,
    )


def kept_bytes(pipeline: Pipeline) -> int:
    """Return what a pipeline keeps of its model takes [byte]."""
    return sum(map(stored_bytes, (*pipeline.parameters(), *pipeline.buffers())))
