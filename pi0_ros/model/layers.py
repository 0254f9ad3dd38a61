# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The small parts both Gemma streams are made of. They know tensors, and nothing of images or time.

Norms compute in float32 whatever the dtype of their input, as openpi's do.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Modulation(NamedTuple):
    """
    How one norm shapes what passes: normed * (1 + scale) + shift, and its sublayer's gate.

    A plain RMSNorm has a constant scale and neither shift nor gate. An adaptive one draws all
    three from the condition. Keeping them apart from the norm lets a sampler compute them once
    per flow time: they depend on nothing else.

    :param scale: (D,), or (B, 1, D) or (B, S, D): for all tokens, or for each.
    :param shift: (B, 1, D) or (B, S, D), or None.
    :param gate: (B, 1, D) or (B, S, D), factor on the sublayer's output, or None.
    """

    scale: Tensor
    shift: Tensor | None = None
    gate: Tensor | None = None


class RMSNorm(nn.Module):
    """
    Root mean square norm with Gemma's (1 + weight). Zhang and Sennrich, arXiv 1910.07467, eq. 4.

    :param width: D.
    """

    def __init__(self, width: int, eps: float) -> None:
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.zeros(width))

    def modulation(self, _cond: Tensor | None) -> Modulation:
        """Return the constant scale: a plain norm has no condition."""
        return Modulation(self.weight)

    def forward(self, x: Tensor, modulation: Modulation) -> Tensor:
        """Normalise and modulate the last axis of x, (B, S, D)."""
        return rms_norm(x, modulation, self.eps)


class AdaptiveRMSNorm(nn.Module):
    """
    RMSNorm whose scale, shift and gate are a linear map of a condition (π0.5's flow time).

    openpi, src/openpi/models/gemma.py, RMSNorm. The order in the weight is scale, shift, gate.
    """

    def __init__(self, width: int, eps: float) -> None:
        super().__init__()
        self.eps = eps
        self.dense = nn.Linear(width, 3 * width)

    def modulation(self, cond: Tensor | None) -> Modulation:
        """Map the condition, (B, D) or one for each token, (B, S, D), to the three parts."""
        assert cond is not None
        parts = self.dense(cond)
        if cond.dim() == 2:
            parts = parts.unsqueeze(1)  # (B, 1, 3D)
        return Modulation(*parts.chunk(3, dim=-1))

    def forward(self, x: Tensor, modulation: Modulation) -> Tensor:
        """Normalise and modulate the last axis of x, (B, S, D)."""
        return rms_norm(x, modulation, self.eps)


def rms_norm(x: Tensor, modulation: Modulation, eps: float) -> Tensor:
    """Return x / rms(x) * (1 + scale) + shift, computed in float32, in the dtype of x."""
    wide = x.float()
    normed = wide * torch.rsqrt(wide.square().mean(-1, keepdim=True) + eps)
    normed = normed * (1 + modulation.scale.float())
    if modulation.shift is not None:
        normed = normed + modulation.shift.float()
    return normed.to(x.dtype)


def add_gated(x: Tensor, y: Tensor, gate: Tensor | None) -> Tensor:
    """Return the residual sum x + y * gate, (B, S, D); without a gate x + y."""
    return x + y if gate is None else x + y * gate.to(y.dtype)


class GegluMLP(nn.Module):
    """Gemma's MLP: down(gelu(gate(x)) * up(x)). Shazeer, arXiv 2002.05202, eq. 6."""

    def __init__(self, width: int, mlp_dim: int) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(width, mlp_dim, bias=False)
        self.up_proj = nn.Linear(width, mlp_dim, bias=False)
        self.down_proj = nn.Linear(mlp_dim, width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Return the block's output, (B, S, D)."""
        gate = F.gelu(self.gate_proj(x), approximate='tanh')  # (B, S, mlp_dim)
        out: Tensor = self.down_proj(gate * self.up_proj(x))
        return out


class Rotary(NamedTuple):
    """
    Cosines and sines of the positions' rotations, one row per token, the two halves equal.

    :param cos: (B, 1, S, E) float32.
    :param sin: (B, 1, S, E) float32.
    """

    cos: Tensor
    sin: Tensor


def rotary(positions: Tensor, head_dim: int, theta: float) -> Rotary:
    """
    Return the rotations of the positions. Su et al., arXiv 2104.09864, eq. 15.

    :param positions: (B, S) integers; -1 is a position like any other.
    """
    exponents = torch.arange(0, head_dim, 2, dtype=torch.float32, device=positions.device)
    frequencies = 1.0 / theta ** (exponents / head_dim)  # (E/2,)
    angles = positions.float()[:, None, :, None] * frequencies  # (B, 1, S, E/2)
    angles = torch.cat((angles, angles), dim=-1)  # (B, 1, S, E)
    return Rotary(angles.cos(), angles.sin())


def rotate(x: Tensor, rotation: Rotary) -> Tensor:
    """Rotate the pairs (e, e + E/2) of queries or keys x, (B, K, S, E), in float32."""
    low, high = x.chunk(2, dim=-1)
    turned = torch.cat((-high, low), dim=-1)
    return (x * rotation.cos + turned * rotation.sin).to(x.dtype)


def time_embedding(time: Tensor, width: int, min_period: float, max_period: float) -> Tensor:
    """
    Embed flow times as sines, then cosines, of geometrically spaced periods.

    openpi, src/openpi/models_pytorch/pi0_pytorch.py, create_sinusoidal_pos_embedding. The highest
    frequency is 1571 [rad], so the angles are computed in float64: float32 would cost 2e-4.

    :param time: (...) in [0, 1].
    :return: (..., width) in the dtype of time.
    """
    fraction = torch.linspace(0.0, 1.0, width // 2, dtype=torch.float64, device=time.device)
    period = min_period * (max_period / min_period) ** fraction
    angle = (2 * math.pi / period) * time.to(torch.float64)[..., None]  # (..., width / 2)
    return torch.cat((angle.sin(), angle.cos()), dim=-1).to(time.dtype)
