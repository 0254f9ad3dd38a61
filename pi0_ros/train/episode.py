# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
One recording at the robot's rate, whatever file it came from, and the examples in it.

Pictures are read when they are asked for. It knows no file format.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pi0_ros.policy.command import check_command
from pi0_ros.robots.spec import Robot
from pi0_ros.train.example import Example, Motion
from pi0_ros.types import InputError, Observation, finite_array

Picture = NDArray[np.uint8]
Array = NDArray[np.float64]


class Pictures(Protocol):
    """The pictures of one camera, one for each instant of its episode."""

    def __len__(self) -> int:
        """Return how many there are, T."""

    def __getitem__(self, index: int) -> Picture:
        """
        Return the picture of an instant, (h, w, 3) uint8 RGB.

        :raises InputError: naming the file, if it can't be read.
        """


@dataclass(frozen=True)
class Episode:
    """
    One recording; row t belongs to the instant stamps_ns[t], and rows are 1 / rate_hz apart.

    :param name: file and number, for error texts.
    :param prompt: the sentence the robot was following.
    :param stamps_ns: (T,) [ns], increasing.
    :param positions: what was measured, in the order and units of the robot's state, (T, S).
    :param targets: what the joints were told at that instant, (T, J).
    :param pictures: camera name of the robot's description to its pictures.
    :raises InputError: naming the episode and the field, if it is empty, lengths differ, time
        does not increase or a number is not finite.
    """

    name: str
    prompt: str
    stamps_ns: NDArray[np.int64]
    positions: Array
    targets: Array
    pictures: Mapping[str, Pictures]

    def __post_init__(self) -> None:
        """Check and freeze."""
        count = len(self.stamps_ns)
        if count == 0:
            raise InputError(f'{self.name}: the episode is empty')
        try:
            object.__setattr__(self, 'prompt', check_command(self.prompt))
        except InputError as error:
            raise InputError(f'{self.name}: {error}') from error
        stamps = np.array(self.stamps_ns, np.int64)
        late = np.flatnonzero(np.diff(stamps) <= 0)
        if late.size:
            raise InputError(f'{self.name}: time does not increase at instant {late[0] + 1}')
        stamps.setflags(write=False)
        object.__setattr__(self, 'stamps_ns', stamps)
        for field in ('positions', 'targets'):
            values = np.asarray(getattr(self, field))
            joints = values.shape[-1] if values.ndim == 2 else 0
            array = finite_array(values, (count, joints), f'{self.name}: {field}')
            object.__setattr__(self, field, array)
        for camera, pictures in self.pictures.items():
            if len(pictures) != count:
                raise InputError(
                    f'{self.name}: camera {camera}: {len(pictures)} pictures for {count} instants'
                )

    def __len__(self) -> int:
        """Return the number of instants, T."""
        return len(self.stamps_ns)


class EpisodeExamples:
    """
    Every instant of some episodes as an example.

    :param horizon: targets of an example, H.
    :raises InputError: naming the episode, if its joints or cameras are not the robot's.
    """

    def __init__(self, episodes: Sequence[Episode], robot: Robot, horizon: int) -> None:
        if not episodes:
            raise InputError('there are no episodes')
        for episode in episodes:
            _check_robot(episode, robot)
        self.episodes = tuple(episodes)
        self._horizon = horizon
        self._ends = list(accumulate(map(len, self.episodes)))

    def __len__(self) -> int:
        """Return the number of instants of all episodes."""
        return self._ends[-1]

    def motion(self, index: int) -> Motion:
        """Return an example's numbers without reading its pictures."""
        episode, t = self._locate(index)
        rows = np.minimum(np.arange(t, t + self._horizon), len(episode) - 1)
        return Motion(episode.positions[t], episode.targets[rows])

    def __getitem__(self, index: int) -> Example:
        """Return the example of an instant."""
        episode, t = self._locate(index)
        positions, targets = self.motion(index)
        stamp_ns = int(episode.stamps_ns[t])
        observation = Observation(
            stamp_ns=stamp_ns,
            images={camera: pictures[t] for camera, pictures in episode.pictures.items()},
            state=positions,
            prompt=episode.prompt,
            stamps_ns=dict.fromkeys((*episode.pictures, 'joint_states'), stamp_ns),
        )
        return Example(observation, targets)

    def _locate(self, index: int) -> tuple[Episode, int]:
        """Return the episode that holds an example, and the example's instant in it."""
        if not 0 <= index < len(self):
            raise IndexError(index)
        number = bisect_right(self._ends, index)
        return self.episodes[number], index - (self._ends[number - 1] if number else 0)


def _check_robot(episode: Episode, robot: Robot) -> None:
    for field, names in (('positions', robot.state_names), ('targets', robot.joint_names)):
        found = getattr(episode, field).shape[1]
        if found != len(names):
            raise InputError(
                f'{episode.name}: {field}: {found} joints, but robot {robot.name} has {len(names)}'
            )
    wanted = {name for name, camera in robot.cameras.items() if camera.missing == 'refuse'}
    missing = sorted(wanted - set(episode.pictures))
    if missing:
        raise InputError(f'{episode.name}: no pictures of camera {", ".join(missing)}')
    unknown = sorted(set(episode.pictures) - set(robot.cameras))
    if unknown:
        raise InputError(
            f'{episode.name}: camera {unknown[0]}: unknown, robot {robot.name} has '
            f'{", ".join(robot.cameras)}'
        )
