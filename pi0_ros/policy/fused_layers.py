# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The layers of the model, arranged for inference: the same numbers from fewer operations.

Projections of one input are one matrix, and the heads that share a key are one long query. They
know no images, states or times. The readable form is :mod:`pi0_ros.model.gemma`'s; letters in
shapes are :mod:`pi0_ros.model`'s, with R = K / G the queries' heads that share a key's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from pi0_ros.model.config import GemmaConfig
from pi0_ros.model.gemma import GemmaLayer, KeyValue, LayerModulation
from pi0_ros.model.layers import Rotary, add_gated, rms_norm, rotate
from pi0_ros.policy.onednn import multiply, pack, prefers_onednn


class Matrix(nn.Linear):
    """A linear layer that multiplies with the faster of two libraries; see :mod:`.onednn`."""

    onednn = False

    def pack(self) -> None:
        """Keep the weight only as oneDNN reads it, if that is who multiplies."""
        if self.onednn:
            pack(self)

    def forward(self, x: Tensor) -> Tensor:
        """Return x, (..., in_features), times the matrix."""
        if not self.onednn or torch.compiler.is_compiling():
            return F.linear(x, self.weight, self.bias)
        return multiply(x, self)


def fused(*linears: nn.Linear) -> Matrix:
    """
    Return one layer that gives what several give for the same input, side by side.

    Their weights become views of its, so that nothing exists twice.
    """
    sizes = [linear.out_features for linear in linears]
    with torch.device('meta'):
        one = Matrix(linears[0].in_features, sum(sizes), bias=linears[0].bias is not None)
    for name in ('weight', 'bias'):
        if getattr(one, name) is None:
            continue
        parts = [getattr(linear, name) for linear in linears]
        whole = torch.cat([part.detach() for part in parts])
        setattr(one, name, nn.Parameter(whole, requires_grad=False))
        for linear, part, view in zip(linears, parts, torch.split(whole, sizes), strict=True):
            setattr(linear, name, nn.Parameter(view, requires_grad=part.requires_grad))
    wide = one.weight.dtype == torch.float32 and one.weight.device.type == 'cpu'
    one.onednn = wide and prefers_onednn(one.weight.numel())
    return one


class VisionLayer(nn.Module):
    """
    One layer of the vision tower.

    :param layer: transformers' ``SiglipEncoderLayer``.
    :param heads: of its attention.
    """

    def __init__(self, layer: Any, heads: int) -> None:
        super().__init__()
        attention = layer.self_attn
        self.heads = heads
        self.norm1, self.norm2 = layer.layer_norm1, layer.layer_norm2
        self.qkv = fused(attention.q_proj, attention.k_proj, attention.v_proj)
        self.out = fused(attention.out_proj)
        self.up, self.down = fused(layer.mlp.fc1), fused(layer.mlp.fc2)

    def forward(self, x: Tensor) -> Tensor:
        """Return the tokens of each picture, (M, N, hidden_size), a layer on."""
        parts = self.qkv(self.norm1(x)).unflatten(-1, (3, self.heads, -1))  # (M, N, 3, heads, E)
        query, key, value = parts.permute(2, 0, 3, 1, 4)  # (M, heads, N, E) each
        attended = F.scaled_dot_product_attention(query, key, value)
        x = x + self.out(attended.transpose(1, 2).flatten(2))
        inner = F.gelu(self.up(self.norm2(x)), approximate='tanh')
        out: Tensor = x + self.down(inner)
        return out


class View(NamedTuple):
    """
    How the tokens of a pass see.

    :param rotation: of their positions, (B, S, 1, E).
    :param bias: added to the logits, (B, 1, 1 or S * R, Sk) finite; None where all is seen.
    """

    rotation: Rotary
    bias: Tensor | None


