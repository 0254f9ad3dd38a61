# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: T201  a command prints
"""
``ros2 interface show``.

Takes the name of a message's or service's type; prints its definition, without the comments, which
are not known here.
"""

from __future__ import annotations

import argparse
import functools
import os
from pathlib import Path
import sys
from typing import Any

from rosbags.typesys import Stores, get_typestore

from ros2cli.command import Command
from ros2cli.messages import get_interface

COMMAND = Command(refused='list package packages proto')


@functools.cache
def typestore() -> Any:
    """The message definitions of ROS_DISTRO."""
    return get_typestore(Stores[f'ROS2_{os.environ.get("ROS_DISTRO", "jazzy").upper()}'])


@COMMAND.verb('show', 'type --all-comments --no-comments')
def show(args: argparse.Namespace) -> str | None:
    """Output the interface definition."""
    name = sys.stdin.readline().strip() if args.type == '-' else args.type
    parts = name.split('/')
    if len(parts) != 3:
        return f"Invalid name '{name}'. Expected three parts separated by '/'"
    try:
        get_interface(name, parts[1])
    except (KeyError, RuntimeError):
        return f"Unknown interface '{name}'"
    _show(name, '')
    return None


def _show(name: str, indent: str) -> None:
    for line in _text(name).splitlines():
        print(f'{indent}{line}')
        kind = line.partition(' ')[0].partition('[')[0]
        if '/' in kind:
            _show(kind.replace('/', '/msg/'), f'{indent}\t')


def _text(name: str) -> str:
    package, kind, base = name.split('/')
    if kind == 'msg':
        text: str = typestore().generate_msgdef(name, ros_version=2)[0].partition('=' * 80)[0]
        return text
    folder = Path(str(sys.modules[f'{package}.srv'].__file__)).parent
    return (folder / f'{base}.srv').read_text(encoding='utf-8')
