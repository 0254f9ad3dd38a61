# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Normalisation statistics as openpi stores them, and the two ways it uses them.

Takes `norm_stats.json`, gives functions between physical and normalised vectors. It writes and
floors nothing: whoever computes statistics takes care of joints that never move, since here, as
in openpi, a deviation of 0 is divided by as 1e-6.
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
        return (values - self.mean[:n]) / (self.std[:n] + EPSILON)

    def unnormalize(self, values: Array) -> Array:
        """Undo it; entries beyond the statistics count as mean 0 and deviation 1."""
        n = values.shape[-1]
        more = max(0, n - self.size)
        mean = np.pad(self.mean, (0, more))[:n]
        std = np.pad(self.std, (0, more), constant_values=1.0)[:n]
        return values * (std + EPSILON) + mean


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
        low, high = self.q01[:n], self.q99[:n]
        return (values - low) / (high - low + EPSILON) * 2.0 - 1.0

    def unnormalize(self, values: Array) -> Array:
        """Undo it; entries beyond the statistics stay as they are."""
        n = min(values.shape[-1], self.size)
        low, high = self.q01[:n], self.q99[:n]
        inside = (values[..., :n] + 1.0) / 2.0 * (high - low + EPSILON) + low
        return np.concatenate([inside, values[..., n:]], axis=-1)


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


def _scaling(path: Path, groups: Any, name: str, kind: NormalizationKind) -> Scaling:
    group = _entry(path, groups, f'norm_stats.{name}')
    keys = ('mean', 'std') if kind == 'z_score' else ('q01', 'q99')
    first, second = (_vector(path, group, f'norm_stats.{name}.{key}') for key in keys)
    if first.shape != second.shape:
        raise InputError(
            f'{path}: norm_stats.{name}: {keys[0]} has {first.size} numbers, '
            f'{keys[1]} has {second.size}'
        )
    wrong = np.flatnonzero(second < (0.0 if kind == 'z_score' else first))
    if wrong.size:
        i, least = int(wrong[0]), '0' if kind == 'z_score' else 'q01'
        raise InputError(f'{path}: norm_stats.{name}.{keys[1]}[{i}]: {second[i]} is below {least}')
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
