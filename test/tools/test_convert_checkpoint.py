# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""openpi's JAX checkpoints become ours exactly, or are refused by name and leave nothing."""

from __future__ import annotations

import json
from pathlib import Path
import shutil

from jax_checkpoint import jax_arrays, remove, write_params
import numpy as np
import pytest
from safetensors.torch import load_file
import torch

from pi0_ros.model.checkpoint import WEIGHTS, load_checkpoint
from pi0_ros.model.flow import sample_actions
from pi0_ros.model.pi0 import Inputs
from pi0_ros.model.verify import RECORDED, verify
from pi0_ros.model.verify import WEIGHTS as REFERENCE_WEIGHTS
from pi0_ros.robots.norm_stats import load_norm_stats
from pi0_ros.tools.convert_checkpoint import convert, main
from pi0_ros.types import InputError

REFERENCE = Path(__file__).parents[1] / 'reference'
CASES = [f'{model}/{case}' for model in ('pi0', 'pi05') for case in 'abc']
STATISTICS = REFERENCE / 'prep' / 'norm_stats_example.json'
SLOTS = ('base_0_rgb', 'left_wrist_0_rgb', 'right_wrist_0_rgb')
QUERY = 'PaliGemma/llm/layers/attn/q_einsum/w'


def load_reference(case):
    return load_checkpoint(REFERENCE / case, weights=REFERENCE_WEIGHTS)


@pytest.fixture
def new(tmp_path):
    return tmp_path / 'new'


@pytest.fixture(scope='module')
def arrays():
    """Return the arrays that openpi would have of a small π0."""
    return jax_arrays(load_reference('pi0/a')[0])


@pytest.fixture(scope='module')
def written(arrays, tmp_path_factory):
    folder = tmp_path_factory.mktemp('written')
    write_params(folder / 'params', arrays)
    return folder


@pytest.fixture
def source(written, tmp_path):
    """Return a checkpoint that a test may spoil."""
    return Path(shutil.copytree(written, tmp_path / 'source'))


def choices(config):
    return {'action_horizon': config.horizon, 'max_token_len': config.max_token_len}


def assert_same(found, expected):
    expected = dict(expected.named_parameters())
    assert {name for name, _ in found.named_parameters()} == set(expected)
    for name, parameter in found.named_parameters():
        assert torch.equal(parameter, expected[name]), name


def assert_refused(source, new, *words):
    with pytest.raises(InputError) as caught:
        convert(source, new, {'action_horizon': 10})
    assert str(source) in str(caught.value)
    for word in words:
        assert word in str(caught.value)
    assert not new.exists()
    assert not list(new.parent.glob('.new.*'))


@pytest.mark.parametrize('case', CASES)
def test_the_public_models_come_back_exactly(case, tmp_path, new):
    model, config = load_reference(case)
    write_params(tmp_path / 'params', jax_arrays(model))
    converted = convert(tmp_path, new, choices(config))
    assert converted.config == config
    assert converted.parameters == sum(p.numel() for p in model.parameters())
    assert_same(load_checkpoint(new)[0], model)
    # ... and compute what was recorded of them: this is the reference folder, with new weights.
    shutil.copy(REFERENCE / case / 'config.json', new)
    shutil.copy(REFERENCE / case / RECORDED, new)
    (new / WEIGHTS).rename(new / REFERENCE_WEIGHTS)
    assert [str(comparison) for comparison in verify(new) if not comparison.ok] == []


@pytest.mark.parametrize(('case', 'adapted'), [('pi05', 0), ('pi0_lora', 10)])
def test_openpis_own_checkpoints_act_as_in_jax(case, adapted, new):
    """The folders are orbax's, the actions openpi's: see test/reference/README.md."""
    folder = REFERENCE / 'jax' / case
    io = load_file(folder / RECORDED)
    horizon, length = io['in.noise'].shape[1], io['in.tokens'].shape[1]
    told = {'action_horizon': horizon, 'max_token_len': length}
    assert convert(folder, new, told).adapted == adapted
    inputs = Inputs(
        {slot: io[f'in.image.{slot}'] for slot in SLOTS},
        {slot: io[f'in.image_mask.{slot}'] for slot in SLOTS},
        io['in.tokens'],
        io['in.token_mask'],
        io['in.state'],
    )
    with torch.inference_mode():
        actions = sample_actions(load_checkpoint(new)[0], inputs, io['in.noise'], 10)
    torch.testing.assert_close(actions, io['out.actions'], atol=5e-5, rtol=0)


def test_a_layout_without_flaxs_wrapper(arrays, tmp_path, new):
    write_params(tmp_path / 'params', arrays, wrapped=False)
    model, config = load_reference('pi0/a')
    convert(tmp_path, new, choices(config))
    assert_same(load_checkpoint(new)[0], model)


def test_bfloat16_arrays_are_read_as_they_are(arrays, tmp_path, new):
    write_params(tmp_path / 'params', arrays, dtype='bfloat16')
    model, config = load_reference('pi0/a')
    convert(tmp_path, new, choices(config))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(parameter.bfloat16())
    assert_same(load_checkpoint(new)[0], model)


def test_a_bfloat16_file_gives_what_the_model_has_in_bfloat16(written, tmp_path):
    for dtype in ('float32', 'bfloat16'):
        arguments = [str(written), str(tmp_path / dtype), '--horizon', '10', '--dtype', dtype]
        assert main(arguments) == 0
    wide, narrow = (tmp_path / dtype / WEIGHTS for dtype in ('float32', 'bfloat16'))
    assert narrow.stat().st_size < 0.6 * wide.stat().st_size
    models = [load_checkpoint(file.parent, dtype=torch.bfloat16)[0] for file in (wide, narrow)]
    assert_same(*models)


