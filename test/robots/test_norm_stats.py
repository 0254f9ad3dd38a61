# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Normalisation: openpi's file, formulas, epsilons, cropping and padding."""

import json
from pathlib import Path

import numpy as np
from numpy.testing import assert_allclose
import pytest
from safetensors.numpy import load_file

from pi0_ros.robots.norm_stats import (
    LeRobotQuantile,
    LeRobotZScore,
    ZScore,
    load_norm_stats,
)
from pi0_ros.types import InputError

PREP = Path(__file__).parents[1] / 'reference' / 'prep'
EXAMPLE = PREP / 'norm_stats_example.json'
VECTORS = load_file(PREP / 'transforms.safetensors')
KINDS = [('z_score', 'zscore'), ('quantile', 'quantile')]


@pytest.mark.parametrize(('kind', 'key'), KINDS)
@pytest.mark.parametrize('name', ['state', 'actions'])
def test_normalize_equals_openpi_and_crops(kind, key, name):
    scaling = getattr(load_norm_stats(EXAMPLE, kind), name)
    normalised = scaling.normalize(VECTORS[f'norm.in.{name}'])
    assert_allclose(normalised, VECTORS[f'norm.{key}.{name}'], rtol=1e-12)


@pytest.mark.parametrize(('kind', 'key'), KINDS)
@pytest.mark.parametrize('name', ['state', 'actions'])
def test_unnormalize_equals_openpi_and_pads(kind, key, name):
    scaling = getattr(load_norm_stats(EXAMPLE, kind), name)
    result = scaling.unnormalize(VECTORS[f'unnorm.{key}.in.{name}'])
    assert_allclose(result, VECTORS[f'unnorm.{key}.out.{name}'], rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(('kind', 'key'), KINDS)
def test_unnormalize_undoes_normalize(kind, key):
    scaling = load_norm_stats(EXAMPLE, kind).state
    x = VECTORS['norm.in.state']
    assert_allclose(scaling.unnormalize(scaling.normalize(x)), x, atol=1e-9)


def test_a_deviation_of_zero_is_not_floored():
    scaling = ZScore(np.zeros(1), np.zeros(1))
    assert_allclose(scaling.normalize(np.array([1e-3])), [1e3])


# What LeRobot's own lines give (src/lerobot/processor/normalize_processor.py), written out.
LEROBOT = [
    (
        LeRobotZScore(np.array([1.0, 0.0]), np.array([0.5, 0.0]), 1e-8),
        [[2.0, 1e-9], [0.0, 0.0]],
        [[1.0 / 0.50000001, 0.1], [-1.0 / 0.50000001, 0.0]],
        [[1.0 / 0.50000001 * 0.5 + 1.0, 0.0], [1.0 - 0.5 / 0.50000001, 0.0]],
    ),
    (
        LeRobotQuantile(np.array([-1.0, 2.0]), np.array([3.0, 2.0]), 1e-8),
        [[2.0, 2.0], [-1.0, 3.0]],
        [[0.5, -1.0], [-1.0, 2.0 / 1e-8 - 1.0]],
        [[2.0, 2.0], [-1.0, 3.0]],
    ),
]


@pytest.mark.parametrize(('scaling', 'x', 'normalised', 'back'), LEROBOT)
def test_lerobots_formulas_and_epsilon(scaling, x, normalised, back):
    x = np.array(x)
    assert_allclose(scaling.normalize(x), normalised, rtol=1e-12)
    assert_allclose(scaling.unnormalize(np.array(normalised)), back, rtol=1e-7, atol=1e-12)
    longer = np.concatenate([normalised, [[5.0], [6.0]]], axis=1)
    assert_allclose(scaling.unnormalize(longer)[:, 2], [5.0, 6.0], rtol=1e-12)


def test_the_other_kind_may_be_null(tmp_path):
    top = json.loads(EXAMPLE.read_text())
    for group in top['norm_stats'].values():
        group['q01'] = group['q99'] = None
    file = tmp_path / 'norm_stats.json'
    file.write_text(json.dumps(top))
    assert load_norm_stats(file, 'z_score').state.size == 10
    with pytest.raises(InputError, match=r'norm_stats\.state\.q01 is missing or null'):
        load_norm_stats(file, 'quantile')


@pytest.mark.parametrize(
    ('group', 'key', 'value', 'text'),
    [
        ('actions', None, None, r'norm_stats\.actions is missing or null, found state'),
        ('state', 'std', None, r'norm_stats\.state\.std is missing or null'),
        ('state', 'std', [1.0], r'norm_stats\.state: mean has 10 numbers, std has 1'),
        ('state', 'std', [-1.0] * 10, r'norm_stats\.state\.std\[0\]: -1\.0 is below 0'),
        ('state', 'mean', ['a'] * 10, r'norm_stats\.state\.mean: expected a list of numbers'),
        ('state', 'mean', 3.0, r'norm_stats\.state\.mean: expected a list of finite numbers'),
        ('state', 'mean', [], r'norm_stats\.state\.mean: expected a list of finite numbers'),
        ('actions', 'mean', [float('nan')] * 7, r'norm_stats\.actions\.mean: .*finite'),
    ],
)
def test_mistakes_are_named(tmp_path, group, key, value, text):
    top = json.loads(EXAMPLE.read_text())
    if key is None:
        del top['norm_stats'][group]
    else:
        top['norm_stats'][group][key] = value
    file = tmp_path / 'norm_stats.json'
    file.write_text(json.dumps(top))
    with pytest.raises(InputError, match=text) as error:
        load_norm_stats(file, 'z_score')
    assert str(file) in str(error.value)


def test_swapped_quantiles_are_named(tmp_path):
    top = json.loads(EXAMPLE.read_text())
    state = top['norm_stats']['state']
    state['q01'], state['q99'] = state['q99'], state['q01']
    file = tmp_path / 'norm_stats.json'
    file.write_text(json.dumps(top))
    with pytest.raises(InputError, match=r'norm_stats\.state\.q99\[0\]: .* is below q01'):
        load_norm_stats(file, 'quantile')


@pytest.mark.parametrize('content', ['{', '[]', '{"norm_stats": 3}'])
def test_broken_files_are_named(tmp_path, content):
    file = tmp_path / 'norm_stats.json'
    file.write_text(content)
    with pytest.raises(InputError, match=re_escape(file)):
        load_norm_stats(file, 'z_score')


def re_escape(path):
    return str(path).replace('.', r'\.')


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match='nowhere'):
        load_norm_stats(tmp_path / 'nowhere.json', 'z_score')
