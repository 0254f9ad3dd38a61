# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: T201  a command prints
"""
``ros2 param``.

Takes names of nodes and parameters, values in YAML and parameter files; prints parameters, or sets
them. Like the real one it exits with 0 where a node refuses a value.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
import re
import sys
from typing import Any

from rcl_interfaces import srv
from rcl_interfaces.msg import Parameter as ParameterMsg
from rcl_interfaces.msg import ParameterValue
from rclpy.parameter import Parameter, get_parameter_value, parameter_value_to_python
import yaml

from ros2cli.command import Command
from ros2cli.direct import node_names, request_answer, settle, wait_until

COMMAND = Command(node=True)
# The real one waits as long for the node.
NODE = 'node --include-hidden-nodes --timeout=1'


def _find(args: argparse.Namespace, node: Any) -> str:
    """
    The full name of the node, once it is there.

    :raises RuntimeError: it isn't there in time.
    """
    name, hidden = f'/{args.node.removeprefix("/")}', args.include_hidden_nodes
    timeout_s = args.spin_time + vars(args).get('timeout', 1)
    if not wait_until(lambda: name in node_names(node, hidden=hidden), timeout_s):
        raise RuntimeError('Node not found')
    return name


def _ask(node: Any, name: str, service: str, **fields: Any) -> Any:
    """What a node's service answers, e.g. GetParameters."""
    kind = getattr(srv, service)
    snake = re.sub(r'(?<!^)([A-Z])', r'_\1', service).lower()
    return request_answer(node, kind, f'{name}/{snake}', kind.Request(**fields))


def _type_name(number: int) -> str:
    kind = Parameter.Type(number).name.lower().replace('_', ' ')
    return re.sub(r'\bbool\b', 'boolean', kind)


@COMMAND.verb('list', 'node? --include-hidden-nodes --filter= --param-prefixes=+ --param-type')
def list_(args: argparse.Namespace, node: Any) -> None:
    """Output a list of available parameters."""
    if not args.node:
        settle(node, args.spin_time)
    hidden = args.include_hidden_nodes
    for name in [_find(args, node)] if args.node else node_names(node, hidden=hidden):
        try:
            answer = _ask(node, name, 'ListParameters', prefixes=args.param_prefixes)
        except RuntimeError as error:
            print(f"Exception while calling service of node '{name}': {error}", file=sys.stderr)
            continue
        names = sorted(item for item in answer.result.names if re.match(args.filter, item))
        if names and not args.node:
            print(f'{name}:')
        types = [''] * len(names)
        if args.param_type:
            described = _ask(node, name, 'DescribeParameters', names=names).descriptors
            types = [f' (type: {_type_name(item.type)})' for item in described]
        for item, kind in zip(names, types, strict=True):
            print(f'  {item}{kind}')


@COMMAND.verb('get', f'{NODE} parameter_name --hide-type')
def get(args: argparse.Namespace, node: Any) -> str | None:
    """Get parameter."""
    name = _find(args, node)
    values = _ask(node, name, 'GetParameters', names=[args.parameter_name]).values
    if not values:
        return 'Parameter not set'
    value = parameter_value_to_python(values[0])
    label, array, _ = _type_name(values[0].type).capitalize().partition(' array')
    if args.hide_type:
        print(value)
    elif value is None:
        print('Parameter not set.')
    else:
        print(f'{label} {"values are" if array else "value is"}: {value}')
    return None


def _set(node: Any, name: str, parameters: list[ParameterMsg], done: str, failed: str) -> None:
    """Set parameters and say how that went; %s in the texts is the parameter's name."""
    results = _ask(node, name, 'SetParameters', parameters=parameters).results
    for parameter, result in zip(parameters, results, strict=True):
        text = (done if result.successful else failed).replace('%s', parameter.name)
        reason = f': {result.reason}' if result.reason else ''
        print(f'{text}{reason}', file=sys.stdout if result.successful else sys.stderr)


@COMMAND.verb('set', f'{NODE} parameter_name value')
def set_(args: argparse.Namespace, node: Any) -> None:
    """Set parameter."""
    parameter = ParameterMsg(name=args.parameter_name, value=get_parameter_value(args.value))
    name = _find(args, node)
    _set(node, name, [parameter], 'Set parameter successful', 'Setting parameter failed')


@COMMAND.verb('delete', f'{NODE} parameter_name')
def delete(args: argparse.Namespace, node: Any) -> None:
    """Delete parameter."""
    parameter = ParameterMsg(name=args.parameter_name, value=ParameterValue())
    name = _find(args, node)
    _set(node, name, [parameter], 'Deleted parameter successfully', 'Deleting parameter failed')


@COMMAND.verb('describe', f'{NODE} parameter_names+')
def describe(args: argparse.Namespace, node: Any) -> None:
    """Show descriptive information about declared parameters."""
    name = _find(args, node)
    answer = _ask(node, name, 'DescribeParameters', names=args.parameter_names)
    for item in answer.descriptors:
        print(f'Parameter name: {item.name}\n  Type: {_type_name(item.type)}')
        if item.description:
            print(f'  Description: {item.description}')
        print('  Constraints:')
        if item.read_only:
            print('    Read only: true')
        for limits in [*item.floating_point_range, *item.integer_range][:1]:
            print(f'    Min value: {limits.from_value}\n    Max value: {limits.to_value}')
            if limits.step:
                print(f'    Step: {limits.step}')
        if item.additional_constraints:
            print(f'    Additional constraints: {item.additional_constraints}')


@COMMAND.verb('dump', NODE)
def dump(args: argparse.Namespace, node: Any) -> None:
    """Show all of the parameters of a node in a YAML file format."""
    name = _find(args, node)
    names = sorted(_ask(node, name, 'ListParameters').result.names)
    values = _ask(node, name, 'GetParameters', names=names).values
    tree: dict[str, Any] = {}
    for key, value in zip(names, values, strict=True):
        *parents, leaf = key.split('.')
        branch = tree
        for parent in parents:
            branch = branch.setdefault(parent, {})
        branch[leaf] = parameter_value_to_python(value)
    print(yaml.safe_dump({name: {'ros__parameters': tree}}, default_flow_style=False))


@COMMAND.verb('load', f'{NODE} parameter_file --no-use-wildcard')
def load(args: argparse.Namespace, node: Any) -> None:
    """Load parameter file for a node, whichever nodes it is for."""
    name = _find(args, node)
    try:
        file = yaml.safe_load(Path(args.parameter_file).read_text(encoding='utf-8'))
        general = [] if args.no_use_wildcard else [key for key in file if key == '/**']
        trees = [file[key]['ros__parameters'] for key in (*general, *(file.keys() - {'/**'}))]
        values = {key: value for tree in trees for key, value in _flat(tree)}
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise RuntimeError(f'{args.parameter_file} is no parameter file: {error!r}') from error
    if not values:
        raise RuntimeError('Param file does not contain selected parameters')
    parameters = [Parameter(key, value=value).to_parameter_msg() for key, value in values.items()]
    _set(node, name, parameters, 'Set parameter %s successful', 'Set parameter %s failed')


def _flat(tree: Mapping[str, Any], prefix: str = '') -> list[tuple[str, Any]]:
    """The parameters in a tree of them, under their full names."""
    pairs: list[tuple[str, Any]] = []
    for key, value in tree.items():
        name = f'{prefix}{key}'
        pairs += _flat(value, f'{name}.') if isinstance(value, Mapping) else [(name, value)]
    return pairs
