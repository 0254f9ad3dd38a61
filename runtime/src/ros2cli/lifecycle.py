# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: T201  a command prints
"""
``ros2 lifecycle``.

Takes the name of a managed node and a transition; prints states and transitions, or makes the
node change its state.
"""

from __future__ import annotations

import argparse
import sys
from typing import Any

from lifecycle_msgs.srv import ChangeState, GetAvailableTransitions, GetState

from ros2cli.command import Command
from ros2cli.direct import node_names, request_answer, settle, wait_until
from ros2cli.names import names_and_types, tell

COMMAND = Command(node=True)


def _managed(node: Any, *, hidden: bool) -> list[str]:
    """The names of the managed nodes that are known by now."""
    services = dict(names_and_types(node, 'service'))
    return [name for name in node_names(node, hidden=hidden) if f'{name}/get_state' in services]


def _find(args: argparse.Namespace, node: Any) -> str:
    """
    The full name of the managed node that is asked for, once it is there.

    :raises RuntimeError: it isn't there in time.
    """
    name, hidden = f'/{args.node.removeprefix("/")}', args.include_hidden_nodes
    if not wait_until(lambda: name in _managed(node, hidden=hidden), 2 * args.spin_time):
        raise RuntimeError('Node not found')
    return name


def _transitions(node: Any, name: str, service: str) -> list[Any]:
    request = GetAvailableTransitions.Request()
    answer = request_answer(node, GetAvailableTransitions, f'{name}/{service}', request)
    return list(answer.available_transitions)


@COMMAND.verb('nodes', '-a/--all -c/--count-nodes')
def nodes(args: argparse.Namespace, node: Any) -> None:
    """Output a list of nodes with lifecycle."""
    settle(node, args.spin_time)
    tell(_managed(node, hidden=args.all), number=args.count_nodes)


@COMMAND.verb('get', 'node? --include-hidden-nodes')
def get(args: argparse.Namespace, node: Any) -> None:
    """Get lifecycle state for one or more nodes."""
    if not args.node:
        settle(node, args.spin_time)
    hidden = args.include_hidden_nodes
    for name in [_find(args, node)] if args.node else _managed(node, hidden=hidden):
        answer = request_answer(node, GetState, f'{name}/get_state', GetState.Request())
        state = answer.current_state
        print(f'{"" if args.node else f"{name}: "}{state.label} [{state.id}]')


@COMMAND.verb('list', 'node --include-hidden-nodes -a/--all')
def list_(args: argparse.Namespace, node: Any) -> None:
    """Output a list of available transitions."""
    service = 'get_transition_graph' if args.all else 'get_available_transitions'
    for item in _transitions(node, _find(args, node), service):
        print(f'- {item.transition.label} [{item.transition.id}]')
        print(f'\tStart: {item.start_state.label}\n\tGoal: {item.goal_state.label}')


@COMMAND.verb('set', 'node transition --include-hidden-nodes')
def set_(args: argparse.Namespace, node: Any) -> str | None:
    """Trigger lifecycle state transition."""
    name = _find(args, node)
    found = [item.transition for item in _transitions(node, name, 'get_available_transitions')]
    wanted = [item for item in found if args.transition in (item.label, str(item.id))]
    if not wanted:
        names = ''.join(f'\n- {item.label} [{item.id}]' for item in found)
        return f'Unknown transition requested, available ones are:{names}'
    request = ChangeState.Request(transition=wanted[0])
    if request_answer(node, ChangeState, f'{name}/change_state', request).success:
        print('Transitioning successful')
    else:
        print('Transitioning failed', file=sys.stderr)
    return None
