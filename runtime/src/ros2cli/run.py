# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
``ros2 run``: runs a program of a package.

Takes package, program and its arguments; becomes that program, so that signals reach it and its
exit code is the command's.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys

from ament_index_python.executables import get_executable_paths
from ament_index_python.packages import PackageNotFoundError

from ros2cli.command import Command

COMMAND = Command()


@COMMAND.verb('', '--prefix=str package_name executable_name argv...')
def main(args: argparse.Namespace) -> str:
    """Become the program; return only an error."""
    try:
        paths = get_executable_paths(args.package_name)
    except (PackageNotFoundError, ValueError):
        return f"Package '{args.package_name}' not found"
    if args.executable_name not in paths:
        return 'No executable found'
    command = [*shlex.split(args.prefix or ''), paths[args.executable_name], *args.argv]
    sys.stdout.flush()
    try:
        os.execvp(command[0], command)  # noqa: S606  no shell is wanted
    except OSError as error:
        return f'{command[0]}: {error.strerror}'
