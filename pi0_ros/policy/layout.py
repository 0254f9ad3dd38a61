# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What of a prefix is real: masked pictures and padded language are not computed at all.

Nobody looks at a masked token and positions don't count it, so the chunk is the same without it.
What is real is known on the host, before anything is sent to a device.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F


class Layout(NamedTuple):
    """
    Where each row of the prefix comes from, the real tokens first and in their order.

    :param pictures: the real ones among the batch's pictures, (M,) int64 in [0, B * C); one that
        nobody looks at if there are none.
    :param places: in the M * N tokens of the pictures and then the B * L of language, (B, P)
        int64.
    :param counts: how many of a row are real, (B,) int64.
    :param padded: whether there is a row with fewer than P.
    """

    pictures: Tensor
    places: Tensor
    counts: Tensor
    padded: bool


def lay_out(seen: Tensor, token_mask: Tensor, patches: int, grain: int = 1) -> Layout:
    """
    Return where the real tokens are.

    :param seen: which pictures are real, (B, C) bool, on the CPU.
    :param token_mask: (B, L) bool, on the CPU.
    :param patches: tokens of one picture, N.
    :param grain: P is rounded up to a multiple of it, so that few different P occur.
    """
    batch, length = token_mask.shape
    # What a blind robot shows is not looked at, but a batch of no pictures is a batch of none.
    pictures = seen.flatten().nonzero()[:, 0] if seen.any() else torch.zeros(1, dtype=torch.int64)
    first = (seen.flatten().long().cumsum(0) - 1).view(seen.shape) * patches  # (B, C)
    tokens = torch.arange(patches)  # (N,)
    language = len(pictures) * patches + torch.arange(batch * length)  # (B * L,)
    everything = _row(first[..., None] + tokens, language.view(batch, length))
    real = _row(seen[..., None].expand(*seen.shape, patches), token_mask)
    counts = real.sum(dim=1)
    width = -(-max(int(counts.max()), 1) // grain) * grain
    order = real.int().argsort(dim=1, descending=True, stable=True)[:, :width]
    places = everything.masked_fill(~real, 0).gather(1, order)
    places = F.pad(places, (0, width - places.shape[1]))
    return Layout(pictures, places, counts, bool((counts < width).any()))


def _row(pictures: Tensor, language: Tensor) -> Tensor:
    """Return (B, C, N) and (B, L) side by side, (B, C * N + L)."""
    return torch.cat((pictures.flatten(1), language), dim=1)
