# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Who may look at whom, where each token stands, and the attention itself.

A sequence is cut into *blocks*. Tokens see all of their own block and of those before it, never
a later one. ``starts`` marks with 1 the token that opens a new block (openpi's "att mask")::

    1 1 1 1 1 1    six blocks of one token: causal attention
    0 0 0 0 0 0    one block: everyone sees everyone, the prefix
    0 0 0 1 1 0    prefix of three, then the state alone, then two actions: π0
    0 0 0 1 0 0    prefix of three, then three actions: π0.5

Padding is another matter: ``pad_mask`` is True where a token is real.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

# openpi's value for "do not look". It is finite, so a query that may see nothing at all (padding)
# averages over everything instead of dividing 0 by 0; nobody looks at the result.
MASKED = -2.3819763e38


def block_mask(pad_mask: Tensor, starts: Tensor) -> Tensor:
    """
    Return who may look at whom.

    openpi, src/openpi/models/pi0.py, make_attn_mask.

    :param pad_mask: (B, S) bool.
    :param starts: (B, S) or (S,) bool, True where a block begins.
    :return: (B, S, S) bool, [b, query, key].
    """
    block = starts.long().cumsum(-1).expand(pad_mask.shape)  # (B, S): number of the block
    not_later = block[:, None, :] <= block[:, :, None]  # (B, S, S)
    return not_later & pad_mask[:, None, :] & pad_mask[:, :, None]


def positions_of(pad_mask: Tensor, after: Tensor | None = None) -> Tensor:
    """
    Return the position of each token, (B, S): the count of real tokens before it.

    Padding does not advance the count, so padding at the front stands at -1.

    :param pad_mask: (B, S) bool.
    :param after: the pad mask of a sequence that came before, (B, P) bool, or None.
    """
    own = pad_mask.long().cumsum(-1) - 1
    return own if after is None else after.sum(-1, keepdim=True) + own


def additive(mask: Tensor, dtype: torch.dtype) -> Tensor:
    """Turn a boolean mask, (B, Sq, Sk), into what is added to the logits, (B, 1, Sq, Sk)."""
    bias = torch.zeros(mask.shape, dtype=dtype, device=mask.device)
    lowest = max(MASKED, torch.finfo(dtype).min)  # float16 ends at -65504
    return bias.masked_fill(~mask, lowest).unsqueeze(1)


def attend(query: Tensor, key: Tensor, value: Tensor, bias: Tensor) -> Tensor:
    """
    Return softmax(query · key / sqrt(E) + bias) · value, heads side by side.

    :param query: (B, K, Sq, E).
    :param key: (B, G, Sk, E); head k of the query reads head k // (K / G).
    :param value: (B, G, Sk, E).
    :param bias: (B, 1, Sq, Sk), finite.
    :return: (B, Sq, K * E).
    """
    heads = query.shape[1]
    key, value = repeat_heads(key, heads), repeat_heads(value, heads)
    out = F.scaled_dot_product_attention(query, key, value, attn_mask=bias)  # (B, K, Sq, E)
    return out.transpose(1, 2).flatten(2)


def repeat_heads(x: Tensor, heads: int) -> Tensor:
    """Let each of the G heads of x, (B, G, S, E), stand for heads / G: a view when G is 1."""
    batch, groups, length, width = x.shape
    return x[:, :, None].expand(batch, groups, heads // groups, length, width).flatten(1, 2)
