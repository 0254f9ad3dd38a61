# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Commands: plain sentences pass, everything else is named."""

import pytest

from pi0_ros.policy.command import check_command
from pi0_ros.types import InputError


@pytest.mark.parametrize('text', ['pick up the cube', "don't (please)!", ' padded \n', 'a' * 500])
def test_good_commands(text):
    assert check_command(text) == text.strip()


@pytest.mark.parametrize(
    ('text', 'found'),
    [
        ('', 'it is empty'),
        (' \t\n', 'it is empty'),
        ('a' * 501, '501 characters, at most 500'),
        ('don’t', r"'’' \(U\+2019\) at position 3"),
        ('red\xa0cube', r'\(U\+00A0\) at position 3'),
        ('red\ncube', r"'\\n' \(U\+000A\) at position 3"),
        ('red\x00cube', r'\(U\+0000\) at position 3'),
        ('würfel', r'U\+00FC\) at position 1'),
    ],
)
def test_bad_commands_are_named(text, found):
    with pytest.raises(InputError, match=found):
        check_command(text)


def test_the_length_is_a_choice():
    with pytest.raises(InputError, match='5 characters, at most 4'):
        check_command('abcde', max_length=4)
