# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Where a LeRobot dataset keeps what: ``meta/``, in the layouts v2.1 and v3.0.

v2.1 has a parquet file and a video of each camera for every episode; in v3.0 an episode is a
piece of larger files, and a table says which. It reads descriptions only, no numbers of a robot
and no pictures.
Source: huggingface/lerobot, src/lerobot/datasets/utils.py and dataset_metadata.py (v3.0),
src/lerobot/scripts/convert_dataset_v21_to_v30.py (both).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pi0_ros.robots.section import Section
from pi0_ros.robots.spec import Robot
from pi0_ros.types import InputError

V21, V30 = 'v2.1', 'v3.0'

INFO = 'meta/info.json'
STATS = 'meta/stats.json'
TASKS = {V21: 'meta/tasks.jsonl', V30: 'meta/tasks.parquet'}
EPISODES = {V21: 'meta/episodes.jsonl', V30: 'meta/episodes'}
EPISODES_STATS = 'meta/episodes_stats.jsonl'  # v2.1; in v3.0 they are columns of the episodes

# What a new dataset's info.json says; readers take the templates from there.
CHUNK_SIZE = 1000  # files of a folder
DATA_PATH = {
    V21: 'data/chunk-{episode_chunk:03d}/episode_{episode_index:06d}.parquet',
    V30: 'data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet',
}
VIDEO_PATH = {
    V21: 'videos/chunk-{episode_chunk:03d}/{video_key}/episode_{episode_index:06d}.mp4',
    V30: 'videos/{video_key}/chunk-{chunk_index:03d}/file-{file_index:03d}.mp4',
}

JOINTS = STATE, ACTION = 'observation.state', 'action'
IMAGES = 'observation.images.'

# LeRobot's: by how much a picture may miss its row [s].
TOLERANCE_S = 1e-4


@dataclass(frozen=True)
class Feature:
    """
    What a column or a video holds.

    :param dtype: a number's type, or 'image' or 'video'.
    :param shape: of one row.
    :param names: along the only axis of numbers, if the dataset names them.
    """

    dtype: str
    shape: tuple[int, ...]
    names: tuple[str, ...] | None


@dataclass(frozen=True)
class Clip:
    """
    An episode's piece of a video.

    :param start_s: the file's time at the episode's time zero [s].
    """

    file: Path
    start_s: float


@dataclass(frozen=True)
class Entry:
    """
    One episode.

    :param file: the parquet file that holds its rows.
    :param clips: by the features that are videos.
    """

    index: int
    length: int
    file: Path
    clips: Mapping[str, Clip]


@dataclass(frozen=True)
class Layout:
    """
    A dataset's description.

    :param info: the file that says so, for error texts.
    :param tasks: the sentences, by their number.
    """

    info: Path
    fps: float
    features: Mapping[str, Feature]
    tasks: Mapping[int, str]
    episodes: tuple[Entry, ...]


def read_layout(folder: Path) -> Layout:
    """
    Read all of ``meta/``.

    :raises InputError: naming the file and the field that is missing or makes no sense.
    """
    values = _read_json(folder / INFO)
    info = Section(folder / INFO, '', values)
    version = info.choice('codebase_version', (V21, V30))
    fps = info.positive('fps')
    section = info.section('features')
    features = {
        key: _feature(one, values['features'][key].get('names') if key in JOINTS else None)
        for key, one in info.named_sections('features').items()
    }
    for key in JOINTS:
        section.section(key)  # a complaint if it is missing
    read = {V21: _episodes_v21, V30: _episodes_v30}[version]
    episodes = tuple(sorted(read(folder, info, features), key=lambda entry: entry.index))
    expected = int(info.positive('total_episodes'))
    if [entry.index for entry in episodes] != list(range(expected)):
        found = [entry.index for entry in episodes]
        where = f'{folder / EPISODES[version]}: episode_index'
        raise InputError(f'{where}: expected 0 to {expected - 1}, each once, found {found}')
    return Layout(info.file, fps, features, _tasks(folder, version), episodes)


def names_of(robot: Robot, key: str) -> tuple[str, ...]:
    """Return the names of a robot's numbers in a feature."""
    return robot.state_names if key == STATE else robot.joint_names


def _feature(section: Section, names: Any) -> Feature:
    """
    Read a feature.

    :param names: what stands as its names if it is of joints, else None.
    """
    shape = section.value('shape', 'a list of sizes')
    if not isinstance(shape, list) or not all(type(size) is int for size in shape):
        section.fail('shape', shape, 'a list of sizes')
    dtype = section.text('dtype')
    if names is None:
        return Feature(dtype, tuple(shape), None)
    given = names
    if isinstance(names, dict) and len(names) == 1:  # {"motors": [...]}
        (names,) = names.values()
    if isinstance(names, list) and len(names) == 1 and isinstance(names[0], list):
        # openpi's examples/aloha_real/convert_aloha_data_to_lerobot.py
        (names,) = names
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        section.fail('names', given, 'a list of names')
    if [len(names)] != shape or len(set(names)) != len(names):
        section.fail('names', given, f'names, each once, for the shape {shape}')
    return Feature(dtype, tuple(shape), tuple(names))


