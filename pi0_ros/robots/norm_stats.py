# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Normalisation statistics, the two ways of using them, and openpi's file of them.

Takes `norm_stats.json`, gives functions between physical and normalised vectors. It writes and
floors nothing: whoever computes statistics takes care of joints that never move, since here, as
in openpi, a deviation of 0 is divided by as 1e-6. LeRobot's formulas differ a little from
openpi's; where its statistics lie is not known here.
"""

from __future__ import annotations

from dataclasses import dataclass
import json
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pi0_ros.robots.parts import NormalizationKind
from pi0_ros.types import InputError

Array = NDArray[np.float64]

# openpi, src/openpi/transforms.py, Normalize and Unnormalize.
EPSILON = 1e-6
# The statistics that each kind uses.
STATISTICS: dict[NormalizationKind, tuple[str, str]] = {
    'z_score': ('mean', 'std'),
    'quantile': ('q01', 'q99'),
}


class Scaling(Protocol):
    """Between physical and normalised vectors, along the last axis."""

    @property
    def size(self) -> int:
        """Length of the statistics."""

    def normalize(self, values: Array) -> Array:
        """Scale; statistics longer than the vector are cropped."""

    def unnormalize(self, values: Array) -> Array:
        """Scale back; a vector may be longer than the statistics."""


@dataclass(frozen=True)
class ZScore:
    """
    Mean 0, deviation 1.

    :param mean: (N,).
    :param std: (N,).
    """

    mean: Array
    std: Array

    @property
    def size(self) -> int:
        """N."""
        return self.mean.size

    def normalize(self, values: Array) -> Array:
        """(x - mean) / (std + 1e-6)."""
        n = values.shape[-1]
        return (values - self.mean[:n]) / self._divisor(self.std[:n])

    def unnormalize(self, values: Array) -> Array:
        """Undo it; entries beyond the statistics count as mean 0 and deviation 1."""
        n = values.shape[-1]
        more = max(0, n - self.size)
        mean = np.pad(self.mean, (0, more))[:n]
        std = np.pad(self.std, (0, more), constant_values=1.0)[:n]
        return values * self._factor(std) + mean

    def _divisor(self, std: Array) -> Array:
        return std + EPSILON

    def _factor(self, std: Array) -> Array:
        return std + EPSILON


@dataclass(frozen=True)
class Quantile:
    """
    The 1st percentile at -1, the 99th at 1, nothing clipped.

    :param q01: (N,).
    :param q99: (N,).
    """

    q01: Array
    q99: Array

    @property
    def size(self) -> int:
        """N."""
        return self.q01.size

    def normalize(self, values: Array) -> Array:
        """(x - q01) / (q99 - q01 + 1e-6) * 2 - 1."""
        n = values.shape[-1]
        return (values - self.q01[:n]) / self._span()[:n] * 2.0 - 1.0

    def unnormalize(self, values: Array) -> Array:
        """Undo it; entries beyond the statistics stay as they are."""
        n = min(values.shape[-1], self.size)
        inside = (values[..., :n] + 1.0) / 2.0 * self._span()[:n] + self.q01[:n]
        return np.concatenate([inside, values[..., n:]], axis=-1)

    def _span(self) -> Array:
        return self.q99 - self.q01 + EPSILON


@dataclass(frozen=True)
class LeRobotZScore(ZScore):
    """
    LeRobot's: (x - mean) / (std + epsilon), and back without epsilon.

    Source: huggingface/lerobot, src/lerobot/processor/normalize_processor.py, `_apply_transform`,
    as is :class:`LeRobotQuantile`.
    """

    epsilon: float

    def _divisor(self, std: Array) -> Array:
        return std + self.epsilon

    def _factor(self, std: Array) -> Array:
        return std


@dataclass(frozen=True)
class LeRobotQuantile(Quantile):
    """LeRobot's: epsilon stands in for q99 - q01 only where that is 0."""

    epsilon: float

    def _span(self) -> Array:
        span = self.q99 - self.q01
        return np.where(span == 0.0, self.epsilon, span)


@dataclass(frozen=True)
class NormStats:
    """
    What scales the state and what scales the actions.

    :param state: of the robot's state, in the model's joint convention.
    :param actions: of the actions, in the model's joint convention, relative where they are.
    """

    state: Scaling
    actions: Scaling


def load_norm_stats(path: str | Path, kind: NormalizationKind) -> NormStats:
    """
    Read openpi's norm_stats.json (src/openpi/shared/normalize.py).

    :param kind: which pair of statistics to use.
    :raises InputError: naming the file and the key.
    """
    path = Path(path)
    try:
        top = json.loads(path.read_text(encoding='utf-8'))
    except (OSError, ValueError) as error:
        raise InputError(f'{path}: cannot be read as JSON: {error}') from error
    groups = _entry(path, top, 'norm_stats')
    scalings = [_scaling(path, groups, name, kind) for name in ('state', 'actions')]
    return NormStats(*scalings)


def check_statistics(kind: NormalizationKind, first: Array, second: Array, where: str) -> None:
    """
    See that a pair of statistics belongs together.

    :param first: mean or q01.
    :param second: std or q99.
    :raises InputError: if one is longer, a deviation is negative or q99 below q01.
    """
    names = STATISTICS[kind]
    if first.shape != second.shape:
        raise InputError(
            f'{where}: {names[0]} has {first.size} numbers, {names[1]} has {second.size}'
        )
    wrong = np.flatnonzero(second < (0.0 if kind == 'z_score' else first))
    if wrong.size:
        i, least = int(wrong[0]), '0' if kind == 'z_score' else 'q01'
        raise InputError(f'{where}.{names[1]}[{i}]: {second[i]} is below {least}')


def _scaling(path: Path, groups: Any, name: str, kind: NormalizationKind) -> Scaling:
    where = f'norm_stats.{name}'
    group = _entry(path, groups, where)
    first, second = (_vector(path, group, f'{where}.{key}') for key in STATISTICS[kind])
    check_statistics(kind, first, second, f'{path}: {where}')
    return ZScore(first, second) if kind == 'z_score' else Quantile(first, second)


def _entry(path: Path, group: Any, key_path: str) -> Any:
    key = key_path.rpartition('.')[2]
    if not isinstance(group, dict) or group.get(key) is None:
        found = ', '.join(group) if isinstance(group, dict) else type(group).__name__
        raise InputError(f'{path}: {key_path} is missing or null, found {found}')
    return group[key]


def _vector(path: Path, group: Any, key_path: str) -> Array:
    values = _entry(path, group, key_path)
    try:
        vector = np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f'{path}: {key_path}: expected a list of numbers: {error}') from error
    if vector.ndim != 1 or vector.size == 0 or not np.isfinite(vector).all():
        raise InputError(f'{path}: {key_path}: expected a list of finite numbers, found {values}')
    vector.setflags(write=False)
    return vector
