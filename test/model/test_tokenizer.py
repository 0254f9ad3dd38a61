# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Prompts are openpi's, letter by letter; files are found, or it is said which to put where."""

from __future__ import annotations

from dataclasses import replace
import json
import shutil
import sys

import numpy as np
import pytest

from pi0_ros.model.config import tiny_config
from pi0_ros.model.tokenizer import Tokenizer, discretise, prompt_pieces
from pi0_ros.tools.untrained import byte_tokenizer
from pi0_ros.types import InputError

CONFIG = replace(tiny_config(), vocab_size=512, max_token_len=48)


@pytest.fixture
def prompts(reference):
    return json.loads((reference / 'prep' / 'prompts.json').read_text())


@pytest.fixture
def folder(tmp_path):
    byte_tokenizer().save(str(tmp_path / 'tokenizer.json'))
    return tmp_path


def of_kind(prompts, *kinds):
    found = [case for case in prompts if case['kind'] in kinds]
    assert found
    return found


def test_prompts_are_openpis(prompts):
    for case in of_kind(prompts, 'pi0', 'pi05'):
        state = np.array(case['state']) if case['kind'] == 'pi05' else None
        assert prompt_pieces(case['prompt'], state) == tuple(t for t, _ in case['encode_calls'])


def test_state_bins_are_openpis(prompts):
    for case in of_kind(prompts, 'digitize'):
        found = discretise(np.array(case['state']))
        assert found == next(v for k, v in case.items() if k not in ('kind', 'state', 'note'))


def test_padding_and_cutting_are_openpis(prompts):
    def encode(text):
        return [100 + i for i, _ in enumerate(text)]

    for case in of_kind(prompts, 'truncate'):
        tokenizer = Tokenizer(encode, 2, case['max_len'], discrete_state=False)
        tokens, mask = tokenizer.tokenize_prompt(case['prompt'])
        assert (tokens.tolist(), mask.tolist()) == (case['ids'], case['mask'])
    for case in of_kind(prompts, 'pi0'):
        tokenizer = Tokenizer(encode, 2, case['padded_len'], discrete_state=False)
        tokens, mask = tokenizer.tokenize_prompt(case['prompt'])
        assert mask.sum() == case['n_valid']
        assert mask[: case['n_valid']].all()
        assert (tokens[case['n_valid'] :] == case['pad_value']).all()
        assert (tokens.dtype, tokens.shape) == (np.int64, (case['padded_len'],))


def test_json_file(folder):
    tokens, mask = Tokenizer.load(folder, CONFIG).tokenize_prompt('grüße')
    assert tokens[0] == 2
    assert mask.sum() == 1 + len('grüße'.encode()) + 1
    assert tokens.max() < 259


@pytest.fixture(scope='module')
def trained(tmp_path_factory):
    """A folder with a SentencePiece model that was trained here, with PaliGemma's special ids."""
    sentencepiece = pytest.importorskip('sentencepiece')
    folder = tmp_path_factory.mktemp('sentencepiece')
    text = 'pick up the cube\nput it down\nTask: pick, State: 128 127;\nAction: \n'
    (folder / 'corpus.txt').write_text(text * 20)
    sentencepiece.SentencePieceTrainer.train(
        input=str(folder / 'corpus.txt'),
        model_prefix=str(folder / 'tokenizer'),
        vocab_size=300,
        byte_fallback=True,
        hard_vocab_limit=False,
        add_dummy_prefix=False,  # as Gemma's
        remove_extra_whitespaces=False,
        normalization_rule_name='identity',
        pad_id=0,
        eos_id=1,
        bos_id=2,
        unk_id=3,
        minloglevel=2,
    )
    processor = sentencepiece.SentencePieceProcessor(model_file=str(folder / 'tokenizer.model'))
    return folder, processor


STATE = np.array([0.0, -1e-9, 0.99])
PROMPT = 'Pick_up the\ncube '
CLEAN = 'Pick up the cube'
NO_STATE, IN_PROMPT = False, True


