# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Every recorded quantity of the public models is met; what isn't is told, and fails."""

from __future__ import annotations

import json
import shutil

import pytest
from safetensors.torch import load_file, save_file
import torch

from pi0_ros.model.verify import RECORDED, WEIGHTS, main, verify

CASES = [f'{model}/{case}' for model in ('pi0', 'pi05') for case in 'abc']


@pytest.fixture
def folder(reference, tmp_path):
    shutil.copytree(reference / 'pi05' / 'c', tmp_path / 'c')
    return tmp_path / 'c'


def rewrite(path, change):
    tensors = load_file(path)
    change(tensors)
    save_file(tensors, path)


@pytest.mark.parametrize(
    'device',
    [
        'cpu',
        pytest.param(
            'cuda', marks=pytest.mark.skipif(not torch.cuda.is_available(), reason='needs CUDA')
        ),
    ],
)
@pytest.mark.parametrize('case', CASES)
def test_the_public_model_is_met(reference, case, device):
    comparisons = list(verify(reference / case, device))
    recorded = {n for n in load_file(reference / case / RECORDED) if not n.startswith('in.')}
    assert {comparison.name for comparison in comparisons} == recorded
    failures = [str(comparison) for comparison in comparisons if not comparison.ok]
    assert not failures, '\n'.join(failures)


def test_status_is_zero_if_all_is_ok(folder, capsys):
    assert main([str(folder)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].endswith('74 quantities, 0 not ok')
    assert sum(line.endswith(' ok') and '.' in line for line in lines[1:-1]) == 74


@pytest.mark.parametrize(
    ('name', 'value'), [('vision_layer_norm_eps', 1e-5), ('rms_norm_eps', 1e-5)]
)
def test_a_wrong_epsilon_is_noticed(folder, name, value):
    config = json.loads((folder / 'config.json').read_text())
    (folder / 'config.json').write_text(json.dumps(config | {name: value}))
    above = [c.name for c in verify(folder) if not c.ok and c.name.startswith('out.')]
    assert above


def test_a_name_that_is_not_known_fails(folder, capsys):
    rewrite(folder / RECORDED, lambda io: io.update({'out.mystery': io['out.loss'].clone()}))
    assert main([str(folder)]) == 1
    assert 'NOT COMPARED' in capsys.readouterr().out


@pytest.mark.parametrize('value', [float('nan'), float('inf'), 1.0])
def test_a_number_that_differs_fails(folder, value):
    rewrite(folder / RECORDED, lambda io: io['out.v_t.mix'][0, 0].fill_(value))
    assert [c.name for c in verify(folder) if not c.ok] == ['out.v_t.mix']


def test_a_shape_that_differs_fails(folder):
    rewrite(folder / RECORDED, lambda io: io.update({'out.loss': io['out.loss'][:, 1:].clone()}))
    problems = [c.problem for c in verify(folder) if not c.ok]
    assert problems == ['SHAPE: found (1, 10, 32)']


@pytest.mark.parametrize(
    'name', ['in.noise', 'in.tokens', 'in.state', 'in.time', 'in.image.base_0_rgb']
)
def test_an_absent_input_is_named(folder, capsys, name):
    rewrite(folder / RECORDED, lambda io: io.pop(name))
    assert main([str(folder)]) == 1
    assert name in capsys.readouterr().err


def test_an_input_of_another_shape_is_named(folder, capsys):
    rewrite(folder / RECORDED, lambda io: io.update({'in.state': io['in.state'][:, 1:].clone()}))
    assert main([str(folder)]) == 1
    assert (
        'in.state: expected shape (1, 32) of torch.float32, found (1, 31)'
        in capsys.readouterr().err
    )


def test_tokens_that_the_model_does_not_embed_are_refused(folder, capsys):
    rewrite(folder / RECORDED, lambda io: io['in.tokens'].add_(512))
    assert main([str(folder)]) == 1
    assert 'in.tokens: expected ids below 512' in capsys.readouterr().err


@pytest.mark.parametrize('name', ['config.json', RECORDED, WEIGHTS])
@pytest.mark.parametrize('content', [None, 'garbage'])
def test_absent_and_garbled_files_are_named(folder, capsys, name, content):
    (folder / name).unlink()
    if content:
        (folder / name).write_text(content)
    assert main([str(folder)]) == 1
    assert name in capsys.readouterr().err


def test_one_bad_folder_does_not_hide_the_others(folder, tmp_path, capsys):
    assert main([str(tmp_path / 'nowhere'), str(folder)]) == 1
    assert '74 quantities, 0 not ok' in capsys.readouterr().out
