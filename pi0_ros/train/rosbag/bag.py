# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
A rosbag2 recording as messages of known types; every complaint names folder and topic.

MCAP and sqlite3, as the recorder or ``ros2 bag record`` writes them. It knows neither robots nor
episodes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
import os
from pathlib import Path
import struct
from typing import Any, NamedTuple

import apsw
from rosbags.rosbag2 import Reader, ReaderError
from rosbags.serde import SerdeError

from pi0_ros.recording import TYPES
from pi0_ros.types import InputError

# What rosbags raises on files that are cut off or hold something else.
BROKEN = (
    ReaderError, SerdeError, apsw.Error, OSError, struct.error, AssertionError, LookupError,
    TypeError, ValueError,
)  # fmt: skip


class Message(NamedTuple):
    """
    A message of a recording.

    :param topic: its full name.
    :param stamp_ns: when it arrived at the recorder [ns].
    :param content: with the fields of its type; arrays are numpy's.
    """

    topic: str
    stamp_ns: int
    content: Any


class Bag:
    """
    A recording that is open for reading.

    :param folder: with metadata.yaml and what it names.
    :raises InputError: naming the folder, if it can't be read.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._reader: Reader | None = None
        with self._naming():
            reader = Reader(folder)
            reader.open()
        self._reader = reader

    def __del__(self) -> None:
        """Close the files."""
        if self._reader is not None:
            self._reader.close()

    def types(self) -> dict[str, str]:
        """Return the topics that hold messages, and the types of these."""
        assert self._reader is not None
        return {c.topic: c.msgtype for c in self._reader.connections if c.msgcount}

    def messages(
        self, topics: Sequence[str], start_ns: int | None = None, stop_ns: int | None = None
    ) -> Iterator[Message]:
        """
        Yield the messages of some topics in the order they arrived.

        :param start_ns: of the first [ns].
        :param stop_ns: behind the last [ns].
        :raises InputError: naming the topic, if one can't be read.
        """
        assert self._reader is not None
        connections = [c for c in self._reader.connections if c.topic in topics]
        with self._naming():
            for connection, stamp_ns, data in self._reader.messages(
                connections, start_ns, stop_ns
            ):
                with self._naming(f'topic {connection.topic}: '):
                    content = TYPES.deserialize_cdr(data, connection.msgtype)
                yield Message(connection.topic, stamp_ns, content)

    @contextmanager
    def _naming(self, where: str = '') -> Iterator[None]:
        """Turn what rosbags raises into InputError."""
        try:
            yield
        except InputError:
            raise
        except BROKEN as error:
            raise InputError(f'{self._folder}: {where}{error}') from error


def open_bag(folder: Path) -> Bag:
    """
    Return the recording, open; the last few stay open, since opening reads their whole index.

    :raises InputError: naming the folder, if it can't be read.
    """
    return _open(folder, os.getpid())


@lru_cache(maxsize=16)
def _open(folder: Path, _process: int) -> Bag:
    """Open for one process: forked ones would share, and move, one position in the file."""
    return Bag(folder)
