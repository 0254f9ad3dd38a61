# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
``ros2 bag record``.

Takes names of topics; writes what comes on them, as serialized bytes, with the QoS that their
publishers offer.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from enum import IntEnum
from functools import partial
from pathlib import Path
import re
import signal
import sqlite3
from typing import Any, Final

import rclpy
from rclpy.duration import Duration
from rclpy.executors import ExternalShutdownException
from rclpy.qos import QoSProfile
from rosbags import interfaces
from rosbags.rosbag2 import StoragePlugin, Writer

from ros2cli import qos
from ros2cli.direct import direct_node, settle
from ros2cli.interface import typestore
from ros2cli.messages import get_interface
from ros2cli.names import names_and_types

# Deep enough for the while in which a disk is busy.
_DEPTH = 100
# How long nothing new must be discovered before the search ends.
_DISCOVERY_S = 0.5
# What Humble and Jazzy read.
_VERSION: Final = 8

# What is left of a recording that could not be finished.
_LEFT = {
    'mcap': "'mcap recover' restores what is there",
    'sqlite3': 'nothing of it can be read',  # rosbags commits all at once, in the end
}

SELECTION = '--topics=+ -e/--regex= -x/--exclude-regex= --exclude-topics=+'
ARGUMENTS = (
    f'topics_positional* {SELECTION} --topic-types=+ -a/--all/--all-topics -o/--output=str '
    '-s/--storage=mcap|sqlite3 -p/--polling-interval=100 --no-discovery --include-hidden-topics '
    '--use-sim-time --node-name=rosbag2_recorder --disable-keyboard-controls'
)


def is_selected(topic: str, args: argparse.Namespace, *, everything: bool) -> bool:
    """Whether the options select a topic."""
    found = everything or topic in args.topics or (args.regex and re.search(args.regex, topic))
    excluded = args.exclude_regex and re.search(args.exclude_regex, topic)
    return bool(found and not excluded and topic not in args.exclude_topics)


def record(args: argparse.Namespace) -> str | None:
    """Record ROS data to a bag."""
    args.topics = [f'/{topic.lstrip("/")}' for topic in args.topics + args.topics_positional]
    if not (args.all or args.topics or args.topic_types or args.regex):
        return _error(
            'Need to specify at least one option out of --all, --all-topics, --all-services, '
            '--services, --topics, --topic-types or --regex'
        )
    folder = Path(args.output or datetime.now().strftime('rosbag2_%Y_%m_%d-%H_%M_%S'))  # noqa: DTZ005
    if folder.exists():
        return _error(f"Output folder '{folder}' already exists.")
    if args.storage == 'sqlite3' and set('?#%') & set(str(folder)):  # rosbags makes it a URI
        return _error(f'{folder}: sqlite3 can not write where a path has a ?, # or %')
    writer = Writer(folder, version=_VERSION, storage_plugin=StoragePlugin[args.storage.upper()])
    # The context's end is enough; no interrupt may come amid a message that is written.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        writer.open()
        with direct_node(args.node_name, use_sim_time=args.use_sim_time) as node:
            recorder = _Recorder(node, writer, args)
            if args.no_discovery:
                settle(node, _DISCOVERY_S)
            else:
                node.create_timer(max(1, args.polling_interval) * 1e-3, recorder.look)
            recorder.look()
            with suppress(ExternalShutdownException):
                rclpy.spin(node)
        writer.close()
    except (OSError, sqlite3.Error) as error:
        with suppress(OSError, sqlite3.Error):  # what could not be written can't be flushed either
            writer.abort()
        return _error(f'{folder}: {error}. The recording is broken off; {_LEFT[args.storage]}.')
    return None


def _error(text: str) -> str:
    return f'[ERROR] [ros2bag]: {text}'


class _Recorder:
    """Subscribes to the topics that are selected, as soon as they are published."""

    def __init__(self, node: Any, writer: Writer, args: argparse.Namespace) -> None:
        self._node = node
        self._tell, self._warn = node.get_logger().info, node.get_logger().warning
        self._writer = writer
        self._args = args
        self._known: set[str] = set()

    def look(self) -> None:
        """Subscribe to what is new."""
        args = self._args
        hidden = args.include_hidden_topics
        for topic, types in names_and_types(self._node, 'topic', hidden=hidden):
            everything = args.all or bool(set(types) & set(args.topic_types))
            if topic in self._known or not is_selected(topic, args, everything=everything):
                continue
            if publishers := self._node.get_publishers_info_by_topic(topic):
                self._known.add(topic)
                self._subscribe(topic, types, publishers)

    def _subscribe(self, topic: str, types: Sequence[str], publishers: list[Any]) -> None:
        try:
            (name,) = types
            kind = get_interface(name, 'msg')
        except (RuntimeError, ValueError) as error:
            self._warn(f"Topic '{topic}' of type {', '.join(types)} is not recorded: {error}")
            return
        connection = self._writer.add_connection(
            topic,
            name,
            msgdef=typestore().generate_msgdef(name, ros_version=2)[0],
            rihs01=publishers[0].topic_type_hash,
            offered_qos_profiles=[_offered(info.qos_profile) for info in publishers],
        )
        profile = QoSProfile(depth=_DEPTH)
        qos.adapt(profile, publishers, self._warn)
        write = partial(self._write, connection)
        self._node.create_subscription(kind, topic, write, profile, raw=True)
        self._tell(f"Subscribed to topic '{topic}'")

    def _write(self, connection: Any, data: bytes) -> None:
        if now_ns := self._node.get_clock().now().nanoseconds:  # a simulation's may not have begun
            self._writer.write(connection, now_ns, data)


def _offered(profile: QoSProfile) -> interfaces.Qos:
    """A profile in rosbags' terms, whose names and numbers are the same."""
    policies: dict[str, Any] = {}
    for name in interfaces.Qos._fields:
        value = getattr(profile, name)
        if isinstance(value, Duration):
            value = interfaces.QosTime(*divmod(value.nanoseconds, 10**9))
        elif isinstance(value, IntEnum):
            value = getattr(interfaces, f'Qos{name.title()}')(int(value))
        policies[name] = value
    return interfaces.Qos(**policies)
