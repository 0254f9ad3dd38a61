# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The ``ros2`` command.

Takes a command line; gives an exit code. Each command is a module of this package with a
function ``add_arguments(parser)`` that sets the default ``main``; it is imported when it is asked
for, so that ``ros2 launch`` does not wait for rclpy.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from importlib import import_module
import sys

COMMANDS = {
    'launch': 'Run a launch file',
    'lifecycle': 'get, set: states of managed nodes',
    'node': 'list: nodes',
    'param': 'list, get, set: parameters',
    'pkg': 'list, prefix, executables: packages',
    'run': 'Run a package specific executable',
    'service': 'list, call: services',
    'topic': 'list, info, echo, pub, hz: topics',
}


def main(argv: Sequence[str] | None = None) -> int | str | None:
    """
    Run a command.

    :param argv: the command line, that of the process if None.
    :return: the exit code, or an error text.
    """
    parser = argparse.ArgumentParser(
        prog='ros2', formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = '\n'.join(f'  {name:10} {text}' for name, text in COMMANDS.items())
    parser.epilog = f'commands:\n{names}'
    parser.add_argument('command', choices=COMMANDS)
    parser.add_argument('arguments', nargs=argparse.REMAINDER)
    known = parser.parse_args(argv)
    command = argparse.ArgumentParser(prog=f'ros2 {known.command}')
    import_module(f'ros2cli.{known.command}').add_arguments(command)
    args = command.parse_args(known.arguments)
    try:
        return args.main(args)  # type: ignore[no-any-return]  # argparse.Namespace is untyped
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader, such as head, has seen enough
        sys.stdout = None
        return 0
    except RuntimeError as error:
        return str(error)


if __name__ == '__main__':
    sys.exit(main())
