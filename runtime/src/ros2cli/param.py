# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: T201  a command prints
"""
``ros2 param list|get|set``.

Takes names of nodes and parameters and values in YAML; prints parameters, or sets them.
"""

from __future__ import annotations

import argparse
from typing import Any

from rclpy.parameter import Parameter, parameter_value_to_python
import yaml

from ros2cli import direct, messages
from ros2cli.service import request_answer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    verbs = parser.add_subparsers(required=True, metavar='verb')
    for name, main, extra in (
        ('list', list_, ()),
        ('get', get, ('parameter_name',)),
        ('set', set_, ('parameter_name', 'value')),
    ):
        verb = verbs.add_parser(name, help=main.__doc__)
        for argument in ('node_name', *extra):
            verb.add_argument(argument)
        verb.set_defaults(main=main)


def _ask(node: Any, node_name: str, service: str, snake: str, **fields: Any) -> Any:
    kind = messages.get_interface(f'rcl_interfaces/srv/{service}', 'srv')
    name = f'/{node_name.strip("/")}/{snake}'
    return request_answer(node, kind, name, kind.Request(**fields), timeout_s=5.0)


def list_(args: argparse.Namespace) -> None:
    """Output a list of a node's parameters."""
    with direct.direct_node() as node:
        answer = _ask(node, args.node_name, 'ListParameters', 'list_parameters')
        for name in sorted(answer.result.names):
            print(f'  {name}')


def get(args: argparse.Namespace) -> str | None:
    """Get a parameter."""
    with direct.direct_node() as node:
        answer = _ask(
            node, args.node_name, 'GetParameters', 'get_parameters', names=[args.parameter_name]
        )
        if not answer.values or answer.values[0].type == Parameter.Type.NOT_SET.value:
            return 'Parameter not set'
        value = parameter_value_to_python(answer.values[0])
        kind = Parameter.Type(answer.values[0].type)
        name = {'DOUBLE': 'Double', 'BOOL': 'Boolean'}.get(kind.name, kind.name.title())
        print(
            f'{name.replace("_", " ").replace(" Array", " values are")}'
            f'{"" if "ARRAY" in kind.name else " value is"}: {value}'
        )
    return None


def set_(args: argparse.Namespace) -> str | None:
    """Set a parameter."""
    value = yaml.safe_load(args.value)
    parameter = Parameter(args.parameter_name, value=value).to_parameter_msg()
    with direct.direct_node() as node:
        answer = _ask(
            node, args.node_name, 'SetParameters', 'set_parameters', parameters=[parameter]
        )
        result = answer.results[0]
        if not result.successful:
            return f'Setting parameter failed: {result.reason}'
        print('Set parameter successful')
    return None
