# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Threads that leave the others a core, and formats that the CPU is slow with."""

import pytest
import torch

from pi0_ros.model.precision import DTYPES
from pi0_ros.policy.cpu import choose_threads, slow_dtype, use_threads

AVX2 = 'flags\t\t: fpu sse4_2 avx avx2 f16c\n'


@pytest.mark.parametrize(
    ('asked', 'available', 'cores', 'threads'),
    [(0, 8, 8, 7), (0, 2, 2, 1), (0, 1, 1, 1), (0, 2, 8, 2), (4, 8, 8, 4), (4, 1, 2, 4)],
)
def test_one_core_is_left_unless_told_otherwise(asked, available, cores, threads):
    assert choose_threads(asked, available, cores) == threads


def test_pytorch_is_told():
    before = torch.get_num_threads()
    try:
        assert use_threads(3) == torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize('flag', ['avx512_bf16', 'amx_bf16', 'bf16'])
def test_bfloat16_is_fast_where_the_cpu_multiplies_it(flag):
    assert not slow_dtype('bfloat16', f'{AVX2[:-1]} {flag} ssse3\n')


def test_what_the_cpu_lacks_is_named():
    assert 'no instructions for bfloat16 (one of amx_bf16, avx512_bf16' in slow_dtype(
        'bfloat16', AVX2
    )
    assert slow_dtype('float16', AVX2)
    assert not slow_dtype('float32', AVX2)


@pytest.mark.parametrize('dtype', DTYPES)
def test_this_machine_can_be_asked(dtype):
    assert isinstance(slow_dtype(dtype), str)
