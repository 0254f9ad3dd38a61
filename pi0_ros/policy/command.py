# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The sentence a robot is to follow: what may stand in it.

Takes text from outside, gives text that the model's tokenizer sees as it saw its training data.
It knows neither tokenizer nor vocabulary.
"""

from __future__ import annotations

from pi0_ros.types import InputError

MAX_LENGTH = 500


def check_command(text: str, max_length: int = MAX_LENGTH) -> str:
    """
    Return the sentence without white space around it.

    π0 was trained on plain English: a curly quote or a no-break space looks the same to a reader
    and becomes other tokens.

    :param max_length: characters that are allowed.
    :raises InputError: if it is empty, too long, or has a character that isn't printable ASCII.
    """
    text = text.strip()
    if not text:
        raise InputError('command: it is empty')
    if len(text) > max_length:
        raise InputError(f'command: {len(text)} characters, at most {max_length} are allowed')
    for position, character in enumerate(text):
        if not (character.isascii() and character.isprintable()):
            raise InputError(
                f'command: character {character!r} (U+{ord(character):04X}) at position '
                f'{position} is not printable ASCII'
            )
    return text
