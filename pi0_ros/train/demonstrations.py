# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The simulator's demonstrations on disk, and as examples.

A folder holds ``demonstrations.json`` and one safetensors file for each shard. Every frame comes
with the teacher's plan for each of the nine tasks; a frame and a task that can be done from there
make an example, so the same picture is seen with different sentences and different motions, and
the words can't be ignored. :mod:`pi0_ros.train.demonstrate` writes the folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from pi0_ros.robots.spec import Robot
from pi0_ros.sim.sentences import TRAINED, say, skill_of
from pi0_ros.sim.task import Task
from pi0_ros.train.example import Example, Motion
from pi0_ros.types import NS_PER_S, InputError, Observation

INDEX = 'demonstrations.json'
FORMAT = 1

# A pixel shows a cube where one colour outshines both others by so much, of 255.
CONTRAST = 40
# Words that nobody knows are slipped into sentences, so that those people add do no harm.
STRANGE_WORD_CHANCE, STRANGE_VERB_CHANCE = 0.3, 0.1
STRANGE_WORD_LENGTH = (2, 5)


@dataclass(frozen=True)
class Index:
    """
    What a folder of demonstrations holds.

    :param cameras: names, in the order of the frames' pictures.
    :param joints: names, in the order of the positions.
    :param moving: names of the joints that have plans; the others rest.
    :param cubes: names, which are also the colours that the pictures show.
    :param tasks: cube and destination (or null) of each plan.
    :param rate_hz: of the plans' steps [Hz].
    :param horizon: steps of a plan.
    :param seed: of the whole folder.
    :param shards: names of the files.
    """

    cameras: tuple[str, ...]
    joints: tuple[str, ...]
    moving: tuple[str, ...]
    cubes: tuple[str, ...]
    tasks: tuple[tuple[str, str | None], ...]
    rate_hz: float
    horizon: int
    seed: int
    shards: tuple[str, ...]

    def write(self, folder: Path) -> None:
        """Write the file that makes a folder complete."""
        text = json.dumps({'format': FORMAT, **asdict(self)}, indent=1)
        (folder / INDEX).write_text(text + '\n', encoding='utf-8')

    @classmethod
    def read(cls, folder: Path) -> Index:
        """
        Read the file.

        :raises InputError: if it can't be read, or is of another format.
        """
        path = folder / INDEX
        try:
            values = json.loads(path.read_text(encoding='utf-8'))
            if values.pop('format') != FORMAT:
                raise InputError(f'{path}: format: expected {FORMAT}')
            values['tasks'] = [tuple(task) for task in values['tasks']]
            lists = {key: tuple(value) for key, value in values.items() if isinstance(value, list)}
            return cls(**{**values, **lists})
        except (OSError, ValueError, TypeError, AttributeError, KeyError) as error:
            raise InputError(f'{path}: not an index of demonstrations: {error!r}') from error


