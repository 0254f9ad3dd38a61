# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: T201  a command prints
"""
``ros2 node``.

Prints the names of the nodes that are running, and what a node publishes and serves.
"""

from __future__ import annotations

import argparse
import sys
from typing import Any

from ros2cli.command import Command
from ros2cli.direct import node_names, settle
from ros2cli.names import is_hidden, tell

COMMAND = Command(node=True)


@COMMAND.verb('list', '-a/--all -c/--count-nodes')
def list_(args: argparse.Namespace, node: Any) -> None:
    """Output a list of available nodes."""
    settle(node, args.spin_time)
    names = node_names(node, hidden=args.all)
    if len(set(names)) < len(names):
        print(
            'WARNING: Be aware that there are nodes in the graph that share an exact name, which '
            'can have unintended side effects.',
            file=sys.stderr,
        )
    tell(names, number=args.count_nodes)


@COMMAND.verb('info', 'node --include-hidden')
def info(args: argparse.Namespace, node: Any) -> str | None:
    """Output information about a node."""
    settle(node, args.spin_time)
    number = node_names(node, hidden=args.include_hidden).count(args.node)
    if not number:
        return f"Unable to find node '{args.node}'"
    if number > 1:
        print(
            f'There are {number} nodes in the graph with the exact name "{args.node}". '
            'You are seeing information about only one of them.',
            file=sys.stderr,
        )
    print(args.node)
    namespace, _, name = args.node.rpartition('/')
    for title, kind in (
        ('Subscribers', 'subscriber'),
        ('Publishers', 'publisher'),
        ('Service Servers', 'service'),
        ('Service Clients', 'client'),
    ):
        found = getattr(node, f'get_{kind}_names_and_types_by_node')(name, namespace or '/')
        print(f'  {title}:')
        for topic, types in found:
            if args.include_hidden or not is_hidden(topic):
                print(f'    {topic}: {", ".join(types)}')
    print('  Action Servers:\n\n  Action Clients:\n')
    return None
