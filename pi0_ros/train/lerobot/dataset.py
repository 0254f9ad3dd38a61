# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
A LeRobot dataset (v2.1, v3.0) on disk, as a robot's episodes.

Its joints are matched to the robot's by name, its cameras by name or by a mapping. Its numbers
are taken as they are, so they must be in the robot's units [rad], [m] and its convention; neither
layout says in which they were written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
import logging
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
import pyarrow as pa
import pyarrow.compute as pc

from pi0_ros.robots.spec import Robot
from pi0_ros.train.episode import Episode, EpisodeExamples, Pictures
from pi0_ros.train.lerobot.layout import (
    ACTION,
    IMAGES,
    JOINTS,
    STATE,
    TOLERANCE_S,
    Entry,
    Feature,
    Layout,
    check_columns,
    names_of,
    read_columns,
    read_layout,
)
from pi0_ros.train.lerobot.pictures import EmbeddedPictures, VideoPictures
from pi0_ros.types import NS_PER_S, InputError, finite_array

Array = NDArray[np.float64]

_ROWS = ('timestamp', 'episode_index', 'task_index')
_PICTURES = ('video', 'image')

log = logging.getLogger(__name__)


def open_lerobot(
    path: Path, robot: Robot, horizon: int, cameras: Mapping[str, str] | None = None
) -> EpisodeExamples:
    """
    Open a LeRobot dataset.

    :param horizon: targets of an example, H.
    :param cameras: names of the robot's cameras to the dataset's features; a camera that isn't
        there is ``observation.images.<its name>``.
    :raises InputError: naming file, episode and field, if it can't be read or is not the robot's.
    """
    layout = read_layout(path)
    if layout.fps != robot.rate_hz:
        raise InputError(
            f'{layout.info}: fps: {layout.fps:g} Hz, but robot {robot.name} has '
            f'{robot.rate_hz:g} Hz'
        )
    columns = {key: _match_joints(layout, key, robot) for key in JOINTS}
    keys = _match_cameras(layout, robot, cameras or {})
    embedded = [key for key in keys.values() if layout.features[key].dtype == 'image']
    episodes: list[Episode] = []
    for file, entries in groupby(layout.episodes, key=lambda entry: entry.file):
        check_columns(file, embedded)
        table = read_columns(file, [STATE, ACTION, *_ROWS])
        reader = _FileReader(layout, robot, columns, keys, file, table)
        episodes += [reader.episode(entry) for entry in entries]
    return EpisodeExamples(episodes, robot, horizon)


def _match_joints(layout: Layout, key: str, robot: Robot) -> list[int]:
    """Return where each of the robot's joints stands in a feature."""
    feature, joints = layout.features[key], names_of(robot, key)
    where = f'{layout.info}: {key}'
    if feature.names is None:
        if feature.shape != (len(joints),):
            raise InputError(
                f'{where}: shape {feature.shape} and no names, but robot {robot.name} has '
                f'{len(joints)} joints'
            )
        log.warning('%s: no names of joints; taken in the order of robot %s', where, robot.name)
        return list(range(len(joints)))
    for problem, odd in (
        ('no joint', set(joints) - set(feature.names)),
        ('unknown joint', set(feature.names) - set(joints)),
    ):
        if odd:
            raise InputError(
                f'{where}: {problem} {", ".join(sorted(odd))}: expected {", ".join(joints)}'
            )
    return [feature.names.index(joint) for joint in joints]


def _match_cameras(layout: Layout, robot: Robot, cameras: Mapping[str, str]) -> dict[str, str]:
    """Return the feature of each of the robot's cameras that the dataset has."""
    pictures = {key: one for key, one in layout.features.items() if one.dtype in _PICTURES}
    found = ', '.join(pictures) or 'none'
    for name in cameras:
        if name not in robot.cameras:
            raise InputError(
                f'camera {name}: unknown, robot {robot.name} has {", ".join(robot.cameras)}'
            )
    keys = {}
    for name, camera in robot.cameras.items():
        key = cameras.get(name, IMAGES + name)
        if key in pictures:
            _check_picture(layout, key, pictures[key])
            keys[name] = key
        elif name in cameras or camera.missing == 'refuse':
            raise InputError(f'{layout.info}: {key}: no such pictures for camera {name}, found '
                             f'{found}')  # fmt: skip
        else:
            log.warning('%s: no %s; camera %s stays masked', layout.info, key, name)
    unused = sorted(set(pictures) - set(keys.values()))
    if unused:
        log.warning('%s: not used: %s', layout.info, ', '.join(unused))
    return keys


