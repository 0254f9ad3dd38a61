# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Gemma stacks that share one attention: the prefix's, the expert's, or both at once.

Each stack has its own weights for everything that works on one token (projections, norms, MLP);
in every layer the queries, keys and values of all streams meet in a single attention. So the
three ways to run π0 are one function, :func:`run`:

- training: both streams together;
- reading the prefix: its stream alone, which leaves behind its keys and values;
- a denoising step: the expert alone, with those keys and values in front of its own.

This module knows no images, states or times: embeddings, positions and masks come in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from pi0_ros.model.attention import additive, attend
from pi0_ros.model.config import GemmaConfig
from pi0_ros.model.layers import (
    AdaptiveRMSNorm,
    GegluMLP,
    Modulation,
    RMSNorm,
    Rotary,
    add_gated,
    rotary,
    rotate,
)


class KeyValue(NamedTuple):
    """
    What one layer's attention looks at.

    :param key: (B, G, S, E), already rotated to its positions.
    :param value: (B, G, S, E).
    """

    key: Tensor
    value: Tensor


class LayerModulation(NamedTuple):
    """The modulations of a layer's two norms."""

    attention: Modulation
    mlp: Modulation


class Modulations(NamedTuple):
    """The modulations of all norms of a stack, which depend on the condition alone."""

    layers: tuple[LayerModulation, ...]
    final: Modulation


class Projections(nn.Module):
    """The four projections of an attention whose softmax happens elsewhere, with the others'."""

    def __init__(self, config: GemmaConfig) -> None:
        super().__init__()
        queries = config.num_heads * config.head_dim
        keys = config.num_kv_heads * config.head_dim
        self.head_dim = config.head_dim
        self.q_proj = nn.Linear(config.width, queries, bias=False)
        self.k_proj = nn.Linear(config.width, keys, bias=False)
        self.v_proj = nn.Linear(config.width, keys, bias=False)
        self.o_proj = nn.Linear(queries, config.width, bias=False)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return query (B, K, S, E), key (B, G, S, E) and value (B, G, S, E) of x, (B, S, D)."""
        return (
            self._heads(self.q_proj(x)),
            self._heads(self.k_proj(x)),
            self._heads(self.v_proj(x)),
        )

    def _heads(self, x: Tensor) -> Tensor:
        return x.view(*x.shape[:-1], -1, self.head_dim).transpose(1, 2)  # (B, heads, S, E)


class GemmaLayer(nn.Module):
    """
    One transformer layer, in two halves: the shared attention happens between them.

    :param adaptive: draw the norms' scale, shift and gate from a condition.
    """

    def __init__(self, config: GemmaConfig, *, adaptive: bool) -> None:
        super().__init__()
        norm = AdaptiveRMSNorm if adaptive else RMSNorm
        self.input_layernorm = norm(config.width, config.rms_norm_eps)
        self.self_attn = Projections(config)
        self.post_attention_layernorm = norm(config.width, config.rms_norm_eps)
        self.mlp = GegluMLP(config.width, config.mlp_dim)

    def modulation(self, cond: Tensor | None) -> LayerModulation:
        """Return what the condition, (B, D), makes of the two norms."""
        return LayerModulation(
            self.input_layernorm.modulation(cond), self.post_attention_layernorm.modulation(cond)
        )

    def before(self, x: Tensor, modulation: LayerModulation) -> tuple[Tensor, Tensor, Tensor]:
        """Return query, key and value of x, (B, S, D), not yet rotated."""
        return self.self_attn.forward(self.input_layernorm(x, modulation.attention))

    def after(self, x: Tensor, attended: Tensor, modulation: LayerModulation) -> Tensor:
        """Add what attention found, (B, S, K * E), and then the MLP's output to x, (B, S, D)."""
        x = add_gated(x, self.self_attn.o_proj(attended), modulation.attention.gate)
        normed = self.post_attention_layernorm(x, modulation.mlp)
        return add_gated(x, self.mlp(normed), modulation.mlp.gate)


