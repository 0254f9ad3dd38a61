# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Recordings on disk: one rosbag2 folder for each episode, and what is known about it.

A folder of recordings holds ``episode_000000``, ``episode_000001`` ..., which any rosbag2 tool
plays. In each, ``episode.json`` says which robot followed which sentence with what success. It is
written last: an episode without it was never finished. Messages are serialized bytes here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
import json
import os
from pathlib import Path
import shutil
import sqlite3
from typing import Final

from rosbags.rosbag2 import StoragePlugin, Writer
from rosbags.typesys import Stores, get_typestore

from pi0_ros.types import InputError

EPISODE_FILE = 'episode.json'
PREFIX = 'episode_'
STORAGES = {'mcap': StoragePlugin.MCAP, 'sqlite3': StoragePlugin.SQLITE3}

# The definitions of the messages are the same in every distribution since Foxy.
TYPES = get_typestore(Stores.ROS2_HUMBLE)
# The newest form of the metadata that Humble still reads; 9 writes QoS in another way.
METADATA_VERSION: Final = 8


@dataclass(frozen=True)
class EpisodeInfo:
    """
    What ``episode.json`` says.

    :param robot: name in the robot's description.
    :param sentences: what the robot was to do, in the order it was said.
    :param success: the label; None if nobody gave one.
    :param start_ns: when the episode began, on the clock of the messages [ns].
    :param end_ns: when it ended [ns].
    :param topics: relative names, as in the robot's description, to those in the recording.
    :param counts: messages of each topic of the recording.
    """

    robot: str
    sentences: tuple[str, ...]
    success: bool | None
    start_ns: int
    end_ns: int
    topics: Mapping[str, str]
    counts: Mapping[str, int]


# Of the values in the file.
KINDS: dict[str, type | tuple[type, ...]] = {
    'robot': str,
    'sentences': list,
    'success': (bool, type(None)),
    'start_ns': int,
    'end_ns': int,
    'topics': dict,
    'counts': dict,
}


def write_info(folder: Path, info: EpisodeInfo) -> None:
    """
    Write ``episode.json``: completely or not at all.

    :raises OSError: if it can't be written.
    """
    file = folder / EPISODE_FILE
    new = file.with_suffix('.new')
    with new.open('w', encoding='utf-8') as stream:
        json.dump(asdict(info), stream, indent=2)
        stream.flush()
        os.fsync(stream.fileno())
    new.replace(file)


def read_info(folder: Path) -> EpisodeInfo:
    """
    Read ``episode.json``.

    :raises InputError: naming the file, and what is wrong with it.
    """
    file = folder / EPISODE_FILE
    try:
        found = json.loads(file.read_text(encoding='utf-8'))
    except (OSError, ValueError) as error:
        raise InputError(f'{file}: {error}') from error
    if not isinstance(found, dict) or set(found) != set(KINDS):
        raise InputError(f'{file}: expected the keys {", ".join(KINDS)}')
    for key, kinds in KINDS.items():
        if not isinstance(found[key], kinds):
            raise InputError(f'{file}: {key}: {found[key]!r} is of the wrong kind')
    return EpisodeInfo(**found | {'sentences': tuple(found['sentences'])})


def episode_folders(folder: Path) -> list[Path]:
    """Return the episodes in a folder of recordings, finished or not, in their order."""
    return sorted(path for path in folder.glob(f'{PREFIX}*') if _number(path) is not None)


def next_episode(folder: Path) -> Path:
    """Return the folder of the next episode, behind all that are there."""
    numbers = [_number(path) or 0 for path in episode_folders(folder)]
    return folder / f'{PREFIX}{max(numbers, default=-1) + 1:06d}'


def _number(path: Path) -> int | None:
    digits = path.name.removeprefix(PREFIX)
    return int(digits) if path.is_dir() and digits.isdecimal() else None


class Recording:
    """
    An episode that is being written.

    :param folder: of the episode; must not be there.
    :param storage: one of STORAGES.
    :param topics: full names, and the types of their messages (``std_msgs/msg/String``).
    :raises OSError: if it can't be written, as all that it does.
    """

    def __init__(self, folder: Path, storage: str, topics: Mapping[str, str]) -> None:
        self.folder = folder
        if storage == 'sqlite3' and set('?#%') & set(str(folder.absolute())):
            # rosbags hands the path to SQLite as a URI, in which they mean something else.
            raise OSError(f'{folder}: sqlite3 can not write where a path has a ?, # or %')
        self.counts = dict.fromkeys(topics, 0)
        self._writer = Writer(folder, version=METADATA_VERSION, storage_plugin=STORAGES[storage])
        with self._failing_whole():
            self._writer.open()
            self._connections = {
                topic: self._writer.add_connection(topic, kind, typestore=TYPES)
                for topic, kind in topics.items()
            }

    def write(self, topic: str, stamp_ns: int, data: bytes) -> None:
        """
        Add a message.

        :param stamp_ns: when it arrived [ns].
        :param data: serialized, in CDR with its header.
        """
        with self._failing_whole():
            self._writer.write(self._connections[topic], stamp_ns, data)
        self.counts[topic] += 1

    def close(self, info: EpisodeInfo) -> None:
        """Finish the episode."""
        with self._failing_whole():
            self._writer.close()
            write_info(self.folder, info)

    def abandon(self) -> None:
        """End the episode unfinished: let go of the files and leave what is there."""
        # What a full disk didn't take can't be flushed either.
        with suppress(OSError, sqlite3.Error):
            self._writer.abort()

    def discard(self) -> None:
        """End the episode and delete it."""
        self.abandon()
        shutil.rmtree(self.folder)

    @contextmanager
    def _failing_whole(self) -> Iterator[None]:
        """Let go of the files if something fails; SQLite's errors become OSError."""
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            self.abandon()
            raise OSError(f'{self.folder}: {error}') from error
