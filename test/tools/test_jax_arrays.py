# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Every array of openpi's JAX models is used, as a whole, for parameters of ours; needs no JAX."""

from __future__ import annotations

from collections import Counter
import json
import math
from pathlib import Path
import sys

import pytest
import torch

from pi0_ros.model.config import GEMMA, Pi0Config
from pi0_ros.model.pi0 import Pi0
from pi0_ros.tools.convert_checkpoint import main
from pi0_ros.tools.jax_arrays import is_pi05, rows_of
from pi0_ros.tools.jax_sizes import config_of, sizes_of
from pi0_ros.types import InputError

ARRAYS = Path(__file__).parents[1] / 'reference' / 'jax' / 'arrays.json'
MODELS = ('pi0', 'pi05', 'pi0_lora', 'pi05_lora')
HORIZON = {'action_horizon': 50}
LINEAR = 'PaliGemma/llm/layers/mlp_1/linear'


@pytest.fixture
def shapes(request):
    """Return the arrays of a released model's size; π0's, if no other is asked for."""
    shapes = json.loads(ARRAYS.read_text())[getattr(request, 'param', 'pi0')]
    return {name: tuple(shape) for name, shape in shapes.items()}


def config_from(shapes):
    sizes = sizes_of(rows_of(shapes), shapes)
    return config_of(sizes, pi05=is_pi05(shapes), choices=HORIZON)


@pytest.mark.parametrize('shapes', MODELS, indirect=True)
def test_sizes_of_the_released_models(shapes):
    config = config_from(shapes)
    pi05 = 'time_mlp_in/kernel' in shapes
    expected = Pi0Config(
        text=GEMMA['gemma_2b'],
        expert=GEMMA['gemma_300m'],
        pi05=pi05,
        max_token_len=200 if pi05 else 48,
        discrete_state=pi05,
    )
    assert config == expected


@pytest.mark.parametrize('shapes', MODELS, indirect=True)
def test_every_array_becomes_parameters_and_every_parameter_comes_from_one(shapes):
    with torch.device('meta'):
        parameters = dict(Pi0(config_from(shapes)).named_parameters())
    rows = rows_of(shapes)
    made = Counter()
    for row in rows:
        shape = shapes[row.key]
        names = row.names(shape[0])
        made.update(names)
        assert {math.prod(shape) // len(names)} == {parameters[n].numel() for n in names}, row
    assert made == Counter(parameters.keys())
    used = [key for row in rows for key, _ in row.arrays()]
    assert Counter(used) == Counter(shapes.keys())


@pytest.mark.parametrize('shapes', MODELS, indirect=True)
def test_what_is_missing_and_unexpected_is_listed(shapes):
    absent = next(iter(shapes))
    del shapes[absent]
    shapes['state_proj/scale'] = (32,)
    with pytest.raises(InputError) as caught:
        rows_of(shapes)
    missing, unexpected = str(caught.value).split('unexpected')
    assert missing.split('\n')[1:-1] == ['  missing (1):', f'    {absent}']
    assert unexpected.split() == ['(1):', 'state_proj/scale']


def test_half_an_adapter_is_refused(shapes):
    shapes[f'{LINEAR}_lora_b'] = (18, 32, 1024)
    with pytest.raises(InputError, match=r'unexpected \(1\):\n    \S+/linear_lora_b'):
        rows_of(shapes)


@pytest.mark.parametrize(
    ('name', 'shape', 'expected'),
    [
        (LINEAR, (18, 1024, 4096), '(18, 4096, 1024)'),
        (LINEAR, (18, 4096), '(18, 4096, 1024)'),
        (LINEAR, (17, 4096, 1024), '(18, 4096, 1024)'),
        ('PaliGemma/llm/layers/mlp/gating_einsum', (18, 3, 2048, 16384), '(18, 2, 2048, 16384)'),
        ('PaliGemma/img/embedding/kernel', (14, 14, 1, 1152), '(14, 14, 3, 1152)'),
        ('PaliGemma/img/embedding/kernel', (14, 14, 3, 1152, 1), '(14, 14, 3, 1152)'),
        ('action_time_mlp_in/kernel', (2047, 1024), '(2048, 1024)'),
        ('action_out_proj/bias', (24,), '(32,)'),
    ],
)
def test_an_array_that_does_not_go_with_the_others_is_named(shapes, name, shape, expected):
    shapes[name] = shape
    with pytest.raises(InputError) as caught:
        config_from(shapes)
    assert str(caught.value).splitlines() == [
        'misshapen (1):',
        f'    {name}: found {shape}, expected {expected}',
    ]


def test_patches_are_square(shapes):
    shapes['PaliGemma/img/embedding/kernel'] = (14, 16, 3, 1152)
    with pytest.raises(InputError, match='embedding/kernel: found'):
        config_from(shapes)


@pytest.mark.parametrize('shapes', ['pi05_lora'], indirect=True)
def test_adapters_of_another_rank_are_refused(shapes):
    for name, shape in shapes.items():
        if 'lora' in name:
            shapes[name] = tuple(8 if size == 16 else size for size in shape)
    with pytest.raises(InputError, match='rank 8: only those of gemma_2b_lora'):
        config_from(shapes)


@pytest.mark.parametrize(
    ('size', 'value', 'complaint'), [('s', 255, 'no square'), ('h', 64, 'not as wide')]
)
def test_sizes_that_make_no_vision_tower_are_refused(shapes, size, value, complaint):
    sizes = sizes_of(rows_of(shapes), shapes) | {size: value}
    with pytest.raises(InputError, match=complaint):
        config_of(sizes, pi05=False, choices=HORIZON)


@pytest.mark.parametrize('choices', [{}, {'action_horizon': 0}])
def test_the_horizon_is_never_guessed(shapes, choices):
    sizes = sizes_of(rows_of(shapes), shapes)
    with pytest.raises(InputError, match='action_horizon'):
        config_of(sizes, pi05=False, choices=choices)


def test_what_to_install_is_said(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, 'tensorstore', None)
    monkeypatch.delitem(sys.modules, 'pi0_ros.tools.orbax', raising=False)
    (tmp_path / 'params').mkdir()
    assert main([str(tmp_path), str(tmp_path / 'new'), '--horizon', '50']) == 1
    assert "pip install 'pi0_ros[convert]'" in capsys.readouterr().err