class Gemma(nn.Module):
    """A stack of layers and the final norm. It has no embedding and no vocabulary head."""

    def __init__(self, config: GemmaConfig, *, adaptive: bool = False) -> None:
        super().__init__()
        norm = AdaptiveRMSNorm if adaptive else RMSNorm
        self.config = config
        self.layers = nn.ModuleList(
            [GemmaLayer(config, adaptive=adaptive) for _ in range(config.depth)]
        )
        self.norm = norm(config.width, config.rms_norm_eps)

    def modulations(self, cond: Tensor | None = None) -> Modulations:
        """Return what the condition, (B, D), makes of every norm."""
        layers = tuple(layer.modulation(cond) for layer in self.stack)
        return Modulations(layers, self.norm.modulation(cond))

    @property
    def stack(self) -> tuple[GemmaLayer, ...]:
        """The layers, under their own type."""
        return tuple(cast('GemmaLayer', layer) for layer in self.layers)

    @property
    def dtype(self) -> torch.dtype:
        """The dtype of the hidden states: that of the linear weights."""
        return self.stack[0].self_attn.q_proj.weight.dtype


class Stream(NamedTuple):
    """
    One stack and what goes through it.

    :param embs: (B, S, D), any float dtype.
    """

    gemma: Gemma
    embs: Tensor
    modulations: Modulations


def run(
    streams: Sequence[Stream],
    positions: Tensor,
    mask: Tensor,
    past: Sequence[KeyValue] | None = None,
    *,
    checkpointing: bool = False,
) -> tuple[list[Tensor], list[KeyValue]]:
    """
    Send the streams through their stacks side by side.

    :param positions: of all streams' tokens, one stream after the other, (B, S).
    :param mask: who may look at whom, (B, S, past + S) bool.
    :param past: each layer's keys and values of tokens that came before, or None.
    :param checkpointing: recompute each layer in the backward pass instead of storing it.
    :return: each stream's output after its final norm, (B, S of the stream, D); and the keys and
        values of the S tokens in each layer.
    """
    config, dtype = streams[0].gemma.config, streams[0].gemma.dtype
    rotation = rotary(positions, config.head_dim, config.rope_theta)
    bias = additive(mask, dtype)
    hidden = [stream.embs.to(stream.gemma.dtype) for stream in streams]
    keys_values = []
    columns = (zip(s.gemma.stack, s.modulations.layers, strict=True) for s in streams)
    for i, layers in enumerate(zip(*columns, strict=True)):
        arguments = (layers, hidden, rotation, bias, past[i] if past else None)
        if checkpointing:
            hidden, seen = checkpoint(shared_layer, *arguments, use_reentrant=False)
        else:
            hidden, seen = shared_layer(*arguments)
        keys_values.append(seen)
    outputs = [s.gemma.norm(x, s.modulations.final) for s, x in zip(streams, hidden, strict=True)]
    return outputs, keys_values


def shared_layer(
    layers: Sequence[tuple[GemmaLayer, LayerModulation]],
    hidden: Sequence[Tensor],
    rotation: Rotary,
    bias: Tensor,
    past: KeyValue | None,
) -> tuple[list[Tensor], KeyValue]:
    """Send all streams through one layer; return their hidden states and the new KeyValue."""
    projected = [layer.before(x, m) for (layer, m), x in zip(layers, hidden, strict=True)]
    query, key, value = (torch.cat(parts, dim=2) for parts in zip(*projected, strict=True))
    new = KeyValue(rotate(key, rotation), value)
    seen = new if past is None else KeyValue(*map(_join, past, new))
    attended = attend(rotate(query, rotation), seen.key, seen.value, bias)  # (B, S, K * E)
    shares = torch.split(attended, [x.shape[1] for x in hidden], dim=1)
    return [
        layer.after(x, share, m)
        for (layer, m), x, share in zip(layers, hidden, shares, strict=True)
    ], new


def _join(past: Tensor, new: Tensor) -> Tensor:
    return torch.cat((past, new), dim=2)  # (B, G, past + S, E)