def test_blocks_of_zeros_that_old_versions_left_out(arrays, tmp_path, new):
    zeroed = arrays | {'state_proj/bias': np.zeros_like(arrays['state_proj/bias'])}
    write_params(tmp_path / 'params', zeroed, complete=False)
    convert(tmp_path, new, {'action_horizon': 10})
    assert not load_file(new / WEIGHTS)['state_proj.bias'].any()


def test_what_is_printed(source, new, capsys):
    assets = source / 'assets' / 'lab' / 'arm'
    assets.mkdir(parents=True)
    shutil.copy(STATISTICS, assets / 'norm_stats.json')
    arguments = ['--horizon', '10', '--max_token_len', '60', '--discrete_state', 'true']
    assert main([str(source), str(new), *arguments]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f'{new}: π0, loads strictly'
    assert lines[1] == '  320,672 parameters (float32) from 50 arrays'
    assert '  action_dim 32, horizon 10' in lines
    assert '  max_token_len 60, discrete_state True' in lines
    assert '  statistics: lab/arm' in lines
    copied = new / 'assets' / 'lab' / 'arm' / 'norm_stats.json'
    assert load_norm_stats(copied, 'z_score').state.size == 10


def test_a_folder_that_is_there_is_not_touched(source, new, capsys):
    new.mkdir()
    assert main([str(source), str(new), '--horizon', '10']) == 1
    assert f'{new}: exists already' in capsys.readouterr().err
    assert list(new.iterdir()) == []


def test_a_folder_without_params(tmp_path, new):
    assert_refused(tmp_path, new, 'params', 'no such folder')


@pytest.mark.parametrize('name', ['_METADATA', 'manifest.ocdbt'])
@pytest.mark.parametrize('content', [None, b'', b'[]', b'garbage' * 9])
def test_absent_and_garbled_files_are_named(source, new, name, content):
    file = source / 'params' / name
    file.unlink()
    if content is not None:
        file.write_bytes(content)
    assert_refused(source, new, name)


def change_metadata(source, change):
    file = source / 'params' / '_METADATA'
    metadata = json.loads(file.read_text())
    change(metadata)
    file.write_text(json.dumps(metadata))


def test_another_format_of_arrays_is_refused(source, new):
    change_metadata(source, lambda metadata: metadata.update(use_zarr3=True))
    assert_refused(source, new, 'zarr arrays of format 2')


def test_an_array_that_is_listed_but_not_there(source, new):
    remove(source / 'params', 'params.state_proj.kernel.value/.zarray')
    assert_refused(source, new, "the store lacks arrays of _METADATA: ['params.state_proj.kernel")


def test_an_array_that_is_there_but_not_listed(source, new):
    key = str(('params', 'state_proj', 'kernel', 'value'))
    change_metadata(source, lambda metadata: metadata['tree_metadata'].pop(key))
    assert_refused(source, new, "_METADATA lacks arrays of the store: ['params.state_proj.kernel")


def test_leaves_outside_params(source, new):
    leaf = {'key_metadata': [{'key': 'opt_state'}, {'key': 'count'}]}
    change_metadata(source, lambda metadata: metadata['tree_metadata'].update(other=leaf))
    assert_refused(source, new, "expected arrays under params, found ['opt_state/count']")


def test_a_lost_chunk_is_no_block_of_zeros(source, new):
    remove(source / 'params', f'params.{QUERY.replace("/", ".")}.value/0.0.0.0')
    assert_refused(source, new, QUERY, 'missing')


def test_a_truncated_file(source, new):
    largest = max((source / 'params').rglob('d/*'), key=lambda file: file.stat().st_size)
    with largest.open('r+b') as file:
        file.truncate(largest.stat().st_size // 2)
    assert_refused(source, new, 'params: PaliGemma/', 'not valid for value of size')


def test_an_array_that_is_no_numbers(arrays, tmp_path, new):
    write_params(tmp_path / 'params', {'state_proj/kernel': np.ones((2, 2))}, dtype='<i4')
    assert_refused(tmp_path, new, 'state_proj/kernel: expected one of', 'found int32')


@pytest.mark.parametrize(
    ('change', 'complaint'),
    [
        ({QUERY: None}, f'missing (1):\n    {QUERY}'),
        ({'vision_head/kernel': np.ones((2, 2))}, 'unexpected (1):\n    vision_head/kernel'),
        (
            {QUERY: np.ones((3, 8, 16, 64))},
            f'misshapen (1):\n    {QUERY}: found (3, 8, 16, 64), expected (3, 8, 64, 16)',
        ),
        ({'state_proj/bias': np.full(32, np.nan)}, 'state_proj/bias: state_proj.bias'),
    ],
)
def test_arrays_that_are_not_the_models(arrays, tmp_path, new, change, complaint):
    changed = {name: array for name, array in (arrays | change).items() if array is not None}
    write_params(tmp_path / 'params', changed)
    assert_refused(tmp_path, new, complaint)


def test_a_full_disk_leaves_nothing_behind(source, new, monkeypatch, capsys):
    def fail(*_):
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr('os.posix_fallocate', fail)
    assert main([str(source), str(new), '--horizon', '10']) == 1
    assert 'No space left' in capsys.readouterr().err
    assert [path.name for path in new.parent.iterdir()] == ['source']