class StreamLayer(nn.Module):
    """
    One layer of a Gemma that is alone with its keys.

    :param keys_only: go no further than keys and values, as the prefix's last layer may.
    :param few: expect few queries, as the suffix has.
    """

    def __init__(
        self,
        layer: GemmaLayer,
        config: GemmaConfig,
        *,
        keys_only: bool = False,
        few: bool = False,
    ) -> None:
        super().__init__()
        attention, mlp = layer.self_attn, layer.mlp
        self.queries = 0 if keys_only else config.num_heads
        self.few = few
        self.keys = config.num_kv_heads
        self.head_dim, self.eps = config.head_dim, config.rms_norm_eps
        if keys_only:
            self.qkv = fused(attention.k_proj, attention.v_proj)
        else:
            self.qkv = fused(attention.q_proj, attention.k_proj, attention.v_proj)
            self.out = fused(attention.o_proj)
            self.gate_up = fused(mlp.gate_proj, mlp.up_proj)
            self.down = fused(mlp.down_proj)

    def project(
        self, x: Tensor, modulation: LayerModulation, rotation: Rotary
    ) -> tuple[Tensor, KeyValue]:
        """Return the query of x, (B, S, K, E), and its key and value, (B, G, S, E)."""
        normed = rms_norm(x, modulation.attention, self.eps)
        parts = self.qkv(normed).unflatten(-1, (-1, self.head_dim))  # (B, S, K + 2G, E)
        turned = rotate(parts[:, :, : -self.keys], rotation)
        query, key = torch.split(turned, [self.queries, self.keys], dim=2)
        return query, KeyValue(key.transpose(1, 2), parts[:, :, -self.keys :].transpose(1, 2))

    def forward(
        self,
        x: Tensor,
        modulation: LayerModulation,
        view: View,
        room: KeyValue,
        *,
        apart: bool = False,
    ) -> Tensor:
        """
        Return x, (B, S, D), a layer on; as it is, if only keys and values were wanted.

        :param room: what is seen, (B, G, Sk, E), the last S places being x's own.
        :param apart: leave the room as it is, as derivatives need it, else fill those places.
        """
        query, new = self.project(x, modulation, view.rotation)
        key, value = (_placed(*pair, apart=apart) for pair in zip(room, new, strict=True))
        if not self.queries:
            return x
        find = _find_in_products if self.few and x.is_cuda else F.scaled_dot_product_attention
        attended = _attend(query, key, value, view.bias, find)
        x = add_gated(x, self.out(attended), modulation.attention.gate)
        gate, up = self.gate_up(rms_norm(x, modulation.mlp, self.eps)).chunk(2, dim=-1)
        inner = F.gelu(gate, approximate='tanh') * up
        return add_gated(x, self.down(inner), modulation.mlp.gate)


def _placed(room: Tensor, new: Tensor, *, apart: bool) -> Tensor:
    """Return the room with its last places taken."""
    count = new.shape[2]
    if apart:
        return torch.cat((room[:, :, :-count], new), dim=2)
    room[:, :, -count:] = new
    return room


Find = Callable[..., Tensor]


def _attend(query: Tensor, key: Tensor, value: Tensor, bias: Tensor | None, find: Find) -> Tensor:
    """
    Return what each query finds, heads side by side, (B, S, K * E).

    Heads that share a key stand below one another as one long query: the key is read once.

    :param query: (B, S, K, E).
    :param key: (B, G, Sk, E).
    :param value: (B, G, Sk, E).
    :param find: PyTorch's scaled_dot_product_attention, or what gives the same.
    """
    batch, length, heads, width = query.shape
    groups = key.shape[1]
    grouped = query.view(batch, length, groups, -1, width).transpose(1, 2)  # (B, G, S, R, E)
    out = find(grouped.flatten(2, 3), key, value, attn_mask=bias)
    out = out.view(batch, groups, length, -1, width).transpose(1, 2)  # (B, S, G, R, E)
    return out.reshape(batch, length, heads * width)


def _find_in_products(
    query: Tensor, key: Tensor, value: Tensor, attn_mask: Tensor | None
) -> Tensor:
    """
    Return what PyTorch's scaled_dot_product_attention does, in two products of matrices.

    Its kernel gives 64 queries to a block, so a suffix's 400 keep 7 of a GPU's hundred
    multiprocessors busy; products are cut in both directions. Dividing at the end keeps
    torch.compile from putting that kernel in its place.
    """
    scores = (query * query.shape[-1] ** -0.5 @ key.transpose(-1, -2)).float()
    if attn_mask is not None:
        scores = scores + attn_mask
    weights = (scores - scores.amax(-1, keepdim=True)).exp()
    found: Tensor = weights.to(value.dtype) @ value / weights.sum(-1, keepdim=True)
    return found.to(value.dtype)
