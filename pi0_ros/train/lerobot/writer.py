# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
A robot's episodes as a LeRobot dataset (v2.1, v3.0).

Numbers become float32, as LeRobot's own are, and pictures become videos. Rows get the times
0, 1 / fps, ...: when they were recorded is not kept.
Source: huggingface/lerobot, src/lerobot/datasets/dataset_writer.py, dataset_metadata.py,
io_utils.py, feature_utils.py and utils.py (v3.0), lerobot/common/datasets/utils.py as of v2.1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pi0_ros.robots.spec import Robot
from pi0_ros.train.episode import Episode
from pi0_ros.train.lerobot.files import DataFiles, VideoFiles
from pi0_ros.train.lerobot.layout import (
    ACTION,
    CHUNK_SIZE,
    DATA_PATH,
    EPISODES,
    EPISODES_STATS,
    IMAGES,
    INFO,
    JOINTS,
    STATE,
    STATS,
    TASKS,
    V21,
    VIDEO_PATH,
    names_of,
)
from pi0_ros.train.lerobot.stats import Stats, combine, describe
from pi0_ros.types import InputError

_INDEX = ('timestamp', 'frame_index', 'episode_index', 'index', 'task_index')


class DatasetWriter:
    """
    Writes one episode after the other; :meth:`close` makes the dataset complete.

    :param folder: to write into.
    :param version: of the layout.
    :raises InputError: if the robot's rate is not a whole number, which LeRobot demands.
    """

    def __init__(self, folder: Path, robot: Robot, version: str) -> None:
        if robot.rate_hz != int(robot.rate_hz):
            raise InputError(
                f'robot {robot.name}: rate_hz: LeRobot knows whole numbers only, not '
                f'{robot.rate_hz:g}'
            )
        self._folder, self._robot, self._version = folder, robot, version
        self._fps = int(robot.rate_hz)
        self._data = DataFiles(folder, version)
        self._videos: dict[str, VideoFiles] = {}
        self._tasks: dict[str, int] = {}
        self._rows: list[dict[str, Any]] = []
        self._stats: list[dict[str, Stats]] = []
        self._count = 0

    def write(self, episode: Episode) -> None:
        """
        Append an episode.

        :raises InputError: if its cameras are not those of the first one, or a picture can't be
            read or has another size.
        """
        if not self._rows:
            self._videos = {
                IMAGES + camera: VideoFiles(
                    self._folder, IMAGES + camera, self._version, self._fps
                )
                for camera in episode.pictures
            }
        if {IMAGES + camera for camera in episode.pictures} != set(self._videos):
            raise InputError(
                f'{episode.name}: cameras: expected those of the first episode, '
                f'{", ".join(self._videos)}'
            )
        index, length = len(self._rows), len(episode)
        columns = self._columns(episode, index)
        row = {
            'episode_index': index,
            'tasks': [episode.prompt],
            'length': length,
            'dataset_from_index': self._count,
            'dataset_to_index': self._count + length,
            **self._data.write(pa.table(columns)),
        }
        stats = {key: describe(_to_numpy(column)) for key, column in columns.items()}
        for camera, pictures in episode.pictures.items():
            place, stats[IMAGES + camera] = self._videos[IMAGES + camera].write(pictures)
            row |= place
        self._rows.append(row)
        self._stats.append(stats)
        self._count += length

    def _columns(self, episode: Episode, index: int) -> dict[str, pa.Array]:
        length = len(episode)
        task = self._tasks.setdefault(episode.prompt, len(self._tasks))
        numbers = {STATE: episode.positions, ACTION: episode.targets}
        frames = np.arange(length)
        return {
            key: pa.FixedSizeListArray.from_arrays(
                values.astype(np.float32).ravel(), values.shape[1]
            )
            for key, values in numbers.items()
        } | {
            'timestamp': pa.array((frames / self._fps).astype(np.float32)),
            'frame_index': pa.array(frames),
            'episode_index': pa.array(np.full(length, index)),
            'index': pa.array(self._count + frames),
            'task_index': pa.array(np.full(length, task)),
        }

    def close(self) -> None:
        """Write the descriptions and close every file."""
        self._data.close()
        for video in self._videos.values():
            video.close()
        (self._folder / INFO).parent.mkdir(parents=True)
        if self._version == V21:
            self._describe_v21()
        else:
            self._describe_v30()
        _write_json(self._folder / INFO, self._info())

    def _describe_v21(self) -> None:
        keys = ('episode_index', 'tasks', 'length')
        _write_lines(
            self._folder / EPISODES[V21], ({key: row[key] for key in keys} for row in self._rows)
        )
        stats = [
            {'episode_index': index, 'stats': _to_lists(one)}
            for index, one in enumerate(self._stats)
        ]
        _write_lines(self._folder / EPISODES_STATS, stats)
        tasks = [{'task_index': number, 'task': task} for task, number in self._tasks.items()]
        _write_lines(self._folder / TASKS[V21], tasks)

    def _describe_v30(self) -> None:
        rows = [
            row
            | {
                f'stats/{key}/{name}': values
                for key, one in _to_lists(stats).items()
                for name, values in one.items()
            }
            | {'meta/episodes/chunk_index': 0, 'meta/episodes/file_index': 0}
            for row, stats in zip(self._rows, self._stats, strict=True)
        ]
        file = self._folder / EPISODES[self._version] / 'chunk-000' / 'file-000.parquet'
        file.parent.mkdir(parents=True)
        pq.write_table(pa.Table.from_pylist(rows), file)
        _write_tasks(self._folder / TASKS[self._version], self._tasks)
        _write_json(self._folder / STATS, _to_lists(combine(self._stats)))

    def _info(self) -> dict[str, Any]:
        episodes = len(self._rows)
        info = {
            'codebase_version': self._version,
            'robot_type': self._robot.name,
            'total_episodes': episodes,
            'total_frames': self._count,
            'total_tasks': len(self._tasks),
            'chunks_size': CHUNK_SIZE,
            'fps': self._fps,
            'splits': {'train': f'0:{episodes}'},
            'data_path': DATA_PATH[self._version],
            'video_path': VIDEO_PATH[self._version] if self._videos else None,
            'features': self._features(),
        }
        if self._version == V21:
            chunks = -(-episodes // CHUNK_SIZE)
            return info | {'total_videos': episodes * len(self._videos), 'total_chunks': chunks}
        sizes = {'data_files_size_in_mb': DataFiles.limit_mb,
                 'video_files_size_in_mb': VideoFiles.limit_mb}  # fmt: skip
        return info | sizes

    def _features(self) -> dict[str, Any]:
        joints = {
            key: {
                'dtype': 'float32',
                'shape': [len(names_of(self._robot, key))],
                'names': list(names_of(self._robot, key)),
            }
            for key in JOINTS
        }
        videos = {key: files.feature() for key, files in self._videos.items()}
        index = {
            key: {'dtype': 'float32' if key == 'timestamp' else 'int64', 'shape': [1],
                  'names': None}
            for key in _INDEX
        }  # fmt: skip
        return joints | videos | index


def _to_numpy(column: pa.Array) -> Any:
    """Return a column as (T, D)."""
    count = len(column)
    flat = column.flatten() if pa.types.is_fixed_size_list(column.type) else column
    return flat.to_numpy().reshape(count, -1)


def _to_lists(stats: Mapping[str, Stats]) -> dict[str, dict[str, Any]]:
    return {
        key: {name: values.tolist() for name, values in one.items()} for key, one in stats.items()
    }


def _write_tasks(file: Path, tasks: Mapping[str, int]) -> None:
    """Write v3.0's list of sentences: LeRobot reads it with pandas, as an index named 'task'."""
    table = pa.table({'task_index': list(tasks.values()), 'task': list(tasks)})
    columns = [
        {'name': name, 'field_name': name, 'pandas_type': kind, 'numpy_type': numpy,
         'metadata': None}
        for name, kind, numpy in (('task_index', 'int64', 'int64'), ('task', 'unicode', 'object'))
    ]  # fmt: skip
    pandas = {'index_columns': ['task'], 'column_indexes': [], 'columns': columns}
    pq.write_table(table.replace_schema_metadata({'pandas': json.dumps(pandas)}), file)


def _write_json(file: Path, values: Any) -> None:
    file.write_text(json.dumps(values, indent=4) + '\n', encoding='utf-8')


def _write_lines(file: Path, rows: Iterable[Any]) -> None:
    file.write_text(''.join(json.dumps(row) + '\n' for row in rows), encoding='utf-8')
