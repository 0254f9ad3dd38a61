# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What a command is made of: its verbs and their arguments.

A module of a command says ``COMMAND = Command(...)`` and adds its functions to it. Arguments are
words: ``name``, ``name?``, ``name*``, ``name+`` and ``name...`` (all that follows) are positional;
``-o/--option`` is a flag. Behind ``=`` stands the default of an option, or ``str``, ``int`` or
``float`` if it has none, ``+`` for a list, ``a|b`` for a choice (``|a|b`` without default).
Whole numbers are not negative, others above zero. Any option that isn't told ends the command with
an error that names it.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
import functools
import signal
from typing import Any

from ros_wire.limits import unsupported

#: Runs a verb; returns an exit code, or an error text.
Main = Callable[..., 'int | str | None']
_NODE = '--spin-time=0.5 -s/--use-sim-time --no-daemon'  # there is none


def _positive_float(text: str) -> float:
    if not float(text) > 0:
        raise argparse.ArgumentTypeError('Value must be positive')
    return float(text)


def _count(text: str) -> int:
    if int(text) < 0:
        raise argparse.ArgumentTypeError('value must be non-negative integer')
    return int(text)


_KINDS: dict[str, Callable[[str], Any]] = {'int': _count, 'float': _positive_float, 'str': str}


def _with_default(text: str) -> dict[str, Any]:
    """The default that a word tells, and its type."""
    for kind in (int, float):
        try:
            return {'default': kind(text), 'type': _KINDS[kind.__name__]}
        except ValueError:
            pass
    return {'default': text}


def add_argument(parser: argparse.ArgumentParser, word: str) -> None:
    """Add the argument that a word describes."""
    names, equals, value = word.partition('=')
    how: dict[str, Any] = _with_default(value) if equals else {}
    if '|' in value:
        how = {'choices': value.strip('|').split('|'), 'default': value.split('|')[0] or None}
    elif value in _KINDS:
        how = {'type': _KINDS[value]}
    elif value == '+':
        how = {'nargs': '+', 'default': []}
    if names.endswith('...'):
        names, how['nargs'] = names[:-3], argparse.REMAINDER
    elif names[-1] in '?*+':
        names, how['nargs'] = names[:-1], names[-1]
    elif names.startswith('-') and not equals:
        how['action'] = 'store_true'
    if how.get('nargs') == '?' and names.startswith('-'):
        how['const'] = how.pop('default')
    if how.get('default'):
        how['help'] = 'default: %(default)s'
    parser.add_argument(*(names.split('/') if names.startswith('-') else [names]), **how)


class Command:
    """
    A command.

    :param node: whether its verbs are given a node, as their second argument.
    :param refused: verbs that the real command has and this one doesn't.
    """

    def __init__(self, *, node: bool = False, refused: str = '') -> None:
        self._node = node
        self._refused = refused.split()
        self._verbs: dict[str, tuple[Main, list[str]]] = {}

    def verb(self, name: str, words: str = '') -> Callable[[Main], Main]:
        """
        Add the function that is decorated.

        :param name: the verb's, '' for a command without verbs.
        :param words: its arguments.
        """

        def add(main: Main) -> Main:
            self._verbs[name] = main, f'{words} {_NODE if self._node else ""}'.split()
            return main

        return add

    def run(self, prog: str, argv: list[str]) -> int | str | None:
        """Parse the command line and do what it says."""
        if argv and argv[0] in self._refused:
            raise unsupported(f'{prog} {argv[0]}')
        parser = argparse.ArgumentParser(prog=prog)
        parser.set_defaults(main=lambda _: parser.print_help())
        verbs = None if '' in self._verbs else parser.add_subparsers(metavar='verb')
        for name, (main, words) in self._verbs.items():
            own = verbs.add_parser(name, help=main.__doc__) if verbs else parser
            for word in words:
                add_argument(own, word)
            own.set_defaults(main=functools.partial(_with_node, main) if self._node else main)
        args = parser.parse_args(argv)
        result: int | str | None = args.main(args)
        return result


def _with_node(main: Main, args: argparse.Namespace) -> int | str | None:
    from rclpy.executors import ExternalShutdownException  # noqa: PLC0415  launch does without

    from ros2cli.direct import direct_node  # noqa: PLC0415  as above

    try:
        name = vars(args).get('node_name')
        with direct_node(name, use_sim_time=args.use_sim_time) as node:
            return main(args, node)
    except ExternalShutdownException:
        return signal.SIGTERM
