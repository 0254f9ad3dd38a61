# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Checkpoints load completely or not at all, in every form the tied embedding may have."""

from __future__ import annotations

from dataclasses import replace
import json

from checkpoint_rig import add_prefix, edit, rewrite, write_lerobot
import pytest
from safetensors.torch import load_file
import torch

from pi0_ros.model.checkpoint import (
    CONFIG,
    WEIGHTS,
    load_checkpoint,
    load_config,
    save_checkpoint,
)
from pi0_ros.model.flow import sample_actions
from pi0_ros.model.names import EMBEDDING, IGNORED, TIED_TO_EMBEDDING, openpi_name
from pi0_ros.model.tensors import Tensors
from pi0_ros.types import InputError

EMBED_TOKENS = openpi_name(EMBEDDING)
NORM = openpi_name('text.norm.weight')


@pytest.fixture
def folder(model, tmp_path):
    save_checkpoint(model, tmp_path)
    return tmp_path


def assert_same(found, expected):
    expected = dict(expected.named_parameters())
    assert {name for name, _ in found.named_parameters()} == set(expected)
    for name, parameter in found.named_parameters():
        assert torch.equal(parameter, expected[name]), name
        assert parameter.requires_grad


def test_what_is_saved_is_loaded(model, folder):
    found, config = load_checkpoint(folder)
    assert config == model.config
    assert_same(found, model)


def test_the_embedding_is_saved_once_under_openpis_name(folder):
    names = load_file(folder / WEIGHTS)
    assert TIED_TO_EMBEDDING in names
    assert EMBED_TOKENS not in names


@pytest.mark.parametrize('names', [[EMBED_TOKENS], [EMBED_TOKENS, TIED_TO_EMBEDDING]])
def test_other_forms_of_the_tied_embedding(model, folder, names):
    def rename(tensors):
        embedding = tensors.pop(TIED_TO_EMBEDDING)
        tensors.update(dict.fromkeys(names, embedding))

    rewrite(folder, rename)
    assert_same(load_checkpoint(folder)[0], model)


def test_tied_tensors_that_differ_are_refused(folder):
    rewrite(folder, lambda t: t.update({EMBED_TOKENS: t[TIED_TO_EMBEDDING] + 1}))
    with pytest.raises(InputError, match='must be the same, but differ'):
        load_checkpoint(folder)


def test_the_sizes_are_told_without_a_look_at_the_numbers(model, folder, monkeypatch):
    rewrite(folder, lambda t: t.update({EMBED_TOKENS: t[TIED_TO_EMBEDDING] + 1}))
    monkeypatch.delattr(Tensors, 'read')
    assert load_config(folder) == model.config


def test_the_experts_vocabulary_head_is_ignored(model, folder):
    rewrite(folder, lambda t: t.update(dict.fromkeys(IGNORED, torch.zeros(3, 3))))
    assert_same(load_checkpoint(folder)[0], model)


@pytest.mark.parametrize('old', [False, True])
def test_lerobots_folder_gives_the_same_model(model, tmp_path, old):
    found, config = load_checkpoint(write_lerobot(model, tmp_path, old=old))
    assert_same(found, model)
    rules = 'lerobot_0_4' if old else 'lerobot'
    cameras = (('base_0_rgb',), ('left_wrist_0_rgb',), ('right_wrist_0_rgb',))
    assert config == replace(model.config, rules=rules, cameras=cameras)


def test_lerobots_prefix_is_not_openpis(folder):
    rewrite(folder, add_prefix)
    with pytest.raises(InputError, match='has neither'):
        load_checkpoint(folder)


def test_lerobots_old_names_are_mended_as_it_does(model, tmp_path):
    """As LeRobot: names of the other model, and what π0.5 has no use for, without the prefix."""
    folder = write_lerobot(model, tmp_path)
    pi05 = model.config.pi05
    right, wrong = ('time_mlp_', 'action_time_mlp_')[:: 1 if pi05 else -1]

    def old(tensors):
        bare = {name.removeprefix('model.'): tensor for name, tensor in tensors.items()}
        tensors.clear()
        for name, tensor in bare.items():
            tensors[wrong + name.removeprefix(right) if name.startswith(right) else name] = tensor
        if pi05:
            expert = 'paligemma_with_expert.gemma_expert.model.'
            for name in ('layers.0.input_layernorm', 'layers.1.post_attention_layernorm', 'norm'):
                tensors[f'{expert}{name}.weight'] = torch.zeros(3)
            tensors['state_proj.bias'] = torch.zeros(3)

    rewrite(folder, old)
    assert_same(load_checkpoint(folder)[0], model)


def test_two_names_of_one_tensor_are_refused(model, tmp_path):
    folder = write_lerobot(model, tmp_path)
    rewrite(folder, lambda t: t.update({'action_in_proj.bias': torch.zeros(16)}))
    with pytest.raises(InputError, match=r'model\.safetensors: .*are both action_in_proj\.bias'):
        load_checkpoint(folder)


