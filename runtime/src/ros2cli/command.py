# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What a command is made of: verbs, their arguments, and what is refused by name.

A module of a command says ``COMMAND = Command(...)`` and adds its functions to it.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
import functools
import signal
from typing import Any

from ros_wire.limits import unsupported

#: Adds something to a parser.
Argument = Callable[[argparse.ArgumentParser], Any]
#: Runs a verb; returns an exit code, or an error text.
Main = Callable[..., 'int | str | None']


def argument(*names: str, **how: Any) -> Argument:
    """An argument, as argparse's add_argument() describes it."""
    return lambda parser: parser.add_argument(*names, **how)


def flag(*names: str, **how: Any) -> Argument:
    """An option without a value."""
    return argument(*names, action='store_true', **how)


def exclusive(*arguments: Argument) -> Argument:
    """Arguments of which one can be given."""

    def add(parser: argparse.ArgumentParser) -> None:
        group: Any = parser.add_mutually_exclusive_group()
        for add_to in arguments:
            add_to(group)

    return add


class _Refuse(argparse.Action):
    """Refuses an option that the real command has."""

    def __call__(
        self, parser: argparse.ArgumentParser, _namespace: Any, _values: Any, option: Any = None
    ) -> None:
        """Say which."""
        raise unsupported(f'{parser.prog} {option}')


def refused(*options: str) -> Argument:
    """Options that the real command has and this one doesn't."""

    def add(parser: argparse.ArgumentParser) -> None:
        for option in options:
            parser.add_argument(option, action=_Refuse, nargs='*', help=argparse.SUPPRESS)

    return add


def positive_float(text: str) -> float:
    """A number above zero."""
    value = float(text)
    if not value > 0:
        raise argparse.ArgumentTypeError('Value must be positive')
    return value


def count(text: str) -> int:
    """A whole number that isn't negative."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError('value must be non-negative integer')
    return int(text)


NODE = (
    argument(
        '--spin-time', type=positive_float, default=0.5,
        help='How long nothing new must be discovered before the answer is given [s]',
    ),
    flag('-s', '--use-sim-time', help='Enable ROS simulation time'),
    flag('--no-daemon', help='Changes nothing: there is no daemon'),
)  # fmt: skip


class Command:
    """
    A command.

    :param node: whether its verbs are given a node, as their second argument.
    :param refused: verbs that the real command has and this one doesn't.
    """

    def __init__(self, *, node: bool = False, refused: tuple[str, ...] = ()) -> None:
        self._node = node
        self._refused = refused
        self._verbs: dict[str, tuple[Main, tuple[Argument, ...]]] = {}

    def verb(self, name: str, *arguments: Argument) -> Callable[[Main], Main]:
        """
        Add the function that is decorated.

        :param name: the verb's, '' for a command without verbs.
        """

        def add(main: Main) -> Main:
            self._verbs[name] = main, arguments
            return main

        return add

    def run(self, prog: str, argv: list[str]) -> int | str | None:
        """Parse the command line and do what it says."""
        if argv and argv[0] in self._refused:
            raise unsupported(f'{prog} {argv[0]}')
        parser = argparse.ArgumentParser(prog=prog)
        if '' in self._verbs:
            self._fill(parser, '')
        else:
            parser.set_defaults(main=lambda _: parser.print_help())
            verbs = parser.add_subparsers(metavar='verb')
            for name, (main, _) in self._verbs.items():
                self._fill(verbs.add_parser(name, help=main.__doc__), name)
        args = parser.parse_args(argv)
        result: int | str | None = args.main(args)
        return result

    def _fill(self, parser: argparse.ArgumentParser, name: str) -> None:
        main, arguments = self._verbs[name]
        for add_to in (*arguments, *(NODE if self._node else ())):
            add_to(parser)

        parser.set_defaults(main=functools.partial(_with_node, main) if self._node else main)


def _with_node(main: Main, args: argparse.Namespace) -> int | str | None:
    from rclpy.executors import ExternalShutdownException  # noqa: PLC0415  launch does without

    from ros2cli.direct import direct_node  # noqa: PLC0415  as above

    try:
        with direct_node(vars(args).get('own_name'), use_sim_time=args.use_sim_time) as node:
            return main(args, node)
    except ExternalShutdownException:
        return signal.SIGTERM
