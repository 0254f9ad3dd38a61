# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The demo's sizes and tokenizer: the same every time, a token a word, and no word without one."""

import json

import pytest

from pi0_ros.model.config_file import config_from_json
from pi0_ros.model.pi0 import Pi0
from pi0_ros.model.tokenizer import Tokenizer
from pi0_ros.sim.sentences import HELD_OUT, TRAINED, say, skill_of
from pi0_ros.sim.task import all_tasks
from pi0_ros.train import demo_start

CUBES = ('red', 'green', 'blue')


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp('start')
    demo_start.write(folder)
    return folder


@pytest.fixture(scope='module')
def config(folder):
    values = json.loads((folder / 'config.json').read_text())
    return config_from_json(values, pi05=False, vocab_size=values['vocab_size'])


def test_it_is_the_same_every_time(folder, tmp_path):
    demo_start.write(tmp_path)
    for file in folder.iterdir():
        assert file.read_bytes() == (tmp_path / file.name).read_bytes()


def test_the_model_is_small(config):
    count = sum(parameter.numel() for parameter in Pi0(config).parameters())
    assert 4 * count < 12e6  # bytes


@pytest.mark.parametrize('task', all_tasks(CUBES), ids=say)
def test_words_are_tokens_and_sentences_fit(folder, config, task):
    tokenizer = Tokenizer.load(folder, config)
    for phrasing in TRAINED[skill_of(task)]:
        sentence = say(task, phrasing)
        assert len(tokenizer.encode(sentence)) == len(sentence.split())
    for phrasing in HELD_OUT[skill_of(task)]:
        _, mask = tokenizer.tokenize_prompt(say(task, phrasing))
        assert mask.sum() < config.max_token_len


def test_capitals_and_stops_do_not_matter(folder, config):
    encode = Tokenizer.load(folder, config).encode
    assert encode('Pick up the RED cube, please!') == encode('pick up the red cube please')
    assert encode('xylophone')
