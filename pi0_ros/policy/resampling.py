# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Resizing in integers, on any device: bilinear, with antialiasing when shrinking.

On the CPU PyTorch resizes uint8 so itself, and fast; on CUDA it knows only floating point. Here
are the same weights and the same rounding, to the last bit, in operations that a GPU has, so that
a policy sees the same pictures wherever it runs.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

_WEIGHT_BITS = 15  # of the largest weight, as in aten/src/ATen/native/cpu/UpSampleKernel.cpp
_MOST_BITS = 22


class Taps(NamedTuple):
    """
    What each of M pixels in a row is made of.

    :param places: of the pixels that it is made of, (M, T) int64.
    :param weights: theirs, (M, T) int32; of a pixel they sum to about 2**bits.
    :param bits: binary places of the weights.
    """

    places: Tensor
    weights: Tensor
    bits: int


def resample(pixels: Tensor, height: int, width: int) -> Tensor:
    """
    Resize pictures: rows first, then columns, each rounded to whole grey levels.

    :param pixels: (..., h, w) uint8.
    :return: (..., height, width) uint8.
    """
    if pixels.shape[-1] != width:
        pixels = _resample_rows(pixels, width)
    if pixels.shape[-2] != height:
        pixels = _resample_rows(pixels.transpose(-1, -2), height).transpose(-1, -2)
    return pixels


def _resample_rows(pixels: Tensor, width: int) -> Tensor:
    places, weights, bits = _taps(pixels.shape[-1], width, pixels.device)
    sums = (pixels[..., places].int() * weights).sum(-1, dtype=torch.int32)
    return ((sums + (1 << bits - 1)) >> bits).clamp(0, 255).to(torch.uint8)


@cache
def _taps(before: int, after: int, device: torch.device) -> Taps:
    """
    Return what a row of one length is made of from a row of another one.

    Each pixel is a triangle over the old ones, as wide as the new pixels are apart, and never
    narrower than the old ones are.
    """
    scale = before / after
    reach = max(scale, 1.0)
    centres = scale * (np.arange(after) + 0.5)
    first = np.maximum((centres - reach + 0.5).astype(np.int64), 0)
    end = np.minimum((centres + reach + 0.5).astype(np.int64), before)
    places = first[:, None] + np.arange((end - first).max())  # (M, T)
    distances = np.abs(places + 0.5 - centres[:, None]) / reach
    weights = np.where(places < end[:, None], np.maximum(1.0 - distances, 0.0), 0.0)
    weights /= weights.sum(axis=1, keepdims=True)
    one = ((1 << _WEIGHT_BITS) - 0.5) / weights.max()  # what a weight of 1 may become
    bits = min(_MOST_BITS, int(np.ceil(np.log2(one))) - 1)
    whole = np.floor(weights * (1 << bits) + 0.5).astype(np.int32)
    return Taps(
        torch.from_numpy(np.minimum(places, before - 1)).to(device),
        torch.from_numpy(whole).to(device),
        bits,
    )
