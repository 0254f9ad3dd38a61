# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whether the weights will fit, told from the headers of their files before they are read."""

from __future__ import annotations

from math import prod
from pathlib import Path

from safetensors import SafetensorError, safe_open
import torch

from pi0_ros.preflight.findings import Finding, failure, passed, warning
from pi0_ros.types import InputError

BYTES_PER_VALUE = 4  # the policy computes in float32
# What an inference takes beside the weights, as a part of them.
WORKSPACE = 0.15
GB = 1e9


def check_memory(folder: Path, device: str) -> Finding:
    """
    Compare what a checkpoint's weights need with what is free.

    :param device: in PyTorch's words.
    """
    check = 'memory'
    try:
        values = count_values(folder)
        free = free_bytes(device)
    except InputError as error:
        return failure(check, str(error), 'name another checkpoint or device')
    if free is None:
        return warning(check, f'PyTorch cannot tell what is free on {device}', 'look yourself')
    needed = values * BYTES_PER_VALUE
    text = (
        f'{values / 1e6:,.1f} million values need {needed / GB:.2f} GB as float32; '
        f'{free / GB:.1f} GB are free on {device}'
    )
    if needed > free:
        return failure(check, text, 'free memory there, or choose another device')
    if needed * (1 + WORKSPACE) > free:
        return warning(check, f'{text}, which leaves little to work in', 'free memory there')
    return passed(check, text)


def count_values(folder: Path) -> int:
    """
    Return how many numbers the safetensors files of a folder hold; only headers are read.

    :raises InputError: if there is no such file, or one is broken.
    """
    files = sorted(folder.glob('model*.safetensors'))
    if not files:
        raise InputError(f'{folder}: no model*.safetensors')
    count = 0
    for path in files:
        try:
            with safe_open(path, framework='pt') as file:
                shapes = [file.get_slice(key).get_shape() for key in file.keys()]  # noqa: SIM118  # no dict
        except (OSError, SafetensorError) as error:
            raise InputError(f'{path}: {error}') from error
        count += sum(prod(shape) for shape in shapes)
    return count


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