def test_lerobots_type_must_be_the_weights(model, tmp_path):
    folder = write_lerobot(model, tmp_path)
    edit(folder, lambda values: values.update(type='pi0' if model.config.pi05 else 'pi05'))
    edit(folder, rename_prompt_step(model.config.pi05), 'policy_preprocessor.json')
    with pytest.raises(InputError, match=r'pi05 is .*, but the weights say'):
        load_checkpoint(folder)


def rename_prompt_step(pi05):
    names = ['pi0_new_line_processor', 'pi05_prepare_state_tokenizer_processor_step']
    wrong, right = names[:: -1 if pi05 else 1]

    def change(values):
        for one in values['steps']:
            if one['registry_name'] == wrong:
                one['registry_name'] = right

    return change


def test_all_that_is_wrong_is_listed_at_once(folder):
    def spoil(tensors):
        del tensors[NORM]
        tensors['stranger'] = torch.zeros(1)
        tensors['text.norm.weight'] = torch.zeros(32)  # our name is not openpi's
        tensors['action_in_proj.bias'] = torch.zeros(7)
        tensors['action_out_proj.bias'] = torch.zeros(6, dtype=torch.int8)

    rewrite(folder, spoil)
    with pytest.raises(InputError) as caught:
        load_checkpoint(folder)
    missing, rest = str(caught.value).split('unexpected')
    unexpected, misshapen = rest.split('misshapen')
    assert 'missing (1)' in missing
    assert NORM in missing
    assert unexpected.split() == ['(2):', 'stranger', 'text.norm.weight']
    assert 'action_in_proj.bias: found [7] F32, expected [16]' in misshapen
    assert 'action_out_proj.bias: found [6] I8' in misshapen


def test_sizes_that_are_not_the_weights_are_refused(folder):
    values = json.loads((folder / CONFIG).read_text())
    values['text']['mlp_dim'] = 65
    (folder / CONFIG).write_text(json.dumps(values))
    with pytest.raises(InputError, match=r'misshapen \(6\)'):
        load_checkpoint(folder)


def test_pi0_weights_are_no_pi05(folder, model):
    values = json.loads((folder / CONFIG).read_text())
    values['pi05'] = not model.config.pi05
    (folder / CONFIG).write_text(json.dumps(values))
    with pytest.raises(InputError, match='pi05'):
        load_checkpoint(folder)


@pytest.mark.parametrize('name', [CONFIG, WEIGHTS])
@pytest.mark.parametrize('content', [None, b'', b'garbage' * 9])
def test_absent_and_garbled_files_are_named(folder, name, content):
    (folder / name).unlink()
    if content is not None:
        (folder / name).write_bytes(content)
    with pytest.raises(InputError, match=name):
        load_checkpoint(folder)


def test_no_embedding_at_all(folder):
    rewrite(folder, lambda t: t.pop(TIED_TO_EMBEDDING))
    with pytest.raises(InputError, match='neither'):
        load_checkpoint(folder)


def test_bfloat16_files_load_as_float32(folder):
    rewrite(folder, lambda t: t.update({name: x.bfloat16() for name, x in t.items()}))
    wide, _ = load_checkpoint(folder)
    assert {p.dtype for p in wide.parameters()} == {torch.float32}


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16])
def test_the_narrow_dtypes_give_almost_the_same(model, folder, inputs, chunk, dtype):
    _, noise, _ = chunk
    narrow, _ = load_checkpoint(folder, dtype=dtype)
    assert narrow.text.layers[0].mlp.up_proj.weight.dtype == dtype
    assert narrow.text.norm.parameters().__next__().dtype == torch.float32
    with torch.inference_mode():
        exact, found = (sample_actions(m, inputs, noise, 3) for m in (model, narrow))
    assert found.dtype == torch.float32
    assert 0 < (found - exact).abs().max() < (0.2 if dtype == torch.bfloat16 else 0.02)


@pytest.mark.parametrize('value', [float('nan'), float('inf'), -float('inf')])
def test_a_weight_that_is_not_finite_is_named(folder, value):
    rewrite(folder, lambda t: t['action_in_proj.weight'].__setitem__((3, 2), value))
    with pytest.raises(
        InputError, match=r'infinite:\n    action_in_proj\.weight as torch\.float32$'
    ):
        load_checkpoint(folder)


def test_a_weight_too_large_for_float16_is_named(folder):
    rewrite(folder, lambda t: t[TIED_TO_EMBEDDING].__setitem__((0, 0), 1e6))
    load_checkpoint(folder)
    with pytest.raises(InputError, match=r'lm_head\.weight as torch\.float16'):
        load_checkpoint(folder, dtype=torch.float16)
