# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the weights need is read from headers alone."""

import pytest
from safetensors.torch import save_file
import torch

from pi0_ros.preflight import memory
from pi0_ros.preflight.findings import Level
from pi0_ros.preflight.memory import GB, check_memory, count_values
from pi0_ros.types import InputError


@pytest.fixture
def folder(tmp_path):
    save_file({'a': torch.zeros(10, 10), 'b': torch.zeros(7)}, tmp_path / 'model-1.safetensors')
    save_file({'c': torch.zeros(3).bfloat16()}, tmp_path / 'model-2.safetensors')
    return tmp_path


def test_values_of_all_shards_are_counted(folder):
    assert count_values(folder) == 110


@pytest.mark.parametrize(
    ('free', 'level'),
    [(100, 'FAIL'), (450, 'WARN'), (10**10, 'PASS'), (None, 'WARN')],
)
def test_memory(folder, monkeypatch, free, level):
    monkeypatch.setattr(memory, 'free_bytes', lambda device: free)
    assert check_memory(folder, 'cpu').level.name == level


def test_what_cannot_be_read_fails(tmp_path):
    assert check_memory(tmp_path, 'cpu').level == Level.FAIL
    (tmp_path / 'model.safetensors').write_bytes(b'no')
    with pytest.raises(InputError, match=r'model\.safetensors'):
        count_values(tmp_path)


def test_device_that_is_not_there_fails(folder):
    assert check_memory(folder, 'tpu').level == Level.FAIL


def test_free_memory_of_the_cpu():
    assert 0.01 * GB < memory.free_bytes('cpu') < 1e5 * GB
