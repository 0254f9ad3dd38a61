# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Success asks for height, nearness and half a second, all of the commanded cube."""

from __future__ import annotations

import numpy as np
import pytest

from pi0_ros.sim.sentences import HELD_OUT, TRAINED, say, skill_of
from pi0_ros.sim.task import HOLD_NS, Success, Task, World, all_tasks, find_task
from pi0_ros.types import InputError

CUBES = ('red', 'green', 'blue')
TIPS = np.array([[-0.4, 0.5, 0.3], [0.1, 0.5, 0.2]])
ON_TABLE = {'red': (0.0, 0.4, 0.02), 'green': (0.1, 0.5, 0.02), 'blue': (0.2, 0.6, 0.02)}
PICK, PUT = Task('red'), Task('red', 'green')


def world(**cubes):
    """Return a world in which some of the cubes are elsewhere."""
    places = {**ON_TABLE, **cubes}
    return World({name: np.array(place) for name, place in places.items()}, TIPS)


@pytest.mark.parametrize(
    ('offset', 'expected'),
    [
        ((0.0, 0.0, 0.0), 'red'),
        ((0.0, 0.044, 0.0), 'red'),
        ((0.0, 0.046, 0.0), None),
    ],
)
def test_held_means_near_the_tips(offset, expected):
    assert World({'red': TIPS[1] + offset}, TIPS).held_cube() == expected


def test_held_means_off_the_table():
    low = TIPS - [0.0, 0.0, 0.121]  # the right tips are at 7.9 cm
    assert World({'red': low[1]}, low).held_cube() is None


@pytest.mark.parametrize(
    ('offset', 'expected'),
    [
        ((0.0, 0.0, 0.04), 'green'),
        ((0.014, 0.013, 0.04), 'green'),
        ((0.021, 0.0, 0.04), None),
        ((0.0, 0.0, 0.03), None),
        ((0.0, 0.0, 0.05), None),
    ],
)
def test_stacked_means_above_the_middle_one_edge_higher(offset, expected):
    on = world(red=np.add(ON_TABLE['green'], offset))
    assert on.stacked_on('red') == expected
    assert on.fulfils(PUT) == (expected == 'green')
    assert not on.fulfils(Task('red', 'blue'))
    assert not on.fulfils(Task('green', 'red'))


def test_a_cube_that_a_hand_still_holds_is_not_put():
    green = TIPS[1] - [0.0, 0.0, 0.04]
    held = World({'red': TIPS[1], 'green': green}, TIPS)
    assert held.stacked_on('red') == 'green'
    assert not held.fulfils(PUT)
    assert held.fulfils(PICK)


def test_success_takes_half_a_second():
    success, held = Success(PICK), world(red=TIPS[1])
    assert not success.update(0, held)
    assert not success.update(HOLD_NS - 1, held)
    assert success.update(HOLD_NS, held)
    assert success.update(HOLD_NS + 1, world())


@pytest.mark.parametrize('interruption', [{}, {'blue': TIPS[1]}])
def test_a_pause_begins_anew(interruption):
    success, held = Success(PICK), world(red=TIPS[1])
    success.update(0, held)
    success.update(HOLD_NS // 2, world(**interruption))
    assert not success.update(HOLD_NS, held)
    assert not success.update(2 * HOLD_NS - 1, held)
    assert success.update(2 * HOLD_NS, held)


def test_the_wrong_cube_never_counts():
    success = Success(PICK)
    assert not any(success.update(k * HOLD_NS, world(green=TIPS[1])) for k in range(5))


def test_time_does_not_run_backwards():
    success = Success(PICK)
    success.update(5, world())
    with pytest.raises(InputError, match='4 ns'):
        success.update(4, world())


@pytest.mark.parametrize(
    ('sentence', 'task'),
    [
        ('pick up the red cube', PICK),
        ('Lift the BLUE one!', Task('blue')),
        ('pick up the cube', None),
        ('red or green', None),
        ('a reddish cube', None),
        ('', None),
        ('put the red cube on the green cube', PUT),
        ('stack red on top of the green one', PUT),
        ('on to the green cube put the red one', PUT),
        ('put the red cube on the red cube', None),
        ('put it on the green cube', None),
        ('put the red, the green and the blue cube on it', None),
    ],
)
def test_the_sentence_names_a_task(sentence, task):
    assert find_task(sentence, CUBES) == task


def test_there_are_nine_tasks():
    tasks = all_tasks(CUBES)
    assert len(set(tasks)) == len(tasks) == 9


@pytest.mark.parametrize('task', all_tasks(CUBES), ids=say)
def test_every_phrasing_means_its_task(task):
    skill = skill_of(task)
    assert not set(TRAINED[skill]) & set(HELD_OUT[skill])
    for phrasing in (*TRAINED[skill], *HELD_OUT[skill]):
        assert find_task(say(task, phrasing), CUBES) == task
