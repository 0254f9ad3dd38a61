# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: T201  a command prints
"""
``ros2 bag info|play``, and the selection of topics; :mod:`ros2cli.bag_record` records.

Takes a recording of rosbag2 (MCAP or SQLite, which rosbags reads); prints what is in it, or
publishes it again.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
import time
from typing import Any

from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from rclpy.time import Time
from rosbags.rosbag2 import Reader, ReaderError
from rosgraph_msgs.msg import Clock

from ros2cli.bag_record import ARGUMENTS, SELECTION, is_selected, record
from ros2cli.command import Command
from ros2cli.direct import direct_node
from ros2cli.messages import get_interface

_NS_PER_S = 10**9
_STORAGES = {'.mcap': 'mcap', '.db3': 'sqlite3'}
# For what was published last to reach the wire.
_LINGER_S = 0.1

COMMAND = Command(refused='burst convert list reindex')
COMMAND.verb('record', ARGUMENTS)(record)
BAG = 'bag_path -s/--storage=|mcap|sqlite3'


@contextmanager
def _opened(args: argparse.Namespace) -> Iterator[tuple[Reader, list[Path], str]]:
    """
    A recording, its files and the storage's name.

    :raises RuntimeError: it can't be read.
    """
    path = Path(args.bag_path)
    if not path.exists():
        raise RuntimeError(f"Bag path '{path}' does not exist!")
    files = [path] if path.is_file() else sorted(path.iterdir())
    files = [file for file in files if file.suffix in _STORAGES]
    storage = _STORAGES[files[0].suffix] if files else ''
    if args.storage not in (None, storage):
        raise RuntimeError(f'{path}: no {args.storage} file in it')
    try:
        with Reader(path) as reader:
            yield reader, files, storage
    except BrokenPipeError:  # of what reads standard output
        raise
    except (ReaderError, OSError) as error:
        raise RuntimeError(f'{path} can not be read: {error}') from error


@COMMAND.verb('info', f'{BAG} -t/--topic-name')
def info(args: argparse.Namespace) -> None:
    """Print information about a bag to the screen."""
    with _opened(args) as (reader, files, storage):
        if args.topic_name:
            print(*(connection.topic for connection in reader.connections), sep='\n')
            return
        first_ns = reader.start_time if reader.message_count else 0
        last_ns = max(0, reader.end_time - 1)  # rosbags tells the one behind it
        size, unit = float(sum(file.stat().st_size for file in files)), 'B'
        for unit in ('B', 'KiB', 'MiB', 'GiB', 'TiB'):
            if size < 1024 or unit == 'TiB':
                break
            size /= 1024
        topics = [
            f'Topic: {connection.topic} | Type: {connection.msgtype} | '
            f'Count: {connection.msgcount} | Serialization Format: cdr'
            for connection in reader.connections
        ]
        print()
        for title, lines in (
            ('Files', [file.name for file in files]),
            ('Bag size', [f'{size:.{0 if unit == "B" else 1}f} {unit}']),
            ('Storage id', [storage]),
            ('ROS Distro', [getattr(reader.storage.metadata, 'ros_distro', None) or 'unknown']),
            ('Duration', [f'{_seconds(last_ns - first_ns)}s']),
            ('Start', [_date(first_ns)]),
            ('End', [_date(last_ns)]),
            ('Messages', [str(reader.message_count)]),
            ('Topic information', topics),
        ):
            print(f'{title + ":":19}' + f'\n{"":19}'.join(lines))
        print('Service:           0\nService information: \n')


def _seconds(ns: int) -> str:
    return f'{ns // _NS_PER_S}.{ns % _NS_PER_S:09d}'


def _date(ns: int) -> str:
    date = time.strftime('%b %e %Y %H:%M:%S', time.localtime(ns // _NS_PER_S))
    return f'{date}.{ns % _NS_PER_S:09d} ({_seconds(ns)})'


@COMMAND.verb(
    'play',
    f'{BAG} {SELECTION} -r/--rate=1.0 -l/--loop -m/--remap=+ --clock?=40.0 '
    '-d/--delay=0.0 --start-offset=0.0 --playback-duration=float --disable-keyboard-controls',
)
def play(args: argparse.Namespace) -> None:
    """Play back ROS data from a bag."""
    rules = [part for rule in args.remap for part in ('-r', rule)]
    if args.clock:
        args.exclude_topics.append('/clock')
    everything = not (args.topics or args.regex)
    with (
        _opened(args) as (reader, *_),
        direct_node('_ros2cli_rosbag2_player', cli_args=['--ros-args', *rules]) as node,
    ):
        wanted = [
            item for item in reader.connections
            if is_selected(item.topic, args, everything=everything)
        ]  # fmt: skip
        publishers = _publishers(node, wanted)
        clock = node.create_publisher(Clock, '/clock', 10) if args.clock else None
        played = [item for item in wanted if item.topic in publishers]

        def tell(now_ns: int) -> None:
            if clock:
                clock.publish(Clock(clock=Time(nanoseconds=now_ns).to_msg()))

        try:
            while True:
                time.sleep(args.delay)
                _play_once(reader, played, publishers, tell, args)
                time.sleep(_LINGER_S)
                if not args.loop:
                    return
        except KeyboardInterrupt:
            return


def _publishers(node: Any, connections: list[Any]) -> dict[str, Any]:
    """The publishers of the topics whose types are known."""
    offers: dict[str, list[Any]] = {}
    for connection in connections:
        offers.setdefault(connection.topic, []).extend(connection.ext.offered_qos_profiles)
    publishers = {}
    for topic, kind in {item.topic: item.msgtype for item in connections}.items():
        try:
            offer = _offer(offers[topic])
            publishers[topic] = node.create_publisher(get_interface(kind, 'msg'), topic, offer)
        except RuntimeError as error:
            node.get_logger().warning(f"Ignoring a topic '{topic}', reason: {error}")
    return publishers


def _offer(recorded: list[Any]) -> QoSProfile:
    """What all publishers offered when it was recorded; rclpy's default if they differed."""
    profile = QoSProfile(depth=10)
    offers = {(qos.reliability.value, qos.durability.value) for qos in recorded}
    if len(offers) == 1:
        ((reliability, durability),) = offers
        profile.reliability = ReliabilityPolicy(reliability)
        profile.durability = DurabilityPolicy(durability)
    return profile


def _play_once(
    reader: Reader,
    connections: list[Any],
    publishers: dict[str, Any],
    tell_time: Callable[[int], None],
    args: argparse.Namespace,
) -> None:
    """Publish the messages at the times that lay between them."""
    start_ns = reader.start_time + int(args.start_offset * _NS_PER_S)
    length_s = args.playback_duration
    stop_ns = None if length_s is None else start_ns + int(length_s * _NS_PER_S)
    began_s = time.monotonic()
    step_s = 1.0 / args.clock if args.clock else float('inf')
    for connection, stamp_ns, data in reader.messages(connections, start_ns, stop_ns):
        due_s = began_s + (stamp_ns - start_ns) / _NS_PER_S / args.rate
        while (left_s := due_s - time.monotonic()) > 0:
            tell_time(stamp_ns - int(left_s * args.rate * _NS_PER_S))
            time.sleep(min(left_s, step_s))
        publishers[connection.topic].publish(bytes(data))
