# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The learning rate, the order of examples and the seeds, each a pure function of the step."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
import math

import numpy as np
from numpy.typing import NDArray
from torch.utils.data import Sampler

from pi0_ros.train.settings import TrainSettings


def learning_rate_fraction(settings: TrainSettings, step: int) -> float:
    """
    Return the part of the highest learning rate at a step, counted from 0.

    It rises linearly, then falls along half a cosine.
    Source: openpi, src/openpi/training/optimizer.py, `CosineDecaySchedule`.
    """
    if step < settings.warmup_steps:
        return (step + 1) / (settings.warmup_steps + 1)
    left = max(1, settings.steps - settings.warmup_steps)
    progress = min(1.0, (step - settings.warmup_steps) / left)
    low = settings.final_fraction
    return low + (1 - low) * 0.5 * (1 + math.cos(math.pi * progress))


def seed_of(*numbers: int) -> int:
    """Return one seed for a tuple of numbers such as (seed, step, rank)."""
    return int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0] >> 1)


class BatchOrder(Sampler[list[int]]):
    """
    Which examples make which batch: a new permutation of all of them each time they are used up.

    :param count: number of examples.
    :param start: step to begin at.
    :param rank: number of this process, of world.
    :return: on iteration, for every step the indices of each of its micro-batches in turn.
    """

    def __init__(
        self, settings: TrainSettings, count: int, start: int = 0, rank: int = 0, world: int = 1
    ) -> None:
        self._settings = settings
        self._count = count
        self._start = start
        self._rank, self._world = rank, world

    def __iter__(self) -> Iterator[list[int]]:
        """Yield lists of indices."""
        for step in range(self._start, self._settings.steps):
            mine = self.of_step(step)[self._rank :: self._world]
            for part in np.array_split(mine, self._settings.accumulation):
                yield part.tolist()

    def of_step(self, step: int) -> NDArray[np.int64]:
        """Return the indices of a step's whole batch, (batch_size,)."""
        size = self._settings.batch_size
        places = np.arange(step * size, (step + 1) * size)
        rounds, offsets = np.divmod(places, self._count)
        return np.array(
            [
                _permutation(self._settings.seed, int(number), self._count)[offset]
                for number, offset in zip(rounds, offsets, strict=True)
            ]
        )


@lru_cache(maxsize=2)
def _permutation(seed: int, number: int, count: int) -> NDArray[np.int64]:
    return np.random.default_rng((seed, number)).permutation(count)
