# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Fewer bits for the large matrices of the pipeline, by torchao: cheaper, and not the same actions.

Each row of a matrix gets a scale of its own. Embeddings, norms and what projects states, actions
and times stay as they are. What it costs in accuracy is told in doc/performance.md.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from pi0_ros.policy.fused_layers import Matrix
from pi0_ros.types import InputError

NONE, INT8, INT8_DYNAMIC, FP8 = 'none', 'int8', 'int8_dynamic', 'fp8'
QUANTIZATIONS = {
    NONE: 'no',
    INT8: 'weights of 8 bits, made wide again for each product: saves memory, not time',
    INT8_DYNAMIC: 'products of 8 bits, activations scaled for each token: for CPUs, compiled',
    FP8: 'products in float8_e4m3, activations scaled for each token: for GPUs that have it',
}
DIFFERENTIABLE = (NONE, INT8)  # the others round activations, which has no derivative
FP8_CAPABILITY = (8, 9)  # Ada; Hopper and newer have more


def quantize(pipeline: nn.Module, kind: str) -> None:
    """
    Give the matrices of a pipeline fewer bits, in place.

    :param pipeline: on its device.
    :param kind: one of :data:`QUANTIZATIONS`.
    :raises InputError: if there is none of that kind, or it can't run here.
    """
    if kind not in QUANTIZATIONS:
        raise InputError(
            f'quantization: expected one of {", ".join(QUANTIZATIONS)}, found {kind!r}'
        )
    matrices = [module for module in pipeline.modules() if isinstance(module, Matrix)]
    if kind == NONE or not matrices:
        return
    _check(kind, matrices[0].weight)
    try:
        from torchao import quantization as ao  # noqa: PLC0415  # optional
    except ImportError as error:
        raise InputError(
            f"quantization: {kind} needs torchao ({error}): pip install 'pi0_ros[quantize]'"
        ) from error
    configs = {
        INT8: ao.Int8WeightOnlyConfig,
        INT8_DYNAMIC: ao.Int8DynamicActivationInt8WeightConfig,
        FP8: ao.Float8DynamicActivationFloat8WeightConfig,
    }
    # Settings of the compiler would hold for all of the process.
    config = configs[kind](granularity=ao.PerRow(), set_inductor_config=False)
    ao.quantize_(pipeline, config, lambda module, _name: isinstance(module, Matrix))
    for matrix in matrices:
        matrix.onednn = False


def stored_bytes(tensor: Tensor) -> int:
    """Return what a tensor takes, quantised or not [byte]."""
    if not hasattr(tensor, '__tensor_flatten__'):
        return tensor.nbytes
    names, _ = tensor.__tensor_flatten__()
    return sum(getattr(tensor, name).nbytes for name in names)


def _check(kind: str, weight: Tensor) -> None:
    """
    Refuse what can't run.

    :param weight: of one of the matrices; on no device but the meta device if only sizes count.
    """
    device = weight.device
    if kind == INT8_DYNAMIC and device.type not in ('cpu', 'meta'):
        # CUDA's product of int8 takes no fewer than 17 rows (pytorch/ao, issue 2376), and torchao
        # without a compiler waits for the GPU at each (torchao/kernel/intmm.py, safe_int_mm).
        raise InputError(f'quantization: {kind} on {device}: expected device cpu; fp8 is for GPUs')
    if kind != FP8:
        return
    found = torch.cuda.get_device_capability(device) if device.type == 'cuda' else None
    if device.type != 'meta' and (found is None or found < FP8_CAPABILITY):
        raise InputError(
            f'quantization: {kind} on {device}: expected a CUDA device of capability 8.9 or '
            f'more (Ada, Hopper or newer), found {found}'
        )
    if weight.dtype != torch.bfloat16:
        raise InputError(f'quantization: {kind}: expected dtype bfloat16, found {weight.dtype}')
