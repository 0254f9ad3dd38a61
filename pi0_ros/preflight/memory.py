# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a policy will fit, told from its sizes before its weights are read."""

from __future__ import annotations

from pathlib import Path

import torch

from pi0_ros.policy.memory import GB, Footprint
from pi0_ros.preflight.findings import Finding, failure, passed, warning
from pi0_ros.types import InputError

# What libraries take for themselves, and what arranging the weights does, as a part of the sum.
BESIDE = 0.15


def check_memory(needed: Footprint, device: str) -> Finding:
    """
    Compare what a policy needs with what is free.

    :param device: in PyTorch's words.
    """
    check = 'memory'
    try:
        free = free_bytes(device)
    except InputError as error:
        return failure(check, str(error), 'name another device')
    if free is None:
        return warning(check, f'PyTorch cannot tell what is free on {device}', 'look yourself')
    text = f'{needed}; {free / GB:.1f} GB are free on {device}'
    if needed.total > free:
        return failure(check, text, 'free memory there, or choose another device')
    if needed.total * (1 + BESIDE) > free:
        return warning(check, f'{text}, which leaves little to work in', 'free memory there')
    return passed(check, text)


def free_bytes(device: str) -> int | None:
    """
    Return how much memory is free on a device; None if it is neither the CPU nor CUDA's.

    :raises InputError: if there is no such device here.
    """
    try:
        kind = torch.device(device).type
        if kind == 'cuda':
            return int(torch.cuda.mem_get_info(device)[0])
    except (RuntimeError, AssertionError) as error:
        raise InputError(f'device {device!r}: {str(error).partition(chr(10))[0]}') from error
    if kind != 'cpu':
        return None
    file = Path('/proc/meminfo')  # man 5 proc
    lines = file.read_text(encoding='ascii').splitlines()
    kilobytes = {key: rest.split()[0] for key, _, rest in (line.partition(':') for line in lines)}
    return int(kilobytes['MemAvailable']) * 1024
