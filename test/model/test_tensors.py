# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Files of tensors: whole or in shards, and every broken one refused by name and reason."""

from __future__ import annotations

import json
import pickle

import pytest
from safetensors.torch import save_file
import torch

from pi0_ros.model.tensors import open_tensors
from pi0_ros.types import InputError

NAME = 'model.safetensors'
TENSORS = {'a': torch.arange(6.0).view(2, 3), 'b': torch.ones(4, dtype=torch.bfloat16)}


def write_shards(folder, **weight_map):
    for file in set(weight_map.values()):
        own = {key: TENSORS[key] for key, other in weight_map.items() if other == file}
        save_file(own, folder / file)
    (folder / f'{NAME}.index.json').write_text(json.dumps({'weight_map': weight_map}))


def read(folder):
    with open_tensors(folder, NAME, 'cpu') as file:
        return {key: (file.shape(key), file.dtype(key), file.read(key)) for key in file.keys}


def refuse(folder, match):
    with pytest.raises(InputError, match=match), open_tensors(folder, NAME, 'cpu'):
        pass


@pytest.mark.parametrize(
    'files', [None, ['1.safetensors'] * 2, ['1.safetensors', '2.safetensors']]
)
def test_whole_and_in_shards(tmp_path, files):
    if files is None:
        save_file(TENSORS, tmp_path / NAME)
    else:
        write_shards(tmp_path, **dict(zip(TENSORS, files, strict=True)))
    found = read(tmp_path)
    assert {key: entry[:2] for key, entry in found.items()} == {
        'a': ([2, 3], 'F32'),
        'b': ([4], 'BF16'),
    }
    assert all(torch.equal(found[key][2], tensor) for key, tensor in TENSORS.items())


def test_shards_at_odds_with_their_index(tmp_path):
    write_shards(tmp_path, a='1.safetensors', b='2.safetensors')
    save_file({'c': TENSORS['b']}, tmp_path / '2.safetensors')
    refuse(tmp_path, r"2\.safetensors.*index\.json lists: missing \['b'\], unexpected \['c'\]")
    (tmp_path / '2.safetensors').unlink()
    refuse(tmp_path, r'2\.safetensors: No such file')


@pytest.mark.parametrize(
    ('text', 'match'),
    [
        ('{', 'not an index'),
        ('[]', 'not an index'),
        ('{"weight_map": 3}', 'not an index'),
        ('{"weight_map": {"a": 3}}', 'not an index'),
        ('{"weight_map": {"a": "../other/1.safetensors"}}', 'a: expected a file name'),
    ],
)
def test_a_garbled_index(tmp_path, text, match):
    (tmp_path / f'{NAME}.index.json').write_text(text)
    refuse(tmp_path, rf'index\.json: {match}')


def test_whole_and_shards_at_once(tmp_path):
    write_shards(tmp_path, a='1.safetensors')
    save_file(TENSORS, tmp_path / NAME)
    refuse(tmp_path, 'has both')


@pytest.mark.parametrize('part', [0.3, 0.99])
def test_a_file_that_is_cut_off(tmp_path, part):
    save_file(TENSORS, tmp_path / NAME)
    content = (tmp_path / NAME).read_bytes()
    (tmp_path / NAME).write_bytes(content[: int(part * len(content))])
    refuse(tmp_path, r'model\.safetensors: not safetensors, or cut off: .*Copy it again')


class Trap:
    def __reduce__(self):
        return (pytest.fail, ('it was unpickled',))


@pytest.mark.parametrize('save', [torch.save, lambda x, file: file.write_bytes(pickle.dumps(x))])
def test_a_pickle_by_another_name(tmp_path, save):
    save(Trap(), tmp_path / NAME)
    refuse(tmp_path, r'model\.safetensors: not safetensors but a pickle, refused: .* any code')


@pytest.mark.parametrize('name', ['pytorch_model.bin', 'model.pt', 'last.ckpt'])
def test_a_folder_of_pickles(tmp_path, name):
    (tmp_path / name).write_bytes(b'')
    refuse(tmp_path, rf'model\.safetensors: no such file\. {name}: refused, .* any code')


def test_a_folder_for_jax(tmp_path):
    (tmp_path / 'params').mkdir()
    refuse(tmp_path, r'no such file\. Its params/ .* pi0_ros\.tools\.convert_checkpoint')
