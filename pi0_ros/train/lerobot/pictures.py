# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The pictures of a LeRobot dataset: frames of a video by their time, or columns of parquet files.

They are decoded when asked for; going forward through a video is fast. It knows neither robots
nor what else a dataset holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
import os
from pathlib import Path

import av
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
import cv2
import numpy as np
from numpy.typing import NDArray
import pyarrow as pa
import pyarrow.parquet as pq

from pi0_ros.train.lerobot.layout import TOLERANCE_S
from pi0_ros.types import InputError

Picture = NDArray[np.uint8]
Array = NDArray[np.float64]

# Open videos and read pieces of parquet files kept at a time: an episode's cameras, and some more.
_KEPT = 8
# Up to here, decoding what lies between beats looking for a key frame [s].
_NEAR_S = 0.5


class VideoPictures:
    """
    An episode's piece of a video.

    :param file: the video.
    :param times_s: when each picture of the episode is shown, by the file's time [s], (T,).
    :raises InputError: naming the file, if it can't be read or is too short.
    """

    def __init__(self, file: Path, times_s: Array) -> None:
        self._file, self._times_s = file, times_s
        end_s = video_duration(file)
        if times_s[-1] > end_s + TOLERANCE_S:
            raise InputError(
                f'{file}: the video ends at {end_s:.3f} s, but the last row of its episode is '
                f'at {times_s[-1]:.3f} s'
            )

    def __len__(self) -> int:
        """Return the number of pictures, T."""
        return len(self._times_s)

    def __getitem__(self, index: int) -> Picture:
        """
        Return a picture, (h, w, 3) uint8 RGB.

        :raises InputError: naming the file, if no frame is shown at that time.
        """
        try:
            # A process that was forked must not read on in its parent's open files.
            return _open_video(self._file, os.getpid()).at(float(self._times_s[index]))
        except (OSError, av.error.FFmpegError) as error:
            raise InputError(f'{self._file}: {error}') from error


class Video:
    """
    An open video.

    :raises InputError: if the file has no video.
    :raises av.error.FFmpegError: if it can't be opened.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._container = av.open(str(file))
        if not self._container.streams.video:
            raise InputError(f'{file}: expected a video')
        self._stream: VideoStream = self._container.streams.video[0]
        # Decoders and converters with threads of their own hang when a forked process, where those
        # threads are not, lets go of them.
        self._stream.codec_context.thread_count = 1
        self._frames: Iterator[VideoFrame] = iter(())
        self._last: VideoFrame | None = None

    def at(self, time_s: float) -> Picture:
        """
        Return the frame of a time [s].

        :raises InputError: if none is shown within LeRobot's tolerance.
        :raises av.error.FFmpegError: if it can't be decoded.
        """
        ahead_s = time_s - _time(self._last) if self._last else -1.0
        if not -TOLERANCE_S <= ahead_s < _NEAR_S:
            self._seek(time_s)
        while self._last is None or _time(self._last) < time_s - TOLERANCE_S:
            self._last = next(self._frames, None)
            if self._last is None:
                raise InputError(
                    f'{self._file}: no frame at {time_s:.4f} s, the video ends before'
                )
        if _time(self._last) > time_s + TOLERANCE_S:
            raise InputError(
                f'{self._file}: no frame at {time_s:.4f} s, the next is at '
                f'{_time(self._last):.4f} s'
            )
        return np.asarray(self._last.to_ndarray(format='rgb24', threads=1), np.uint8)

    def _seek(self, time_s: float) -> None:
        """Go to a key frame from which the frame of a time can be decoded."""
        assert self._stream.time_base is not None
        # The last key frame before it may be too late: frames that are stored behind a key frame
        # can be shown before it and need the one before.
        back_s = 0.0
        while True:
            # One tick less, as rounding could have gone beyond the frame that is meant.
            ticks = round((time_s - back_s) / self._stream.time_base) - 1
            self._container.seek(max(ticks, 0), stream=self._stream)
            self._frames = self._container.decode(self._stream)
            self._last = next(self._frames, None)
            early = self._last is None or _time(self._last) <= time_s + TOLERANCE_S
            if early or back_s > time_s:
                return
            back_s = 2 * back_s or _NEAR_S


def video_duration(file: Path) -> float:
    """
    Return how long a video is [s].

    :raises InputError: if it can't be read.
    """
    try:
        with av.open(str(file)) as container:
            for stream in container.streams.video:
                if stream.duration is not None and stream.time_base is not None:
                    return float(stream.duration * stream.time_base)
    except (OSError, av.error.FFmpegError) as error:
        raise InputError(f'{file}: {error}') from error
    raise InputError(f'{file}: expected a video of known duration')


def _time(frame: VideoFrame) -> float:
    """Return when a frame is shown [s]."""
    if frame.time is None:
        raise InputError('a frame without a time')
    return frame.time


@lru_cache(maxsize=_KEPT)
def _open_video(file: Path, _process: int) -> Video:
    return Video(file)


class EmbeddedPictures:
    """
    Pictures that stand as files in a column of a parquet file.

    :param file: the parquet file.
    :param column: its name.
    :param rows: of the episode in the file, (T,).
    """

    def __init__(self, file: Path, column: str, rows: NDArray[np.int64]) -> None:
        self._file, self._column, self._rows = file, column, rows

    def __len__(self) -> int:
        """Return the number of pictures, T."""
        return len(self._rows)

    def __getitem__(self, index: int) -> Picture:
        """
        Return a picture, (h, w, 3) uint8 RGB.

        :raises InputError: naming the file, the column and the row.
        """
        row = int(self._rows[index])
        where = f'{self._file}: {self._column}: row {row}'
        try:
            group, start = _find_group(self._file, row)
            value = _read_group(self._file, self._column, group)[row - start].as_py()
        except (OSError, pa.ArrowException) as error:
            raise InputError(f'{where}: {error}') from error
        if not isinstance(value, dict) or not value.get('bytes'):
            raise InputError(f'{where}: expected the bytes of a picture')
        picture = cv2.imdecode(np.frombuffer(value['bytes'], np.uint8), cv2.IMREAD_COLOR)
        if picture is None:
            raise InputError(f'{where}: not a picture')
        return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)


@lru_cache(maxsize=_KEPT)
def _group_ends(file: Path) -> NDArray[np.int64]:
    """Return the rows behind each piece of a parquet file."""
    metadata = pq.read_metadata(file)
    return np.cumsum([metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)])


def _find_group(file: Path, row: int) -> tuple[int, int]:
    """Return the piece of a parquet file that holds a row, and its first row."""
    ends = _group_ends(file)
    group = int(np.searchsorted(ends, row, side='right'))
    return group, int(ends[group - 1]) if group else 0


@lru_cache(maxsize=_KEPT)
def _read_group(file: Path, column: str, group: int) -> pa.ChunkedArray:
    with pq.ParquetFile(file) as parquet:
        return parquet.read_row_group(group, columns=[column]).column(0)
