# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The three nouns that travel through the package: Observation, Chunk, Command.

They are frozen, hold numpy arrays that can't be written to, and carry the time they belong to as
an integer number of nanoseconds of the ROS clock. This module knows neither ROS nor torch, and
reads no clock. Letters in shapes: J joints, K points of a chunk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

NS_PER_S = 1_000_000_000


class InputError(ValueError):
    """Something from outside (message, file, sentence) can't be used; the text names it."""


def check_joint_names(names: Sequence[str], where: str) -> tuple[str, ...]:
    """
    Return the names as a tuple.

    :param where: what they belong to, for the error text.
    :raises InputError: if there are none, or one stands twice.
    """
    names = tuple(names)
    if not names:
        raise InputError(f'{where}: no joint names')
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f'{where}: joint names stand more than once: {", ".join(twice)}')
    return names


def finite_array(
    values: ArrayLike, shape: tuple[int, ...], where: str, names: Sequence[str] = ()
) -> NDArray[np.float64]:
    """
    Return the values as a read-only float64 array of the given shape.

    :param where: what they are, for the error text.
    :param names: names along the last axis, so that the error can name the joint.
    :raises InputError: if the shape is another one, or a value is NaN or infinite.
    """
    array = np.array(values, dtype=np.float64)
    if array.shape != shape:
        raise InputError(f'{where}: expected shape {shape}, found {array.shape}')
    if not np.isfinite(array).all():
        worst = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        name = f' ({names[worst[-1]]})' if len(names) else ''
        raise InputError(f'{where}: {array[worst]} at index {worst}{name} is not finite')
    array.setflags(write=False)
    return array


def integrate(
    velocities: NDArray[np.float64], times_ns: NDArray[np.int64], start: ArrayLike
) -> NDArray[np.float64]:
    """
    Return the path that velocities make; each holds from its point to the next.

    :param velocities: (K, J).
    :param times_ns: of the points [ns], (K,).
    :param start: where the path begins, (J,).
    :return: (K, J), which has nothing of the last velocity yet.
    """
    steps = velocities[:-1] * np.diff(times_ns)[:, None] / NS_PER_S
    return np.asarray(
        start + np.concatenate([np.zeros_like(velocities[:1]), steps.cumsum(axis=0)])
    )


@dataclass(frozen=True)
class Observation:
    """
    What the policy sees at one instant.

    :param stamp_ns: capture time of the newest image [ns]; the chunk's time zero.
    :param images: camera name of the robot's description to picture, (h, w, 3) uint8 RGB.
        A camera that is absent is not in the mapping.
    :param state: what was measured, in the order and units of the robot's description: joint
        positions, (J,), or what it names in their place, (S,).
    :param prompt: the sentence the robot is to follow.
    :param stamps_ns: when each input was measured [ns]: every picture by its camera's name, and
        the state as 'joint_states'.
    """

    stamp_ns: int
    images: Mapping[str, NDArray[np.uint8]]
    state: NDArray[np.float64]
    prompt: str
    stamps_ns: Mapping[str, int]


@dataclass(frozen=True)
class Chunk:
    """
    A piece of intended motion: point k is the joint target meant for stamp_ns + times_ns[k].

    A robot's description says which of its joints are told velocities. For these the velocities
    are what counts, and the positions are the path they make from where the joints were measured.

    :param stamp_ns: capture time of the observation it was computed from [ns].
    :param names: joint names, length J.
    :param times_ns: offsets from the stamp [ns], (K,), strictly increasing, not negative.
    :param positions: joint targets, (K, J), in [rad] or [m].
    :param velocities: joint velocities, (K, J), in [rad/s] or [m/s], 0 for a joint that is told
        positions; None if all are.
    :raises InputError: if it has no points, unordered times, doubled names, wrong shapes or
        values that are not finite.
    """

    stamp_ns: int
    names: tuple[str, ...]
    times_ns: NDArray[np.int64]
    positions: NDArray[np.float64]
    velocities: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        """Check and freeze."""
        names = check_joint_names(self.names, 'chunk')
        times = np.array(self.times_ns, dtype=np.int64)
        if times.ndim != 1 or times.size == 0:
            raise InputError('chunk: no points')
        if times[0] < 0:
            raise InputError(f'chunk: time_from_start of point 0 is negative ({times[0]} ns)')
        late = np.flatnonzero(np.diff(times) <= 0)
        if late.size:
            k = int(late[0])
            raise InputError(
                f'chunk: time_from_start must increase, but point {k + 1} ({times[k + 1]} ns) '
                f'does not come after point {k} ({times[k]} ns)'
            )
        times.setflags(write=False)
        shape = (times.size, len(names))
        positions = finite_array(self.positions, shape, 'chunk positions', names)
        object.__setattr__(self, 'names', names)
        object.__setattr__(self, 'times_ns', times)
        object.__setattr__(self, 'positions', positions)
        if self.velocities is not None:
            velocities = finite_array(self.velocities, shape, 'chunk velocities', names)
            object.__setattr__(self, 'velocities', velocities)

    @property
    def end_ns(self) -> int:
        """Time of the last point [ns of the ROS clock]."""
        return self.stamp_ns + int(self.times_ns[-1])


@dataclass(frozen=True)
class Command:
    """
    What the robot is told at one instant.

    :param stamp_ns: time the command is meant for [ns].
    :param names: joint names, length J.
    :param positions: targets, (J,), in [rad] or [m].
    :param velocities: rate of change of the targets, (J,), in [rad/s] or [m/s].
    """

    stamp_ns: int
    names: tuple[str, ...]
    positions: NDArray[np.float64]
    velocities: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Check and freeze: a command that is not finite can't exist."""
        shape = (len(self.names),)
        for field in ('positions', 'velocities'):
            array = finite_array(getattr(self, field), shape, f'command {field}', self.names)
            object.__setattr__(self, field, array)
