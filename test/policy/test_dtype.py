# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What auto stands for: by what the device multiplies, and on a CPU by the model's size."""

from contextlib import nullcontext
from dataclasses import replace

import pytest
import torch

from pi0_ros.model.config import Pi0Config, tiny_config
from pi0_ros.policy import cpu
from pi0_ros.policy.dtype import BFLOAT16_FROM, Choice, choose_dtype
from pi0_ros.types import InputError

CPU, CUDA = torch.device('cpu'), torch.device('cuda')


@pytest.fixture
def told(monkeypatch, tmp_path):
    """Return a function that says what Linux tells about the CPU."""
    file = tmp_path / 'cpuinfo'
    monkeypatch.setattr(cpu, 'CPU_INFO', file)
    return lambda flags: file.write_text(f'flags : {flags}\n')


@pytest.mark.parametrize(('flags', 'config', 'name', 'reason'), [
    ('avx2', Pi0Config(), 'float32', 'not known to multiply'),
    ('avx2 avx512_bf16', Pi0Config(), 'bfloat16', '3238 million weights gain by it'),
    ('avx2 avx512_bf16', tiny_config(), 'float32', '0 million weights gain nothing'),
])  # fmt: skip
def test_a_cpu_takes_bfloat16_if_it_can_and_the_model_is_large(told, flags, config, name, reason):
    told(flags)
    choice = choose_dtype('auto', CPU, config)
    assert choice.name == name
    assert reason in str(choice)


def test_from_a_number_of_weights_on(told):
    told('bf16')
    rows = (BFLOAT16_FROM // tiny_config().text.width, 1)
    names = [
        choose_dtype('auto', CPU, replace(tiny_config(), vocab_size=size)).name for size in rows
    ]
    assert names == ['bfloat16', 'float32']


def test_where_nobody_tells_it_is_float32(monkeypatch, tmp_path):
    monkeypatch.setattr(cpu, 'CPU_INFO', tmp_path / 'none')
    assert choose_dtype('auto', CPU, Pi0Config()).name == 'float32'
    assert choose_dtype('auto', torch.device('meta'), Pi0Config()).name == 'float32'


@pytest.mark.parametrize(('able', 'name'), [(True, 'bfloat16'), (False, 'float32')])
def test_a_gpu_is_asked(monkeypatch, able, name):
    monkeypatch.setattr(torch.cuda, 'device', lambda _device: nullcontext())
    monkeypatch.setattr(torch.cuda, 'is_bf16_supported', lambda *, including_emulation: able)
    assert choose_dtype('auto', CUDA, tiny_config()).name == name


def test_what_is_asked_for_is_taken():
    assert str(choose_dtype('float16', CUDA, tiny_config())) == 'float16'
    assert Choice('float16').dtype == torch.float16
    with pytest.raises(InputError, match=r"dtype: expected one of auto, float32, .*'int8'"):
        choose_dtype('int8', CPU, tiny_config())
