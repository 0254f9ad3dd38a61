# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: T201  a command prints
"""
``ros2 pkg list|prefix|executables``: what is installed.

Takes package names; prints names and paths from the resource index.
"""

from __future__ import annotations

import argparse

from ament_index_python.executables import get_executable_paths
from ament_index_python.packages import (
    PackageNotFoundError,
    get_package_prefix,
    get_package_share_directory,
    get_packages_with_prefixes,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    verbs = parser.add_subparsers(required=True, metavar='verb')
    verb = verbs.add_parser('list', help='Output a list of available packages')
    verb.set_defaults(main=list_)
    verb = verbs.add_parser('prefix', help='Output the prefix path of a package')
    verb.add_argument('package_name')
    verb.add_argument('--share', action='store_true', help='Show share directory')
    verb.set_defaults(main=prefix)
    verb = verbs.add_parser('executables', help='Output the executables of a package')
    verb.add_argument('package_name')
    verb.set_defaults(main=executables)


def list_(_: argparse.Namespace) -> None:
    """Print the names of all packages."""
    for name in sorted(get_packages_with_prefixes()):
        print(name)


def prefix(args: argparse.Namespace) -> str | None:
    """Print where a package is installed."""
    find = get_package_share_directory if args.share else get_package_prefix
    try:
        print(find(args.package_name))
    except (PackageNotFoundError, ValueError):
        return 'Package not found'
    return None


def executables(args: argparse.Namespace) -> str | None:
    """Print a package's programs."""
    try:
        for name in get_executable_paths(args.package_name):
            print(args.package_name, name)
    except (PackageNotFoundError, ValueError):
        return 'Package not found'
    return None
