# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What inference may take of the CPU, and which numbers the CPU is good at."""

from __future__ import annotations

import os
from pathlib import Path
import re

import torch

# The names that Linux has for instructions that multiply in these formats, on x86 and on ARM.
_MULTIPLIES = {
    'bfloat16': {'avx512_bf16', 'amx_bf16', 'bf16'},
    'float16': {'avx512_fp16', 'amx_fp16', 'fphp'},
}
CPU_INFO = Path('/proc/cpuinfo')


def read_cpu_info() -> str:
    """Return what Linux says about the CPU; nothing where there is no Linux."""
    return CPU_INFO.read_text(encoding='utf-8') if CPU_INFO.is_file() else ''


def choose_threads(asked: int, available: int, cores: int) -> int:
    """
    Return with how many threads to compute.

    :param asked: 0 for as many as leave a core to the executor and the drivers, which must not
        wait for one.
    :param available: what PyTorch would take, which the user may have limited.
    :param cores: that this process may run on.
    """
    return asked or max(1, min(available, cores - 1))


def use_threads(asked: int) -> int:
    """
    Let PyTorch compute with a number of threads in this process, and return it.

    :param asked: see :func:`choose_threads`.
    """
    cores = len(os.sched_getaffinity(0))
    threads = choose_threads(asked, torch.get_num_threads(), cores)
    torch.set_num_threads(threads)
    return threads


def multiplies(dtype: str, cpu_info: str | None = None) -> bool | None:
    """
    Return whether a CPU has instructions for a dtype; None where Linux doesn't tell.

    :param dtype: one of :data:`pi0_ros.model.precision.DTYPES`.
    :param cpu_info: what Linux says about the CPU; this machine's when None.
    """
    known = set(re.findall(r'\w+', cpu_info or read_cpu_info()))
    if dtype not in _MULTIPLIES:
        return True
    return bool(_MULTIPLIES[dtype] & known) if known else None


def slow_dtype(dtype: str, cpu_info: str | None = None) -> str:
    """
    Return why a CPU is slow with a dtype; empty if it isn't known to be.

    :param dtype: of the bulk of the weights, as for :func:`multiplies`.
    :param cpu_info: as there.
    """
    if multiplies(dtype, cpu_info) is not False:
        return ''
    needed = ', '.join(sorted(_MULTIPLIES[dtype]))
    return (
        f'dtype: this CPU has no instructions for {dtype} (one of {needed}), '
        'so it halves the memory but takes longer than float32'
    )
