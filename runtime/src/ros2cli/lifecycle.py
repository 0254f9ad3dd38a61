# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: T201  a command prints
"""
``ros2 lifecycle get|set``.

Takes the name of a managed node and a transition; prints its state or makes it change.
"""

from __future__ import annotations

import argparse
from typing import Any

from ros2cli import direct, messages
from ros2cli.service import request_answer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    verbs = parser.add_subparsers(required=True, metavar='verb')
    verb = verbs.add_parser('get', help='Get lifecycle state of a node')
    verb.add_argument('node_name')
    verb.set_defaults(main=get)
    verb = verbs.add_parser('set', help='Trigger lifecycle state transition')
    verb.add_argument('node_name')
    verb.add_argument('transition', help='Label or id of the transition, e.g. configure')
    verb.set_defaults(main=set_)


def _ask(node: Any, node_name: str, service: str, **fields: Any) -> Any:
    kind = messages.get_interface(f'lifecycle_msgs/srv/{service}', 'srv')
    snake = {
        'GetState': 'get_state',
        'GetAvailableTransitions': 'get_available_transitions',
        'ChangeState': 'change_state',
    }[service]
    name = f'/{node_name.strip("/")}/{snake}'
    return request_answer(node, kind, name, kind.Request(**fields), timeout_s=5.0)


def get(args: argparse.Namespace) -> None:
    """Print a node's state."""
    with direct.direct_node() as node:
        state = _ask(node, args.node_name, 'GetState').current_state
        print(f'{state.label} [{state.id}]')


def set_(args: argparse.Namespace) -> str | None:
    """Make a node change its state."""
    with direct.direct_node() as node:
        available = _ask(node, args.node_name, 'GetAvailableTransitions').available_transitions
        transitions = [item.transition for item in available]
        for transition in transitions:
            if args.transition in (transition.label, str(transition.id)):
                answer = _ask(node, args.node_name, 'ChangeState', transition=transition)
                if not answer.success:
                    return 'Transitioning failed'
                print('Transitioning successful')
                return None
        names = ''.join(f'\n- {item.label} [{item.id}]' for item in transitions)
        return f'Unknown transition requested, available ones are:{names}'
    return None
