# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Success asks for height, nearness and half a second, all of the commanded cube."""

from __future__ import annotations

import numpy as np
import pytest

from pi0_ros.sim.task import HOLD_NS, Success, commanded_cube, held_cube
from pi0_ros.types import InputError

CUBES = ('red', 'green', 'blue')
TIPS = np.array([[-0.4, 0.5, 0.3], [0.1, 0.5, 0.2]])


@pytest.mark.parametrize(
    ('offset', 'expected'),
    [
        ((0.0, 0.0, 0.0), 'red'),
        ((0.0, 0.044, 0.0), 'red'),
        ((0.0, 0.046, 0.0), None),
    ],
)
def test_held_means_near_the_tips(offset, expected):
    assert held_cube({'red': TIPS[1] + offset}, TIPS) == expected


def test_held_means_off_the_table():
    low = TIPS - [0.0, 0.0, 0.121]  # the right tips are at 7.9 cm
    assert held_cube({'red': low[1]}, low) is None


def test_success_takes_half_a_second():
    success = Success('red')
    assert not success.update(0, 'red')
    assert not success.update(HOLD_NS - 1, 'red')
    assert success.update(HOLD_NS, 'red')
    assert success.update(HOLD_NS + 1, None)


@pytest.mark.parametrize('interruption', [None, 'blue'])
def test_a_pause_begins_anew(interruption):
    success = Success('red')
    success.update(0, 'red')
    success.update(HOLD_NS // 2, interruption)
    assert not success.update(HOLD_NS, 'red')
    assert not success.update(2 * HOLD_NS - 1, 'red')
    assert success.update(2 * HOLD_NS, 'red')


def test_the_wrong_cube_never_counts():
    success = Success('red')
    assert not any(success.update(k * HOLD_NS, 'green') for k in range(5))


def test_time_does_not_run_backwards():
    success = Success('red')
    success.update(5, None)
    with pytest.raises(InputError, match='4 ns'):
        success.update(4, None)


@pytest.mark.parametrize(
    ('sentence', 'cube'),
    [
        ('pick up the red cube', 'red'),
        ('Lift the BLUE one!', 'blue'),
        ('pick up the cube', None),
        ('red or green', None),
        ('a reddish cube', None),
        ('', None),
    ],
)
def test_the_sentence_names_one_cube(sentence, cube):
    assert commanded_cube(sentence, CUBES) == cube
