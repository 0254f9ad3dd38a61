# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
A sentence, and for π0.5 the state, to the token ids of the prefix.

The tokenizer's file lies in the checkpoint folder or in ``tokenizer/`` below it, where LeRobot
puts it, as ``tokenizer.json`` (transformers) or ``tokenizer.model`` (SentencePiece); nothing is
downloaded. The text is openpi's, from src/openpi/models/tokenizer.py, or for LeRobot's checkpoints
LeRobot's. This module knows no network: tokens are integers in numpy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
import json
import logging
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
import tokenizers

from pi0_ros.model.config import Pi0Config, Rules
from pi0_ros.types import InputError

JSON_FILE = 'tokenizer.json'
SENTENCEPIECE_FILE = 'tokenizer.model'
SUBFOLDER = 'tokenizer'
BEGIN = '<bos>'
# PaliGemma's tokens that are not text, in the order of their ids.
SPECIAL_TOKENS = ('<pad>', '<eos>', BEGIN)

Encode = Callable[[str], list[int]]  # text to ids, without special tokens

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Tokenizer:
    """
    What turns prompts into tokens for one model.

    :param encode: text to ids.
    :param begin_id: id that opens every prompt.
    :param max_len: tokens to pad to and cut at, L.
    :param discrete_state: write the state into the prompt (π0.5).
    :param rules: whose prompt it is.
    :param padded_state: length to which LeRobot 0.4 pads the state with zeros before it is
        written, A.
    """

    encode: Encode
    begin_id: int
    max_len: int
    discrete_state: bool
    rules: Rules = 'openpi'
    padded_state: int = 0

    @classmethod
    def load(cls, folder: str | Path, config: Pi0Config) -> Tokenizer:
        """
        Read the tokenizer of a checkpoint.

        :raises InputError: if the folder has none, or it is unreadable or not this model's.
        """
        encode, begin_id, size = _open(Path(folder))
        if size > config.vocab_size:
            raise InputError(
                f'{folder}: the tokenizer has {size} ids, the model embeds {config.vocab_size}'
            )
        return cls(
            encode, begin_id, config.max_token_len, config.discrete_state, config.rules,
            config.action_dim,
        )  # fmt: skip

    def tokenize_prompt(
        self, prompt: str, state: NDArray[np.floating] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """
        Return the tokens of a prompt and which of them are real.

        :param prompt: the sentence the robot is to follow.
        :param state: normalised, not padded, (J,); read only if the state belongs to the prompt.
        :return: ids, (L,), padded with 0; mask, (L,), False for padding.
        """
        if not self.discrete_state:
            state = None
        elif state is None:
            raise InputError('prompt: this model reads the state in the prompt, but got none')
        elif self.rules == 'lerobot_0_4':
            state = np.pad(state, (0, self.padded_state - state.size))
        pieces = prompt_pieces(prompt, state, self.rules)
        ids = [self.begin_id, *(token for piece in pieces for token in self.encode(piece))]
        if len(ids) > self.max_len:
            _log.warning('prompt of %d tokens is cut to %d: %r', len(ids), self.max_len, prompt)
        ids = ids[: self.max_len]
        tokens = np.zeros(self.max_len, np.int64)
        tokens[: len(ids)] = ids
        return tokens, np.arange(self.max_len) < len(ids)


def prompt_pieces(
    prompt: str, state: NDArray[np.floating] | None, rules: Rules = 'openpi'
) -> tuple[str, ...]:
    """
    Return the text the model was trained on, in the pieces that are tokenised separately.

    LeRobot's prompt without state is the sentence as it is, and its newline no piece of its own:
    huggingface/lerobot, src/lerobot/policies/pi0/processor_pi0.py, `Pi0NewLineProcessor`.

    :param state: normalised, (J,), for a prompt that carries the state.
    """
    cleaned = prompt.strip().replace('_', ' ').replace('\n', ' ')
    if state is None and rules == 'openpi':
        return cleaned, '\n'
    if state is None:
        return (prompt if prompt.endswith('\n') else f'{prompt}\n',)
    integers = ' '.join(map(str, discretise(state)))
    return (f'Task: {cleaned}, State: {integers};\nAction: ',)


def discretise(state: NDArray[np.floating]) -> list[int]:
    """
    Return the number of each value's bin: 256 of them divide [-1, 1) evenly.

    Below -1 it is -1, as in openpi; at 1 and above 255.
    """
    lower_edges = np.linspace(-1, 1, 256 + 1)[:-1]
    return [int(index) for index in np.digitize(state, lower_edges) - 1]


def tokenizer_file(folder: Path) -> Path:
    """
    Return the file that holds a checkpoint's tokenizer.

    :raises InputError: if there is none.
    """
    for place in (folder, folder / SUBFOLDER):
        for name in (JSON_FILE, SENTENCEPIECE_FILE):
            if (place / name).is_file():
                return place / name
    raise InputError(
        f"{folder}: no tokenizer. Put PaliGemma's {JSON_FILE} (from google/paligemma-3b-pt-224) "
        f'or {SENTENCEPIECE_FILE} (gs://big_vision/paligemma_tokenizer.model, renamed) there'
    )


def _open(folder: Path) -> tuple[Encode, int, int]:
    """Return encoder, begin id and number of ids of the tokenizer in the folder."""
    path = tokenizer_file(folder)
    return _open_json(path) if path.name == JSON_FILE else _open_sentencepiece(path)


def _open_json(path: Path) -> tuple[Encode, int, int]:
    try:
        text = path.read_text(encoding='utf-8')
        model = json.loads(text)['model']
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise InputError(f'{path}: not a tokenizer ({error!r})') from error
    if not isinstance(model, dict):
        raise InputError(f'{path}: not a tokenizer: its "model" is {model!r:.80}')
    tokenizer = tokenizers.Tokenizer.from_str(text)
    begin_id = tokenizer.token_to_id(BEGIN)
    if begin_id is None:
        raise InputError(f'{path}: has no token {BEGIN}')

    def encode(text: str) -> list[int]:
        return list(tokenizer.encode(text, add_special_tokens=False).ids)

    return encode, begin_id, tokenizer.get_vocab_size()


def _open_sentencepiece(path: Path) -> tuple[Encode, int, int]:
    try:
        from sentencepiece import SentencePieceProcessor  # noqa: PLC0415  # optional
    except ImportError as error:
        raise InputError(f'{path}: reading it needs: pip install sentencepiece') from error
    try:
        processor = SentencePieceProcessor(model_file=str(path))
    except (OSError, RuntimeError) as error:
        raise InputError(f'{path}: {error}') from error
    return processor.encode, processor.bos_id(), processor.vocab_size()
