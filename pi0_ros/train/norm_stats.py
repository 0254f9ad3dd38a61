# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Normalisation statistics of a set of examples, as openpi computes and stores them.

:mod:`pi0_ros.robots.norm_stats` reads what this module writes.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pi0_ros.robots.spec import Robot
from pi0_ros.robots.transforms import ModelSpace
from pi0_ros.train.example import Examples, Motion
from pi0_ros.types import finite_array

Array = NDArray[np.float64]

BINS = 5000
QUANTILES = {'q01': 0.01, 'q99': 0.99}
_MARGIN = 1e-10  # around the first batch, so that its extremes are inside a bin
_EXAMPLES_PER_BATCH = 256


class RunningStats:
    """
    Mean, deviation and quantiles of vectors that come in batches.

    Quantiles are the left edges of histogram bins. When a batch goes beyond the bins, new ones
    are laid and the old counts poured over, each at its left edge.
    Source: openpi at 15a9616, src/openpi/shared/normalize.py, `RunningStats`.

    NOTE: as there, the first bin's count is lost when only the upper end moves, since its left
    edge lies a hair below the new bins. Data that crowd at their lower end get a 99th percentile
    that is too high.
    """

    def __init__(self) -> None:
        self._count = 0
        self._mean = self._square = self._low = self._high = np.zeros(0)
        self._histograms: list[Array] = []
        self._edges: list[Array] = []

    def update(self, batch: Array) -> None:
        """
        Take note of vectors.

        :param batch: (..., N).
        """
        batch = batch.reshape(-1, batch.shape[-1])
        low, high = batch.min(axis=0), batch.max(axis=0)
        if not self._count:
            self._mean, self._square = np.zeros_like(low), np.zeros_like(low)
            self._low, self._high = low, high
            self._edges = [
                np.linspace(a - _MARGIN, b + _MARGIN, BINS + 1)
                for a, b in zip(low, high, strict=True)
            ]
            self._histograms = [np.zeros(BINS) for _ in low]
        elif (low < self._low).any() or (high > self._high).any():
            self._low, self._high = np.minimum(low, self._low), np.maximum(high, self._high)
            self._widen()
        self._count += len(batch)
        share = len(batch) / self._count
        self._mean = self._mean + (batch.mean(axis=0) - self._mean) * share
        self._square = self._square + ((batch**2).mean(axis=0) - self._square) * share
        for i, values in enumerate(batch.T):
            self._histograms[i] += np.histogram(values, bins=self._edges[i])[0]

    def _widen(self) -> None:
        for i, old in enumerate(self._edges):
            new = np.linspace(self._low[i], self._high[i], BINS + 1)
            counts, _ = np.histogram(old[:-1], bins=new, weights=self._histograms[i])
            self._edges[i], self._histograms[i] = new, counts.astype(np.float64)

    def statistics(self, std_floor: float = 0.0) -> dict[str, list[float]]:
        """
        Return mean, std, q01 and q99 in openpi's form.

        :param std_floor: least deviation; quantiles are spread to at least as much on both sides
            of their middle, since a joint that never moves would turn sensor noise into large
            numbers.
        """
        std = np.sqrt(np.maximum(0.0, self._square - self._mean**2))
        low, high = (self._quantile(share) for share in QUANTILES.values())
        middle, half = (low + high) / 2, np.maximum((high - low) / 2, std_floor)
        if std_floor:
            low, high = middle - half, middle + half
        values = {'mean': self._mean, 'std': np.maximum(std, std_floor)}
        values |= dict(zip(QUANTILES, (low, high), strict=True))
        return {name: value.tolist() for name, value in values.items()}

    def _quantile(self, share: float) -> Array:
        edges = [
            edges[np.searchsorted(np.cumsum(histogram), share * self._count)]
            for histogram, edges in zip(self._histograms, self._edges, strict=True)
        ]
        return np.array(edges)


def compute_norm_stats(
    examples: Examples, robot: Robot, std_floor: float
) -> dict[str, dict[str, list[float]]]:
    """
    Return the statistics of states and actions, in the model's joint convention.

    :param std_floor: least deviation.
    :return: 'state' and 'actions' to mean, std, q01 and q99.
    :raises InputError: naming the example and the joint, if a number is not finite.
    """
    space = ModelSpace(robot)
    running = {'state': RunningStats(), 'actions': RunningStats()}
    for start in range(0, len(examples), _EXAMPLES_PER_BATCH):
        states, actions = [], []
        for index in range(start, min(start + _EXAMPLES_PER_BATCH, len(examples))):
            positions, targets = _checked(examples.motion(index), index, robot)
            state = space.encode_state(positions)
            states.append(state)
            actions.append(space.encode_actions(targets, state))
        running['state'].update(np.stack(states))
        running['actions'].update(np.stack(actions))
    return {name: stats.statistics(std_floor) for name, stats in running.items()}


def _checked(motion: Motion, index: int, robot: Robot) -> tuple[Array, Array]:
    """Return an example's positions, (S,), and targets, (H, J)."""
    state, joints = robot.state_names, robot.joint_names
    shape = (len(motion.targets), len(joints))
    return (
        finite_array(motion.positions, (len(state),), f'example {index}: positions', state),
        finite_array(motion.targets, shape, f'example {index}: targets', joints),
    )


def write_norm_stats(file: Path, statistics: dict[str, dict[str, list[float]]]) -> None:
    """Write statistics as openpi's norm_stats.json."""
    file.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({'norm_stats': statistics}, indent=1)
    file.write_text(text + '\n', encoding='utf-8')