def _episodes_v21(folder: Path, info: Section, features: Mapping[str, Feature]) -> Iterator[Entry]:
    file = folder / EPISODES[V21]
    size = int(info.positive('chunks_size'))
    for line in _read_lines(file):
        index, length = int(line.number('episode_index')), int(line.number('length'))
        place = {'episode_chunk': index // size, 'episode_index': index}
        clips = {
            key: Clip(_path(folder, info, 'video_path', video_key=key, **place), 0.0)
            for key, feature in features.items()
            if feature.dtype == 'video'
        }
        yield Entry(index, length, _path(folder, info, 'data_path', **place), clips)


def _episodes_v30(folder: Path, info: Section, features: Mapping[str, Feature]) -> Iterator[Entry]:
    files = sorted((folder / EPISODES[V30]).glob('*/*.parquet'))
    if not files:
        raise InputError(f'{folder / EPISODES[V30]}: expected chunk-000/file-000.parquet')
    videos = [key for key, feature in features.items() if feature.dtype == 'video']
    parts = ('chunk_index', 'file_index')
    wanted = ['episode_index', 'length', *(f'data/{part}' for part in parts)]
    wanted += [f'videos/{key}/{part}' for key in videos for part in (*parts, 'from_timestamp')]
    for file in files:
        for values in read_columns(file, wanted).to_pylist():
            row = Section(file, f'episode {values["episode_index"]}', values)

            def place(what: str, row: Section = row) -> dict[str, int]:
                return {part: int(row.number(f'{what}/{part}')) for part in parts}

            clips = {
                key: Clip(
                    _path(folder, info, 'video_path', video_key=key, **place(f'videos/{key}')),
                    row.number(f'videos/{key}/from_timestamp'),
                )
                for key in videos
            }
            data = _path(folder, info, 'data_path', **place('data'))
            yield Entry(int(row.number('episode_index')), int(row.number('length')), data, clips)


def _path(folder: Path, info: Section, key: str, **place: object) -> Path:
    """Fill in one of the templates of info.json."""
    template = info.text(key)
    try:
        return folder / template.format(**place)
    except (LookupError, ValueError, AttributeError) as error:
        raise InputError(
            f'{info.file}: {key}: expected a template of {", ".join(place)}, found {template!r}'
        ) from error


def _tasks(folder: Path, version: str) -> dict[int, str]:
    file = folder / TASKS[version]
    if version == V21:
        rows: Sequence[Section] = list(_read_lines(file))
    else:
        # The sentences are a pandas index, which has no name in the oldest datasets.
        table = read_table(file)
        unnamed = '__index_level_0__'
        names = ['task' if name == unnamed else name for name in table.column_names]
        values = table.rename_columns(names).to_pylist()
        rows = [Section(file, f'row {i}', row) for i, row in enumerate(values)]
    return {int(row.number('task_index')): row.text('task') for row in rows}


def read_table(file: Path, columns: list[str] | None = None) -> pa.Table:
    """
    Read a parquet file.

    :raises InputError: if it can't be read.
    """
    try:
        return pq.read_table(file, columns=columns, partitioning=None)
    except (OSError, pa.ArrowException) as error:
        raise InputError(f'{file}: {error}') from error


def check_columns(file: Path, columns: list[str]) -> None:
    """
    Look whether a parquet file has some columns.

    :raises InputError: if it can't be read, or naming the column it doesn't have.
    """
    try:
        found = pq.read_schema(file).names
    except (OSError, pa.ArrowException) as error:
        raise InputError(f'{file}: {error}') from error
    for column in columns:
        if column not in found:
            raise InputError(f'{file}: {column}: no such column, found {", ".join(found)}')


def read_columns(file: Path, columns: list[str]) -> pa.Table:
    """
    Read some columns of a parquet file.

    :raises InputError: if it can't be read, or naming the column it doesn't have.
    """
    check_columns(file, columns)
    return read_table(file, columns)


def _read_json(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding='utf-8'))
    except (OSError, ValueError) as error:
        raise InputError(f'{file}: {error}') from error


def _read_lines(file: Path) -> Iterator[Section]:
    """Yield the objects of a JSON lines file."""
    try:
        lines = file.read_text(encoding='utf-8').split('\n')
        values = [json.loads(line) for line in lines if line.strip()]
    except (OSError, ValueError) as error:
        raise InputError(f'{file}: {error}') from error
    for number, value in enumerate(values, 1):
        yield Section(file, f'line {number}', value)
