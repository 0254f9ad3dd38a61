# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Checkpoints load completely or not at all, in every form the tied embedding may have."""

from __future__ import annotations

import json

import pytest
from safetensors.torch import load_file, save_file
import torch

from pi0_ros.model.checkpoint import CONFIG, WEIGHTS, load_checkpoint, save_checkpoint
from pi0_ros.model.names import EMBEDDING, IGNORED, TIED_TO_EMBEDDING, openpi_name
from pi0_ros.types import InputError

EMBED_TOKENS = openpi_name(EMBEDDING)
NORM = openpi_name('text.norm.weight')


@pytest.fixture
def folder(model, tmp_path):
    save_checkpoint(model, tmp_path)
    return tmp_path


def rewrite(folder, change):
    """Change the tensors of a checkpoint by a function of their dictionary."""
    tensors = load_file(folder / WEIGHTS)
    change(tensors)
    save_file({name: tensor.clone() for name, tensor in tensors.items()}, folder / WEIGHTS)


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
    with pytest.raises(InputError, match='must be the same tensor'):
        load_checkpoint(folder)


def test_the_experts_vocabulary_head_is_ignored(model, folder):
    rewrite(folder, lambda t: t.update(dict.fromkeys(IGNORED, torch.zeros(3, 3))))
    assert_same(load_checkpoint(folder)[0], model)


def test_lerobots_names(model, folder):
    def prefix(tensors):
        renamed = {f'model.{name}': tensor for name, tensor in tensors.items()}
        tensors.clear()
        tensors.update(renamed)

    rewrite(folder, prefix)
    assert_same(load_checkpoint(folder)[0], model)


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


def test_bfloat16_files_load_as_float32_and_back(model, folder):
    rewrite(folder, lambda t: t.update({name: x.bfloat16() for name, x in t.items()}))
    wide, _ = load_checkpoint(folder)
    assert {p.dtype for p in wide.parameters()} == {torch.float32}
    mixed, _ = load_checkpoint(folder, dtype=torch.bfloat16)
    assert mixed.text.layers[0].mlp.up_proj.weight.dtype == torch.bfloat16
    assert mixed.text.norm.parameters().__next__().dtype == torch.float32
