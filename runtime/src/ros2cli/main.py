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

COMMANDS = (
    'bag', 'interface', 'launch', 'lifecycle', 'node', 'param', 'pkg', 'run', 'service', 'topic',
)  # fmt: skip
REFUSED = ('action', 'component', 'control', 'doctor', 'multicast', 'security', 'test', 'wtf')


def main(argv: Sequence[str] | None = None) -> int | str | None:
    """
    Run a command.

    :param argv: the command line, that of the process if None.
    :return: the exit code, or an error text.
    """
    parser = argparse.ArgumentParser(prog='ros2')
    parser.add_argument('command', choices=[*COMMANDS, 'daemon', *REFUSED])
    parser.add_argument('arguments', nargs=argparse.REMAINDER)
    known = parser.parse_args(argv or sys.argv[1:] or ['-h'])
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
