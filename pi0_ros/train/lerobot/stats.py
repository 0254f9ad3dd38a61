# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Statistics as a LeRobot dataset carries them: of each episode, and of all of them.

Source: huggingface/lerobot, src/lerobot/datasets/compute_stats.py. Quantiles are exact here, not
those of a histogram. What this project trains with is :mod:`pi0_ros.train.norm_stats`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Stats = dict[str, Array]

_QUANTILES = {'q01': 0.01, 'q10': 0.10, 'q50': 0.50, 'q90': 0.90, 'q99': 0.99}
# LeRobot looks at so many pictures of an episode, and at every n-th pixel of larger ones.
_MIN_PICTURES, _MAX_PICTURES, _POWER = 100, 10_000, 0.75
_LARGE, _SMALL = 300, 150


def describe(values: NDArray[np.generic]) -> Stats:
    """
    Return the statistics of an episode's numbers.

    :param values: (T, D).
    :return: names to (D,), and the count to (1,).
    """
    numbers = values.astype(np.float64)
    stats = {
        'min': numbers.min(axis=0),
        'max': numbers.max(axis=0),
        'mean': numbers.mean(axis=0),
        'std': numbers.std(axis=0),
        'count': np.array([len(numbers)]),
    }
    quantiles = np.quantile(numbers, list(_QUANTILES.values()), axis=0)
    return stats | dict(zip(_QUANTILES, quantiles, strict=True))


def pictures_to_describe(count: int) -> frozenset[int]:
    """Return which of an episode's pictures LeRobot takes its statistics from."""
    least = min(count, _MIN_PICTURES)
    samples = max(least, min(int(count**_POWER), _MAX_PICTURES))
    return frozenset(np.rint(np.linspace(0, count - 1, samples)).astype(int).tolist())


def thin_out(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a picture, (h, w, 3), small enough for statistics."""
    longest = max(picture.shape[:2])
    step = 1 if longest < _LARGE else longest // _SMALL
    return np.array(picture[::step, ::step])


def describe_pictures(pictures: Sequence[NDArray[np.uint8]]) -> Stats:
    """
    Return the statistics of pictures' colours, from 0 to 1.

    :param pictures: of one size, each (h, w, 3).
    :return: names to (3, 1, 1), and the number of pictures.
    """
    stats = describe(np.concatenate([picture.reshape(-1, 3) for picture in pictures]) / 255)
    shaped = {name: value.reshape(3, 1, 1) for name, value in stats.items() if name != 'count'}
    return shaped | {'count': np.array([len(pictures)])}


def combine(episodes: Iterable[Mapping[str, Stats]]) -> dict[str, Stats]:
    """
    Return the statistics of all episodes.

    Quantiles are not those of all numbers but, as LeRobot has it, their bounds: the lowest of
    the lower ones and of the medians, the highest of the upper ones.

    :param episodes: features to statistics, for each.
    """
    every = list(episodes)
    return {key: _combine([stats[key] for stats in every]) for key in every[0]}


def _combine(parts: Sequence[Stats]) -> Stats:
    stacked = {name: np.stack([part[name] for part in parts]) for name in parts[0]}
    counts = stacked['count']  # (E, 1)
    share = (counts / counts.sum()).reshape(-1, *[1] * (stacked['mean'].ndim - 1))
    mean = (stacked['mean'] * share).sum(axis=0)
    variance = ((stacked['std'] ** 2 + (stacked['mean'] - mean) ** 2) * share).sum(axis=0)
    combined = {
        name: stacked[name].max(axis=0) if _QUANTILES[name] > 0.5 else stacked[name].min(axis=0)
        for name in _QUANTILES
    }
    return combined | {
        'min': stacked['min'].min(axis=0),
        'max': stacked['max'].max(axis=0),
        'mean': mean,
        'std': np.sqrt(variance),
        'count': counts.sum(axis=0),
    }
