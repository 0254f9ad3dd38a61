# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The table: every line says what is wrong and what to do."""

import pytest

from pi0_ros.preflight.findings import (
    WIDTH,
    Finding,
    Level,
    failure,
    passed,
    table,
    warning,
    worst,
)


def test_table_shows_levels_reasons_and_remedies():
    findings = [
        passed('memory', 'enough'),
        warning('picture cam', 'black', 'take the cap off'),
        failure('checkpoint', 'does not fit\n  missing (1):\n  a.weight', 'another file'),
    ]
    assert table('Preflight', findings).splitlines() == [
        'Preflight',
        'PASS  memory       enough',
        'WARN  picture cam  black',
        '                   -> take the cap off',
        'FAIL  checkpoint   does not fit',
        '                     missing (1):',
        '                     a.weight',
        '                   -> another file',
        '1 FAIL, 1 WARN, 1 PASS',
    ]


def test_long_reasons_are_wrapped_and_complete():
    words = [f'word{i}' for i in range(60)]
    text = table('T', [failure('check', ' '.join(words), ' '.join(words))])
    assert max(map(len, text.splitlines())) <= WIDTH
    assert [w for w in text.split() if w.startswith('word')] == words * 2


def test_worst():
    assert worst([]) == Level.PASS
    assert worst([passed('a', 'x'), failure('b', 'x', 'y'), warning('c', 'x', 'y')]) == Level.FAIL


def test_who_complains_says_what_to_do():
    with pytest.raises(ValueError, match='remedy'):
        Finding(Level.FAIL, 'check', 'bad')
