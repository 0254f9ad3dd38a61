# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which reader a folder of data needs, by what lies in it; and several folders as one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate
from pathlib import Path

from pi0_ros.recording import PREFIX, episode_folders
from pi0_ros.robots.spec import Robot
from pi0_ros.train.demonstrations import INDEX, open_demonstrations
from pi0_ros.train.example import Example, Examples, Motion
from pi0_ros.train.rosbag.recordings import open_recordings
from pi0_ros.types import InputError

LEROBOT = 'meta'


def open_examples(
    path: Path, robot: Robot, horizon: int, cameras: Mapping[str, str] | None = None
) -> Examples:
    """
    Open a folder of demonstrations of any known kind.

    :param horizon: targets of an example, H.
    :param cameras: names of the robot's cameras to other names that a LeRobot dataset has.
    :raises InputError: naming the folder, and what is wrong with it.
    """
    if (path / INDEX).is_file():
        return open_demonstrations(path, robot, horizon)
    if episode_folders(path):
        return open_recordings(path, robot, horizon)
    if (path / LEROBOT).is_dir():
        try:
            from pi0_ros.train.lerobot.dataset import open_lerobot  # noqa: PLC0415  # an extra
        except ModuleNotFoundError as error:
            raise InputError(f"{path}: LeRobot needs pip install 'pi0_ros[lerobot]'") from error
        return open_lerobot(path, robot, horizon, cameras)
    raise InputError(
        f'{path}: expected {PREFIX}000000 (of the recorder), {LEROBOT}/ (of LeRobot) or {INDEX} '
        '(of the simulator)'
    )


class Together:
    """
    Several sources, one behind the other.

    :raises InputError: if there is no example in them.
    """

    def __init__(self, sources: Sequence[Examples]) -> None:
        self._sources = sources
        self._ends = list(accumulate(len(source) for source in sources))
        if not any(self._ends):
            raise InputError('there are no examples')

    def __len__(self) -> int:
        """Return the number of all examples."""
        return self._ends[-1]

    def __getitem__(self, index: int) -> Example:
        """Return an example."""
        source, place = self._locate(index)
        return source[place]

    def motion(self, index: int) -> Motion:
        """Return an example's numbers."""
        source, place = self._locate(index)
        return source.motion(place)

    def _locate(self, index: int) -> tuple[Examples, int]:
        if not 0 <= index < len(self):
            raise IndexError(index)
        number = bisect_right(self._ends, index)
        return self._sources[number], index - (self._ends[number - 1] if number else 0)