def _check_picture(layout: Layout, key: str, feature: Feature) -> None:
    # The shape stands with the channels last or first; a depth picture has one of them.
    if len(feature.shape) != 3 or 3 not in (feature.shape[0], feature.shape[-1]):
        raise InputError(
            f'{layout.info}: {key}: expected a shape of three channels, found {feature.shape}'
        )


class _FileReader:
    """
    The episodes of one parquet file.

    :param columns: where the robot's joints stand in the features of state and action.
    :param cameras: names of cameras to features.
    :param table: what the file holds of numbers.
    :raises InputError: naming file and field, if a column isn't what the features say.
    """

    def __init__(
        self,
        layout: Layout,
        robot: Robot,
        columns: Mapping[str, list[int]],
        cameras: Mapping[str, str],
        file: Path,
        table: pa.Table,
    ) -> None:
        self._layout, self._robot, self._cameras, self._file = layout, robot, cameras, file
        self._joints = {
            key: _matrix(table, key, len(order), file)[:, order] for key, order in columns.items()
        }
        self._rows = {key: _matrix(table, key, 1, file)[:, 0] for key in _ROWS}

    def episode(self, entry: Entry) -> Episode:
        """
        Return an episode of the file.

        :raises InputError: naming file, episode and field.
        """
        name = f'{self._file}: episode {entry.index}'
        rows = np.flatnonzero(self._rows['episode_index'] == entry.index)
        if len(rows) == 0:
            raise InputError(f'{name}: no rows')
        if len(rows) != entry.length:
            raise InputError(f'{name}: length: expected {entry.length} rows, found {len(rows)}')
        joints = {}
        for key, values in self._joints.items():
            shape, names = (len(rows), values.shape[1]), names_of(self._robot, key)
            joints[key] = finite_array(values[rows], shape, f'{name}: {key}', names)
        times_s = self._times(name, rows)
        steps = np.arange(len(rows)) / self._robot.rate_hz
        return Episode(
            name=name,
            prompt=self._sentence(name, rows),
            stamps_ns=np.rint((times_s[0] + steps) * NS_PER_S).astype(np.int64),
            positions=joints[STATE],
            targets=joints[ACTION],
            pictures=dict(self._pictures(name, entry, rows, times_s)),
        )

    def _times(self, name: str, rows: NDArray[np.int64]) -> Array:
        """Return the rows' times [s], which must be as far apart as fps says."""
        times_s = finite_array(self._rows['timestamp'][rows], (len(rows),), f'{name}: timestamp')
        wrong = np.abs(np.diff(times_s) - 1 / self._layout.fps) > TOLERANCE_S
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            raise InputError(
                f'{name}: timestamp: rows {row} and {row + 1} are '
                f'{times_s[row + 1] - times_s[row]:.4f} s apart, but fps is {self._layout.fps:g}'
            )
        return times_s

    def _sentence(self, name: str, rows: NDArray[np.int64]) -> str:
        numbers = self._rows['task_index'][rows]
        changes = np.flatnonzero(numbers != numbers[0])
        if changes.size:
            raise InputError(
                f'{name}: task_index: changes at row {changes[0]}, expected one sentence'
            )
        if numbers[0] not in self._layout.tasks:
            raise InputError(f'{name}: task_index: no task {numbers[0]:g} in the list of tasks')
        return self._layout.tasks[int(numbers[0])]

    def _pictures(
        self, name: str, entry: Entry, rows: NDArray[np.int64], times_s: Array
    ) -> Iterator[tuple[str, Pictures]]:
        for camera, key in self._cameras.items():
            try:
                if key in entry.clips:
                    clip = entry.clips[key]
                    yield camera, VideoPictures(clip.file, clip.start_s + times_s)
                else:
                    yield camera, EmbeddedPictures(self._file, key, rows)
            except InputError as error:
                raise InputError(f'{name}: {key}: {error}') from error


def _matrix(table: pa.Table, key: str, width: int, file: Path) -> Array:
    """
    Return a column of numbers, or of lists of them, (rows, width).

    :raises InputError: naming file and column, if a row has another width.
    """
    column = table.column(key).combine_chunks()
    count, flat = len(column), column
    if hasattr(column.type, 'value_type'):  # a list
        flat = column.flatten()
        widths = set(pc.list_value_length(column).to_pylist())
    else:
        widths = {1}
    if not widths <= {width} or not pa.types.is_primitive(flat.type):
        counts = ' or '.join(sorted(map(str, widths)))
        raise InputError(
            f'{file}: {key}: expected {width} numbers in each row, found {counts} of {flat.type}'
        )
    return np.asarray(flat.to_numpy(zero_copy_only=False), np.float64).reshape(count, width)
