# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""In which numbers to compute: those that the user names, or those that device and model suit."""

from __future__ import annotations

from typing import NamedTuple

import torch

from pi0_ros.model.config import Pi0Config
from pi0_ros.model.pi0 import Pi0
from pi0_ros.model.precision import DTYPES
from pi0_ros.policy.cpu import multiplies
from pi0_ros.policy.engine import AUTO
from pi0_ros.types import InputError

DTYPE_CHOICES = (AUTO, *DTYPES)
# On a CPU that multiplies bfloat16. Measured on an AMD EPYC: with 1 million weights it takes 1.2
# times as long as float32, with 6 million 0.9, with 23 million 0.7 and with 190 million 0.6 times.
BFLOAT16_FROM = 20_000_000


class Choice(NamedTuple):
    """
    The dtype of the bulk of the weights.

    :param name: one of :data:`pi0_ros.model.precision.DTYPES`.
    :param reason: why it was chosen; empty if the user did.
    """

    name: str
    reason: str = ''

    @property
    def dtype(self) -> torch.dtype:
        """The same for PyTorch."""
        return DTYPES[self.name]

    def __str__(self) -> str:
        """Return the name and the reason."""
        return f'{self.name} ({AUTO}: {self.reason})' if self.reason else self.name


def choose_dtype(asked: str, device: torch.device, config: Pi0Config) -> Choice:
    """
    Return the dtype that was asked for, or what ``auto`` stands for.

    It is bfloat16, which the public checkpoints were trained for, where that is fast.

    :param asked: one of :data:`DTYPE_CHOICES`.
    :param device: where the model runs.
    :param config: its sizes.
    :raises InputError: if it is none of them.
    """
    if asked not in DTYPE_CHOICES:
        raise InputError(f'dtype: expected one of {", ".join(DTYPE_CHOICES)}, found {asked!r}')
    if asked != AUTO:
        return Choice(asked)
    if device.type == 'cuda':
        return _on_cuda(device)
    if device.type == 'cpu':
        return _on_cpu(config)
    return Choice('float32', f'bfloat16 was not tried on {device.type}')


def _on_cuda(device: torch.device) -> Choice:
    with torch.cuda.device(device):
        if torch.cuda.is_bf16_supported(including_emulation=False):
            return Choice('bfloat16', 'the GPU multiplies it')
    return Choice('float32', 'the GPU has no bfloat16')


def _on_cpu(config: Pi0Config) -> Choice:
    if not multiplies('bfloat16'):
        return Choice('float32', 'this CPU is not known to multiply bfloat16')
    with torch.device('meta'):
        weights = sum(parameter.numel() for parameter in Pi0(config).parameters())
    told = f'{weights / 1e6:.0f} million weights'
    if weights < BFLOAT16_FROM:
        return Choice('float32', f'{told} gain nothing by bfloat16')
    return Choice('bfloat16', f'the CPU multiplies it, and {told} gain by it')
