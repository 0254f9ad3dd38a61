# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Which trials are made: every sentence as it is, and the same ones under other conditions.

Every condition sees the same scenes, so that a difference is the condition's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from pi0_ros.sim.evaluate import FIRST_SEED
from pi0_ros.sim.evaluate.disturb import another
from pi0_ros.sim.evaluate.trial import LATENCY_S, Trial
from pi0_ros.sim.scene import CUBE_COLORS
from pi0_ros.sim.sentences import HELD_OUT, Skill, say, skill_of
from pi0_ros.sim.task import Task, all_tasks, find_task
from pi0_ros.types import InputError

CUBES = tuple(CUBE_COLORS)


@dataclass(frozen=True)
class Condition:
    """
    One way to make trials.

    :param name: short, for files.
    :param label: for people.
    :param vary: makes the trial from the plain one.
    :param untrained: whether the policy has random weights.
    """

    name: str
    label: str
    vary: Callable[[Trial], Trial]
    untrained: bool = False


def _wrong_sentence(trial: Trial) -> Trial:
    return replace(trial, sentence=say(another(trial.task, CUBES)))


def _held_out(trial: Trial) -> Trial:
    phrasings = HELD_OUT[trial.skill]
    return replace(trial, sentence=say(trial.task, phrasings[trial.seed % len(phrasings)]))


def _later(delay_s: float) -> Callable[[Trial], Trial]:
    return lambda trial: replace(trial, latency_s=LATENCY_S + delay_s)


PLAIN = Condition('plain', 'the checkpoint', lambda trial: trial)
CONTROLS = (
    Condition('untrained', 'untrained weights', lambda trial: trial, untrained=True),
    Condition('wrong_sentence', "another cube's sentence", _wrong_sentence),
    Condition('shuffled', "another scene's pictures", lambda t: replace(t, shuffled=True)),
)
ROBUSTNESS = (
    Condition('held_out', 'phrasings never trained on', _held_out),
    Condition('moved', 'cube jumps by 8 cm', lambda t: replace(t, moved=True)),
    Condition('changed', 'another cube from midway on',
              lambda t: replace(t, then=another(t.task, CUBES))),
    Condition('later_100', 'chunks 100 ms later', _later(0.1)),
    Condition('later_300', 'chunks 300 ms later', _later(0.3)),
    Condition('anywhere', 'hand starts anywhere', lambda t: replace(t, anywhere=True)),
)  # fmt: skip


def plain_trials(
    sentences: Sequence[str], count: int, first_seed: int = FIRST_SEED
) -> list[Trial]:
    """
    Return the trials of each sentence in each of so many scenes.

    :raises InputError: if a sentence is none of the demo's tasks.
    """
    trials = []
    for sentence in sentences:
        task = find_task(sentence, CUBES)
        if task is None:
            raise InputError(
                f'"{sentence}": expected one of the tasks, such as "{say(Task("red"))}"'
            )
        trials += [Trial(task, sentence, first_seed + k) for k in range(count)]
    return trials


def all_sentences(skill: Skill | None = None) -> list[str]:
    """Return every task's sentence, or those of one skill."""
    return [say(task) for task in all_tasks(CUBES) if skill in {None, skill_of(task)}]
