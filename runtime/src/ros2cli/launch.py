# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: T201  a command prints
"""
``ros2 launch``: runs a launch file of a package, or one that is given by its path.

Takes the file and launch arguments ``name:=value``; gives the exit code of LaunchService.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from ament_index_python.packages import PackageNotFoundError, get_package_share_directory
from launch import LaunchDescription, LaunchService
from launch.actions import IncludeLaunchDescription
from launch.launch_description_sources import AnyLaunchDescriptionSource

from ros2cli.command import Command

COMMAND = Command()


@COMMAND.verb(
    '',
    'package_name launch_file_name? launch_arguments* '
    '-n/--noninteractive -d/--debug -s/--show-args/--show-arguments',
)
def main(args: argparse.Namespace) -> int:
    """Run the launch file, or show its arguments."""
    path, arguments = _find(args)
    if args.show_args:
        _show_arguments(path)
        return 0
    values = {}  # the last value of a name wins
    for given in arguments:
        name, separator, value = given.partition(':=')
        if not (name and separator):
            raise RuntimeError(
                f"malformed launch argument '{given}', expected format '<name>:=<value>'"
            )
        values[name] = value
    service = LaunchService(argv=arguments, noninteractive=args.noninteractive, debug=args.debug)
    source = AnyLaunchDescriptionSource(path)
    include = IncludeLaunchDescription(source, launch_arguments=values.items())
    service.include_launch_description(LaunchDescription([include]))
    return service.run()


def _find(args: argparse.Namespace) -> tuple[str, list[str]]:
    """The path of the launch file, and the launch arguments."""
    rest = [part for part in (args.launch_file_name, *args.launch_arguments) if part is not None]
    if Path(args.package_name).is_file():
        return args.package_name, rest
    if not rest:
        raise RuntimeError('No launch file supplied')
    try:
        share = get_package_share_directory(args.package_name, print_warning=False)
    except (PackageNotFoundError, ValueError) as error:
        raise RuntimeError(f"Package '{args.package_name}' not found: {error}") from error
    name, *arguments = rest
    found = sorted(path for path in Path(share).rglob(name) if path.is_file())
    if len(found) != 1:
        problem = 'was found more than once' if found else 'was not found'
        raise RuntimeError(
            f"file '{name}' {problem} in the share directory of package "
            f"'{args.package_name}' which is at '{share}'"
        )
    return str(found[0]), arguments


def _show_arguments(path: str) -> None:
    description = AnyLaunchDescriptionSource(path).try_get_launch_description_without_context()
    assert description is not None, 'a path of plain text is known'
    print("Arguments (pass arguments as '<name>:=<value>'):")
    arguments = description.get_launch_arguments()
    for declared in arguments:
        print(f"\n    '{declared.name}':\n        {declared.description}")
        if declared.default_value is not None:
            default = ' + '.join(sub.describe() for sub in declared.default_value)
            print(f'        (default: {default})')
    if not arguments:
        print('\n  No arguments.')
