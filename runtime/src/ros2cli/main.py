# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: T201  a command prints
"""
The ``ros2`` command: takes a command line; gives an exit code, or an error text.

Each command is a module of this package, imported when it is asked for, so that ``ros2 launch``
does not wait for rclpy.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from importlib import import_module
import io
import signal
import sys

from ros_wire.limits import unsupported

COMMANDS = {
    'bag': 'record, play, info: recordings of topics',
    'interface': 'show: definitions of messages and services',
    'launch': 'Run a launch file',
    'lifecycle': 'get, set, list, nodes: managed nodes',
    'node': 'list, info: nodes',
    'param': 'list, get, set, describe, delete, dump, load: parameters',
    'pkg': 'list, prefix, executables: packages',
    'run': 'Run a package specific executable',
    'service': 'list, info, type, find, call: services',
    'topic': 'list, info, type, find, echo, pub, hz, bw, delay: topics',
}
REFUSED = ('action', 'component', 'control', 'doctor', 'multicast', 'security', 'test', 'wtf')


def main(argv: Sequence[str] | None = None) -> int | str | None:
    """
    Run a command.

    :param argv: the command line, that of the process if None.
    :return: the exit code, or an error text.
    """
    parser = argparse.ArgumentParser(
        prog='ros2',
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog='commands:\n' + '\n'.join(f'  {name:10} {COMMANDS[name]}' for name in COMMANDS),
    )
    parser.add_argument('command', nargs='?', choices=[*COMMANDS, *REFUSED, 'daemon'])
    parser.add_argument('arguments', nargs=argparse.REMAINDER)
    known = parser.parse_args(argv)
    if known.command is None:
        parser.print_help()
        return 0
    if known.command == 'daemon':
        print('The daemon is not running')  # and nothing needs it
        return 0
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)
    try:
        if known.command in REFUSED:
            raise unsupported(f'ros2 {known.command}')
        command = import_module(f'ros2cli.{known.command}').COMMAND
        result: int | str | None = command.run(f'ros2 {known.command}', known.arguments)
    except KeyboardInterrupt:
        return signal.SIGINT
    except BrokenPipeError:  # the reader, such as head, has seen enough
        sys.stdout = None
        return 0
    except RuntimeError as error:
        return str(error)
    return result


if __name__ == '__main__':
    sys.exit(main())
