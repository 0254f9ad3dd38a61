# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: T201  a command prints
"""
``ros2 pkg``: what is installed.

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

from ros2cli.command import Command
from ros2cli.names import tell

COMMAND = Command(refused='create xml')


@COMMAND.verb('list')
def list_(_: argparse.Namespace) -> None:
    """Output a list of available packages."""
    tell(sorted(get_packages_with_prefixes()))


@COMMAND.verb('prefix', 'package_name --share')
def prefix(args: argparse.Namespace) -> str | None:
    """Output the prefix path of a package."""
    find = get_package_share_directory if args.share else get_package_prefix
    try:
        print(find(args.package_name))
    except (PackageNotFoundError, ValueError):
        return 'Package not found'
    return None


@COMMAND.verb('executables', 'package_name? --full-path')
def executables(args: argparse.Namespace) -> str | None:
    """Output a list of package specific executables."""
    names = [args.package_name] if args.package_name else get_packages_with_prefixes()
    for package in sorted(names):
        try:
            paths = get_executable_paths(package)
        except (PackageNotFoundError, ValueError):
            return f"Package '{package}' not found"
        for name, path in sorted(paths.items()):
            print(path if args.full_path else f'{package} {name}')
    return None
