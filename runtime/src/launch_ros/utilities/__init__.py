# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Names and parameters of nodes, as launch files give them.

Takes dictionaries of text, substitutions and values; gives plain typed values, by the rules of
ros2/launch_ros (launch_ros/utilities/normalize_parameters.py and evaluate_parameters.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
import re
from typing import Any

from launch import LaunchContext, Substitution
from launch.utilities import perform_text
from launch.utilities.type_utils import SCALAR_TYPES, is_substitution
from launch_ros.parameter_descriptions import ParameterValue
import yaml

_NAME = re.compile(r'[A-Za-z_][A-Za-z0-9_]*')


def prefix_namespace(base_ns: str | None, ns: str | None) -> str | None:
    """Return a namespace under another one, unless it is absolute."""
    if ns is None or not base_ns or ns.startswith('/'):
        joined = base_ns if ns is None else ns
    else:
        joined = f'{base_ns.rstrip("/")}/{ns}'
    return joined if joined in (None, '/') else joined.rstrip('/')


def make_namespace_absolute(ns: str | None) -> str | None:
    """Return a namespace with a leading slash."""
    return ns if ns is None or ns.startswith('/') else f'/{ns}'


def check_node_name(name: str) -> str:
    """
    Return the name.

    :raises ValueError: if a node can't have it.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(
            f"Invalid node name '{name}': only letters, digits and '_', no digit first"
        )
    return name


def check_namespace(namespace: str) -> str:
    """
    Return the absolute namespace.

    :raises ValueError: if a node can't have it.
    """
    parts = [] if namespace == '/' else namespace[1:].split('/')
    if not all(_NAME.fullmatch(part) for part in parts):
        raise ValueError(
            f"Invalid namespace '{namespace}': between '/' only letters, digits and '_', "
            'no digit first'
        )
    return namespace


def evaluate_parameter_dict(
    context: LaunchContext, parameters: Mapping[Any, Any]
) -> dict[str, Any]:
    """
    Return the parameters with plain values; nested dictionaries become dotted names.

    :raises TypeError: if a value is none that a parameter can have; names the parameter.
    """
    evaluated: dict[str, Any] = {}
    for key, value in parameters.items():
        name = perform_text(context, key)
        if isinstance(value, Mapping):
            inner = evaluate_parameter_dict(context, value)
            evaluated.update({f'{name}.{sub}': item for sub, item in inner.items()})
        else:
            evaluated[name] = _evaluate(context, name, value)
    return evaluated


def _evaluate(context: LaunchContext, name: str, value: Any) -> Any:
    if isinstance(value, ParameterValue):
        return value.evaluate(context)
    if is_substitution(value):
        return _from_yaml(name, perform_text(context, value))
    if isinstance(value, SCALAR_TYPES):
        return value
    if isinstance(value, bytes):
        raise NotImplementedError(f"parameter '{name}': bytes are not supported")
    if not isinstance(value, Sequence):
        raise TypeError(f"parameter '{name}': unexpected value {value!r}")
    items = [_evaluate_item(context, item) for item in value]
    if any(isinstance(item, float) for item in items):
        items = [float(item) if type(item) is int else item for item in items]
    return _uniform(name, items)


def _evaluate_item(context: LaunchContext, item: Any) -> Any:
    """Return an item of a list; one that is a list or a substitution is text read as YAML."""
    if isinstance(item, SCALAR_TYPES):
        return item
    if isinstance(item, Substitution) or is_substitution(item) or isinstance(item, Sequence):
        return yaml.safe_load(perform_text(context, item))
    return item


def _from_yaml(name: str, text: str) -> Any:
    """Return performed text as a value, by YAML rules."""
    if not text:
        return ''
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise TypeError(
            f'Unable to parse the value of parameter {name} as yaml. If the parameter is meant '
            'to be a string, try wrapping it in '
            'launch_ros.parameter_descriptions.ParameterValue(value, value_type=str)'
        ) from error
    if isinstance(value, list):
        return _uniform(name, value)
    if not isinstance(value, SCALAR_TYPES):
        raise TypeError(
            f'Allowed value types are bool, int, float, str and lists of one of them. Got '
            f'{type(value)} for "{name}". If the parameter is meant to be a string, try wrapping '
            'it in launch_ros.parameter_descriptions.ParameterValue(value, value_type=str)'
        )
    return value


def _uniform(name: str, items: list[Any]) -> list[Any]:
    kinds = {type(item) for item in items}
    if len(kinds) != 1 or not kinds <= set(SCALAR_TYPES):
        raise TypeError(
            'Expected a non-empty sequence, with items of uniform type. Allowed sequence item '
            f'types are bool, int, float, str. Got inconsistent input for "{name}"'
        )
    return items
