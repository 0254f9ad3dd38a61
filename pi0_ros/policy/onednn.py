# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Products of float32 by oneDNN, for CPUs on which what PyTorch takes for them, MKL, is slow.

The operators are those that torch.compile puts in; PyTorch has no other way to them.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import torch
from torch import Tensor, nn

from pi0_ros.policy.cpu import read_cpu_info

FROM_NUMBERS = 1_000_000  # measured: on an AMD EPYC both take as long for 50 tokens


def prefers_onednn(numbers: int) -> bool:
    """
    Tell whether oneDNN multiplies float32 faster than MKL.

    :param numbers: in the matrix; with a small one, the call itself is what takes time.
    """
    return numbers >= FROM_NUMBERS and _mkl_is_slow() and _can_multiply()


@cache
def _mkl_is_slow() -> bool:
    mkl: bool = torch.backends.mkl.is_available()  # type: ignore[no-untyped-call]
    return mkl and 'GenuineIntel' not in read_cpu_info()


@cache
def _can_multiply() -> bool:
    """Tell whether this PyTorch's operators are what is expected here."""
    linear = nn.Linear(1, 1, device='cpu')
    try:
        pack(linear)
        return multiply(torch.ones(1, 1, device='cpu'), linear).shape == (1, 1)
    except (AttributeError, RuntimeError):
        return False


def pack(linear: nn.Linear) -> None:
    """
    Keep a weight as oneDNN reads it, which otherwise is made for every product: prepacked.

    Nothing but :func:`multiply` takes it then.

    :param linear: its weight is float32, and packed already or not.
    """
    if not linear.weight.is_mkldnn:
        packed = torch.ops.mkldnn._reorder_linear_weight(linear.weight.detach(), None)  # noqa: SLF001
        linear.weight = nn.Parameter(packed, requires_grad=False)


def multiply(x: Tensor, linear: nn.Linear) -> Tensor:
    """
    Return what a linear layer gives, (..., outputs); it has a derivative by x.

    :param x: (..., inputs) float32.
    :param linear: its weight is float32, and may be packed.
    """
    product: Tensor = _Product.apply(x, linear)  # type: ignore[no-untyped-call]
    return product


class _Product(torch.autograd.Function):
    """What :func:`multiply` does."""

    @staticmethod
    def forward(x: Tensor, linear: nn.Linear) -> Tensor:
        product: Tensor = torch.ops.mkldnn._linear_pointwise(  # noqa: SLF001
            x, linear.weight, linear.bias, 'none', [], ''
        )
        return product

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, nn.Linear], output: Tensor) -> None:  # noqa: ARG004
        ctx.linear = inputs[1]

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        weight = ctx.linear.weight
        return gradient @ (weight.to_dense() if weight.is_mkldnn else weight), None