@pytest.mark.parametrize(
    ('rules', 'discrete_state', 'pieces'),
    [
        ('openpi', NO_STATE, [CLEAN, '\n']),
        ('lerobot', NO_STATE, [f'{PROMPT}\n']),
        ('lerobot_0_4', NO_STATE, [f'{PROMPT}\n']),
        ('openpi', IN_PROMPT, [f'Task: {CLEAN}, State: 128 127 254;\nAction: ']),
        ('lerobot', IN_PROMPT, [f'Task: {CLEAN}, State: 128 127 254;\nAction: ']),
        ('lerobot_0_4', IN_PROMPT, [f'Task: {CLEAN}, State: 128 127 254 128 128;\nAction: ']),
    ],
)
@pytest.mark.parametrize('subfolder', ['', 'tokenizer'])
def test_ids_are_sentencepieces(trained, tmp_path, rules, discrete_state, pieces, subfolder):
    source, processor = trained
    (tmp_path / subfolder).mkdir(exist_ok=True)
    shutil.copy(source / 'tokenizer.model', tmp_path / subfolder)
    config = replace(
        CONFIG, rules=rules, discrete_state=discrete_state, action_dim=5, max_token_len=200
    )
    tokens, mask = Tokenizer.load(tmp_path, config).tokenize_prompt(PROMPT, STATE)
    ids = [2, *(token for piece in pieces for token in processor.encode(piece))]
    assert tokens[mask].tolist() == ids
    assert processor.decode(ids) == ''.join(pieces)
    assert not tokens[~mask].any()


def test_a_newline_is_not_added_twice():
    assert prompt_pieces('go\n', None, 'lerobot') == ('go\n',)


def test_without_sentencepiece_it_is_asked_for(trained, tmp_path, monkeypatch):
    shutil.copy(trained[0] / 'tokenizer.model', tmp_path)
    monkeypatch.setitem(sys.modules, 'sentencepiece', None)
    with pytest.raises(InputError, match=r'tokenizer\.model: .* pip install sentencepiece'):
        Tokenizer.load(tmp_path, CONFIG)


def test_the_state_is_read_only_where_it_belongs_to_the_prompt(folder):
    pi05 = Tokenizer.load(folder, replace(CONFIG, discrete_state=True))
    low, high = (pi05.tokenize_prompt('go', np.full(2, v))[0].tolist() for v in (-0.5, 0.5))
    assert low != high
    with pytest.raises(InputError, match='state'):
        pi05.tokenize_prompt('go')
    pi0 = Tokenizer.load(folder, CONFIG)
    assert np.array_equal(pi0.tokenize_prompt('go', np.ones(2)), pi0.tokenize_prompt('go'))


def test_an_absent_file_is_asked_for(tmp_path):
    with pytest.raises(InputError, match=r'tokenizer\.json.*tokenizer\.model'):
        Tokenizer.load(tmp_path, CONFIG)


@pytest.mark.parametrize('name', ['tokenizer.json', 'tokenizer.model'])
@pytest.mark.parametrize('content', ['', '{}', '[]', '{"model": 3}'])
def test_garbled_files_are_named(tmp_path, name, content):
    (tmp_path / name).write_text(content)
    with pytest.raises(InputError, match=name):
        Tokenizer.load(tmp_path, CONFIG)


def test_a_tokenizer_of_another_model_is_refused(folder):
    with pytest.raises(InputError, match='259 ids, the model embeds 64'):
        Tokenizer.load(folder, replace(CONFIG, vocab_size=64))


def test_a_tokenizer_without_a_beginning_is_refused(folder):
    path = folder / 'tokenizer.json'
    path.write_text(path.read_text().replace('<bos>', '<start>'))
    with pytest.raises(InputError, match='<bos>'):
        Tokenizer.load(folder, CONFIG)
