# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which reader a folder of data needs, by what lies in it; and several folders as one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path

from pi0_ros.robots.spec import Robot
from pi0_ros.train.demonstrations import INDEX, open_demonstrations
from pi0_ros.train.example import Example, Examples, Motion
from pi0_ros.types import InputError

RECORDINGS, LEROBOT = 'episode_*', 'meta'


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
    # The readers of the others need packages that not everybody has.
    if any(path.glob(RECORDINGS)):
        with _needing('record', path):
            from pi0_ros.train.rosbag.recordings import open_recordings  # noqa: PLC0415
        return open_recordings(path, robot, horizon)
    if (path / LEROBOT).is_dir():
        with _needing('lerobot', path):
            from pi0_ros.train.lerobot.dataset import open_lerobot  # noqa: PLC0415
        return open_lerobot(path, robot, horizon, cameras)
    raise InputError(
        f'{path}: expected {RECORDINGS} (of the recorder), {LEROBOT}/ (of LeRobot) or {INDEX} '
        '(of the simulator)'
    )


@contextmanager
def _needing(extra: str, path: Path) -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        raise InputError(f"{path}: {error}: pip install 'pi0_ros[{extra}]'") from error


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
