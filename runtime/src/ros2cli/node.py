# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: T201  a command prints
"""
``ros2 node list``.

Prints the names of the nodes that are running.
"""

from __future__ import annotations

import argparse
import time

from ros2cli import direct


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    verbs = parser.add_subparsers(required=True, metavar='verb')
    verb = verbs.add_parser('list', help='Output a list of available nodes')
    direct.add_arguments(verb)
    verb.add_argument('-a', '--all', action='store_true', help='Hidden nodes too')
    verb.add_argument('-c', '--count-nodes', action='store_true')
    verb.set_defaults(main=list_)


def list_(args: argparse.Namespace) -> None:
    """Print the nodes' names."""
    with direct.direct_node() as node:
        time.sleep(args.spin_time)
        found = node.get_node_names_and_namespaces()
        names = sorted(f'{namespace.rstrip("/")}/{name}' for name, namespace, *_ in found)
        names = [name for name in names if args.all or not direct.is_hidden(name)]
        print(len(names) if args.count_nodes else '\n'.join(names))
