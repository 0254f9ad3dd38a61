# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The files of a LeRobot dataset that is being written: which one an episode goes to.

In v2.1 each episode has files of its own; in v3.0 they follow each other in one until it is
large.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import av
import pyarrow as pa
import pyarrow.parquet as pq

from pi0_ros.train.episode import Pictures
from pi0_ros.train.lerobot.layout import CHUNK_SIZE, DATA_PATH, V21, VIDEO_PATH
from pi0_ros.train.lerobot.stats import Stats, describe_pictures, pictures_to_describe, thin_out
from pi0_ros.train.lerobot.video import PIXELS, VideoWriter
from pi0_ros.types import InputError

_BYTES_PER_MB = 1 << 20


class _Files:
    """
    Numbered files, one after the other.

    :param template: of their paths.
    :param limit_mb: how large one may be before the next begins, where that isn't with every
        episode [MiB].
    """

    def __init__(self, folder: Path, template: str, version: str, limit_mb: int) -> None:
        self._folder, self._template, self._version = folder, template, version
        self._limit = limit_mb * _BYTES_PER_MB
        self._number = -1
        self.file = folder

    def begin_episode(self) -> bool:
        """Say whether an episode begins a new file."""
        full = self._number < 0 or self._version == V21 or self.file.stat().st_size >= self._limit
        if full:
            self._number += 1
            self.file = self._folder / self._template.format(
                **self.place, episode_chunk=self._number // CHUNK_SIZE, episode_index=self._number
            )
            self.file.parent.mkdir(parents=True, exist_ok=True)
        return full

    @property
    def place(self) -> dict[str, int]:
        """The file's numbers in the words of v3.0."""
        chunk, file = divmod(self._number, CHUNK_SIZE)
        return {'chunk_index': chunk, 'file_index': file}


class DataFiles:
    """The parquet files of the numbers."""

    limit_mb: ClassVar[int] = 100  # LeRobot's

    def __init__(self, folder: Path, version: str) -> None:
        self._files = _Files(folder, DATA_PATH[version], version, self.limit_mb)
        self._writer: pq.ParquetWriter | None = None

    def write(self, table: pa.Table) -> dict[str, Any]:
        """Append an episode's rows; say where they stand."""
        if self._files.begin_episode():
            self.close()
            self._writer = pq.ParquetWriter(self._files.file, table.schema)
        assert self._writer is not None
        self._writer.write_table(table)
        return {f'data/{key}': number for key, number in self._files.place.items()}

    def close(self) -> None:
        """Close the last file."""
        if self._writer is not None:
            self._writer.close()


class VideoFiles:
    """
    The videos of one camera.

    :param key: the feature.
    """

    limit_mb: ClassVar[int] = 200  # LeRobot's

    def __init__(self, folder: Path, key: str, version: str, fps: int) -> None:
        template = VIDEO_PATH[version].replace('{video_key}', key)
        self._files = _Files(folder, template, version, self.limit_mb)
        self._key, self._fps = key, fps
        self._size = (0, 0)
        self._writer: VideoWriter | None = None

    def write(self, pictures: Pictures) -> tuple[dict[str, Any], Stats]:
        """
        Append an episode's pictures; say where they stand, and what colours they have.

        :raises InputError: if one can't be read or has another size than the first of all.
        """
        if self._files.begin_episode():
            self.close()
            self._size = self._size if self._writer else pictures[0].shape[:2]
            self._writer = VideoWriter(self._files.file, self._fps, self._size)
        assert self._writer is not None
        start = self._writer.count
        wanted = pictures_to_describe(len(pictures))
        samples = []
        for t in range(len(pictures)):
            picture = pictures[t]
            self._writer.write(picture, key_frame=t == 0)
            if t in wanted:
                samples.append(thin_out(picture))
        place = self._files.place | {
            'from_timestamp': start / self._fps,
            'to_timestamp': self._writer.count / self._fps,
        }
        where = {f'videos/{self._key}/{name}': value for name, value in place.items()}
        return where, describe_pictures(samples)

    def close(self) -> None:
        """Close the last file."""
        if self._writer is not None:
            self._writer.close()

    def feature(self) -> dict[str, Any]:
        """
        Describe the videos as info.json does; they must be closed.

        :raises InputError: if the file that was written can't be read.
        """
        try:
            with av.open(str(self._files.file)) as container:
                codec = container.streams.video[0].codec_context.codec.canonical_name
        except av.error.FFmpegError as error:
            raise InputError(f'{self._files.file}: {error}') from error
        height, width = self._size
        return {
            'dtype': 'video',
            'shape': [height, width, 3],
            'names': ['height', 'width', 'channels'],
            'info': {
                'video.height': height,
                'video.width': width,
                'video.codec': codec,
                'video.pix_fmt': PIXELS,
                'video.is_depth_map': False,
                'video.fps': self._fps,
                'video.channels': 3,
                'has_audio': False,
            },
        }
