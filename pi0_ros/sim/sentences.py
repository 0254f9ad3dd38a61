# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
How people may say what the demo's tasks are: phrasings to learn from, and others to be tested on.

The phrasings of HELD_OUT are never trained on; several of their words ("could", "fetch", "want",
"rest") stand in no phrasing of TRAINED.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pi0_ros.sim.task import Task

Skill = Literal['pick', 'put']

TRAINED: Mapping[Skill, tuple[str, ...]] = {
    'pick': (
        'pick up the {cube} cube',
        'grab the {cube} cube',
        'lift the {cube} cube',
        'take the {cube} cube',
        'pick the {cube} cube up',
        'raise the {cube} cube',
        'get the {cube} cube',
        'hold the {cube} cube up',
        'pick up the {cube} block',
        'grab the {cube} block',
        'lift up the {cube} block',
        'take the {cube} block',
        'pick up the {cube} one',
        'please grab the {cube} one',
        'please pick up the {cube} cube',
        'now lift the {cube} cube',
    ),
    'put': (
        'put the {cube} cube on the {onto} cube',
        'place the {cube} cube on the {onto} cube',
        'stack the {cube} cube on the {onto} cube',
        'set the {cube} cube on the {onto} cube',
        'lay the {cube} cube on top of the {onto} cube',
        'put the {cube} cube on top of the {onto} cube',
        'put the {cube} cube onto the {onto} cube',
        'move the {cube} cube onto the {onto} cube',
        'put the {cube} block on the {onto} block',
        'stack the {cube} block on top of the {onto} block',
        'place the {cube} block onto the {onto} block',
        'set the {cube} block down on the {onto} block',
        'put the {cube} one on the {onto} one',
        'please put the {cube} cube on the {onto} cube',
        'please stack the {cube} one on the {onto} one',
        'now place the {cube} block on the {onto} block',
    ),
}
HELD_OUT: Mapping[Skill, tuple[str, ...]] = {
    'pick': (
        'could you pick up the {cube} cube',
        'fetch the {cube} cube',
        'I want the {cube} block',
        'please take the {cube} one',
        'now raise the {cube} block',
        'get hold of the {cube} cube',
    ),
    'put': (
        'could you put the {cube} cube onto the {onto} cube',
        'rest the {cube} cube on the {onto} cube',
        'now stack the {cube} cube on top of the {onto} cube',
        'please set the {cube} block on top of the {onto} one',
    ),
}


def skill_of(task: Task) -> Skill:
    """Return which skill a task needs."""
    return 'pick' if task.onto is None else 'put'


def say(task: Task, phrasing: str | None = None) -> str:
    """
    Return a task as a sentence.

    :param phrasing: with {cube}, and {onto} if the task has one; the first of TRAINED when None.
    """
    return (phrasing or TRAINED[skill_of(task)][0]).format(cube=task.cube, onto=task.onto)
