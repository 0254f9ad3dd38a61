# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: T201  a command prints
"""
The verbs that topics and services share: list, type and find.

Takes the names and types that a node knows.
"""

from __future__ import annotations

import argparse
from typing import Any

from ros2cli.command import Command
from ros2cli.direct import settle, wait_until

NamesAndTypes = list[tuple[str, list[str]]]


def is_hidden(name: str) -> bool:
    """Whether a name has a part that begins with an underscore."""
    return any(part.startswith('_') for part in name.split('/'))


def tell(lines: list[str], *, number: bool = False) -> None:
    """Print lines, or only how many there are."""
    for line in [str(len(lines))] if number else lines:
        print(line)


def names_and_types(node: Any, kind: str, *, hidden: bool = True) -> NamesAndTypes:
    """
    What is known by now, sorted.

    :param kind: topic or service.
    """
    found = sorted(getattr(node, f'get_{kind}_names_and_types')())
    return [(name, types) for name, types in found if hidden or not is_hidden(name)]


def add_verbs(command: Command, kind: str) -> None:
    """
    Add the verbs to a command.

    :param kind: topic or service.
    """
    hidden = f'--include-hidden-{kind}s'
    number = f'-c/--count-{kind}s'

    def known(args: argparse.Namespace, node: Any) -> NamesAndTypes:
        return names_and_types(node, kind, hidden=getattr(args, f'include_hidden_{kind}s'))

    @command.verb('list', f'{hidden} {number} -t/--show-types')
    def list_(args: argparse.Namespace, node: Any) -> None:
        """Output a list of available names."""
        settle(node, args.spin_time)
        found = [
            f'{name} [{", ".join(types)}]' if args.show_types else name
            for name, types in known(args, node)
        ]
        tell(found, number=getattr(args, f'count_{kind}s'))

    @command.verb('type', f'{hidden} name')
    def type_(args: argparse.Namespace, node: Any) -> int:
        """Print a type."""
        types = wait_until(lambda: dict(known(args, node)).get(args.name, []), 2 * args.spin_time)
        tell(types)
        return 0 if types else 1

    @command.verb('find', f'{hidden} {number} type')
    def find(args: argparse.Namespace, node: Any) -> None:
        """Output a list of available names of a given type."""
        settle(node, args.spin_time)
        found = [name for name, types in known(args, node) if args.type in types]
        tell(found, number=getattr(args, f'count_{kind}s'))