class Demonstrations:
    """
    Every frame with every task that can be done from there.

    :param folder: as :mod:`pi0_ros.train.demonstrate` writes it.
    :param robot: whose joints and cameras they must be.
    :param horizon: targets of an example, H.
    :raises InputError: naming the file and the field that doesn't fit.
    """

    def __init__(self, folder: Path, robot: Robot, horizon: int) -> None:
        self._index = index = Index.read(folder)
        _check(folder, index, robot, horizon)
        shards = [_load(folder / name) for name in index.shards]
        self._frames = {
            name: np.concatenate([shard[name] for shard in shards])
            for name in ('positions', 'rest', 'feasible', 'plans')
        }
        self._pictures = [shard['pictures'] for shard in shards]
        self._starts = np.cumsum([0, *map(len, self._pictures)])
        self._moving = [robot.joint_names.index(name) for name in index.moving]
        self._tasks = [Task(*task) for task in index.tasks]
        self._pairs = np.argwhere(self._frames['feasible'])  # (examples, 2): frame, task

    def __len__(self) -> int:
        """Return the number of pairs of a frame and a task."""
        return len(self._pairs)

    def motion(self, index: int) -> Motion:
        """Return an example's numbers."""
        frame, task = self._pairs[index]
        plan = self._frames['plans'][frame, task]  # (H, moving)
        targets = np.tile(self._frames['rest'][frame], (len(plan), 1)).astype(np.float64)
        targets[:, self._moving] = plan
        return Motion(self._frames['positions'][frame].astype(np.float64), targets)

    def __getitem__(self, index: int) -> Example:
        """Return a frame, a task's sentence in one of its phrasings, and the teacher's plan."""
        frame, number = (int(i) for i in self._pairs[index])
        task = self._tasks[number]
        positions, targets = self.motion(index)
        shard = int(np.searchsorted(self._starts, frame, side='right')) - 1
        pictures = self._pictures[shard][frame - self._starts[shard]]  # (C, h, w, 3)
        images = dict(zip(self._index.cameras, pictures, strict=True))
        prompt = phrase(task, np.random.default_rng((self._index.seed, index)))
        stamps_ns = dict.fromkeys((*images, 'joint_states'), NS_PER_S)
        observation = Observation(NS_PER_S, images, positions, prompt, stamps_ns)
        colours = [task.cube, *([task.onto] if task.onto else [])]
        return Example(observation, targets, mark_colours(images, colours, self._index.cubes))


def open_demonstrations(path: Path, robot: Robot, horizon: int) -> Demonstrations:
    """
    Open a folder of demonstrations.

    :raises InputError: naming the file and the field that doesn't fit.
    """
    return Demonstrations(path, robot, horizon)


def phrase(task: Task, rng: np.random.Generator) -> str:
    """Say a task in one of its phrasings, now and then with words nobody knows."""
    phrasings = TRAINED[skill_of(task)]
    words = say(task, phrasings[rng.integers(len(phrasings))]).split()
    if rng.random() < STRANGE_VERB_CHANCE:
        first = words.index('the')
        words[:first] = [_strange_word(rng)]
    if rng.random() < STRANGE_WORD_CHANCE:
        place = int(rng.choice([0, 0, 1, len(words)]))
        words[place:place] = [_strange_word(rng) for _ in range(rng.integers(1, 3))]
    return ' '.join(words)


def _strange_word(rng: np.random.Generator) -> str:
    letters = rng.integers(ord('a'), ord('z') + 1, size=rng.integers(*STRANGE_WORD_LENGTH))
    return ''.join(map(chr, letters))


def mark_colours(
    images: Mapping[str, NDArray[np.uint8]], wanted: list[str], colours: tuple[str, ...]
) -> dict[str, NDArray[np.bool_]]:
    """
    Mark the pixels of the cubes that a sentence speaks of.

    :param wanted: the cube to pick up and, if there is one, its destination.
    :param colours: the three colours in the order of the pictures' channels.
    :return: for each camera (2, h, w); where there is no destination, nothing is marked as one.
    """
    channels = [colours.index(name) for name in wanted]
    marks = {}
    for camera, image in images.items():
        values = image.astype(np.int16)
        mine = np.zeros((2, *image.shape[:2]), dtype=np.bool_)
        for i, channel in enumerate(channels):
            others = values[..., [c for c in range(3) if c != channel]].max(axis=-1)
            mine[i] = values[..., channel] - others > CONTRAST
        marks[camera] = mine
    return marks


def _load(path: Path) -> dict[str, NDArray[np.generic]]:
    try:
        return dict(load_file(path))
    except (OSError, SafetensorError) as error:
        raise InputError(f'{path}: {error}') from error


def _check(folder: Path, index: Index, robot: Robot, horizon: int) -> None:
    for field, found, expected in (
        ('joints', index.joints, robot.joint_names),
        ('cameras', set(index.cameras), set(robot.cameras)),
        ('rate_hz', index.rate_hz, robot.rate_hz),
        ('horizon', index.horizon, horizon),
    ):
        if found != expected:
            raise InputError(f'{folder / INDEX}: {field}: expected {expected}, found {found}')
