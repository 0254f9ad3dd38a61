# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Messages as YAML and back.

Takes type names such as std_msgs/msg/String, messages, and dictionaries; gives classes, text and
filled messages. The shape of the text is that of rosidl_runtime_py.
"""

from __future__ import annotations

import argparse
import array
from collections.abc import Callable, Mapping
from importlib import import_module
import re
import sys
from typing import Any, NamedTuple

import numpy as np
import yaml

Stamp = Callable[[Any], None]
#: How values are given on the command line.
VALUES = 'values?={} --stdin'
_LIST = re.compile(r'^(?:sequence<(?P<in>[^,>]+)(?:, *\d+)?>|(?P<of>.+)\[\d*\])$')


def get_interface(name: str, kind: str) -> Any:
    """
    Return the class of a type name.

    :param name: e.g. std_msgs/msg/String or std_msgs/String.
    :param kind: msg or srv.
    :raises RuntimeError: if there is no such type.
    """
    match = re.fullmatch(rf'(\w+)/(?:{kind}/)?(\w+)', name)
    try:
        return getattr(import_module(f'{match[1]}.{kind}'), match[2])  # type: ignore[index]
    except (AttributeError, ImportError, TypeError) as error:
        what = {'msg': 'message', 'srv': 'service'}[kind]
        raise RuntimeError(f'The passed {what} type is invalid') from error


class Style(NamedTuple):
    """
    How much of a message is shown.

    :param limit: longer strings and arrays are cut to this length; None for no limit.
    :param no_arr: tell type and length of arrays instead of their values.
    :param no_str: tell the length of strings instead of their values.
    :param flow: print it on one line.
    """

    limit: int | None = None
    no_arr: bool = False
    no_str: bool = False
    flow: bool = False


def to_yaml(value: Any, style: Style) -> str:
    """A message as YAML text; anything else as Python writes it."""
    if not hasattr(value, 'get_fields_and_field_types'):
        return f'{value}\n'
    plain, flow = _to_plain(value, style), style.flow
    return yaml.safe_dump(
        plain, sort_keys=False, allow_unicode=True, width=float('inf'), default_flow_style=flow
    )


def _to_plain(value: Any, style: Style, type_name: str = '') -> Any:
    """A message or a field of one as what YAML knows."""
    if hasattr(value, 'get_fields_and_field_types'):
        return {
            name: _to_plain(getattr(value, name), style, field_type)
            for name, field_type in value.get_fields_and_field_types().items()
        }
    if isinstance(value, (str, bytes)):
        text = value if isinstance(value, str) else value.decode('latin-1')
        if style.no_str and isinstance(value, str):
            return f'<string length: <{len(text)}>>'
        long = style.limit is not None and len(text) > style.limit
        return f'{text[: style.limit]}...' if long else text
    if isinstance(value, (bool, int, float)):
        return value
    if style.no_arr and (match := _LIST.match(type_name)):
        size = f'{match["in"]}, length: {len(value)}' if match['in'] else type_name
        return f'<{"sequence" if match["in"] else "array"} type: {size}>'
    items = value.tolist() if hasattr(value, 'tolist') else value
    plain = [_to_plain(item, style) for item in items[: style.limit]]
    return [*plain, '...'] if len(plain) < len(items) else plain


def parse_values(args: argparse.Namespace) -> dict[str, Any]:
    """
    The dictionary in the YAML text of the command line, or of standard input.

    :raises RuntimeError: it is something else.
    """
    try:
        values = yaml.safe_load(sys.stdin.read() if args.stdin else args.values)
    except yaml.YAMLError as error:
        raise RuntimeError(f'The passed value is not valid YAML: {error}') from error
    if not isinstance(values, dict):
        raise RuntimeError(  # noqa: TRY004  the command shows RuntimeErrors to the user
            'The passed value needs to be a dictionary in YAML format'
        )
    return values


def fill(message: Any, values: Mapping[str, Any]) -> list[Stamp]:
    """
    Set fields of a message.

    :param values: by name; a header may be 'auto' and a time 'now'.
    :return: functions that set those when they are called with the time.
    :raises RuntimeError: if a field does not exist or can't have the value.
    """
    stamps: list[Stamp] = []
    for name, value in values.items():
        try:
            _fill_field(message, name, value, stamps)
        except (AttributeError, TypeError, ValueError, AssertionError, OverflowError) as error:
            raise RuntimeError(f'Failed to populate field: {error}') from error
    return stamps


def _fill_field(message: Any, name: str, value: Any, stamps: list[Stamp]) -> None:
    types = message.get_fields_and_field_types()
    if name not in types:
        raise AttributeError(f'{type(message).__name__} has no {name}: {", ".join(types)}')
    field, type_name = getattr(message, name), types[name]
    if value == 'auto' and type_name == 'std_msgs/Header':
        stamps.append(lambda now: setattr(field, 'stamp', now))
    elif value == 'now' and type_name == 'builtin_interfaces/Time':
        stamps.append(lambda now: setattr(message, name, now))
    elif hasattr(field, 'get_fields_and_field_types'):
        if not isinstance(value, Mapping):
            raise TypeError(f'{name}: expected a dictionary for {type_name}, got {value!r}')
        stamps += fill(field, value)
    elif match := _LIST.match(type_name):
        item_type = match['in'] or match['of']
        setattr(message, name, _list(field, item_type, value, stamps))
    else:  # the message checks what it is given
        setattr(message, name, _scalar(type_name, value))


def _list(field: Any, item_type: str, value: Any, stamps: list[Stamp]) -> Any:
    if not isinstance(value, list):
        raise TypeError(f'expected a list, got {value!r}')
    if '/' in item_type:
        messages = [get_interface(item_type, 'msg')() for _ in value]
        for message, item in zip(messages, value, strict=True):
            stamps += fill(message, item)
        return messages
    if isinstance(field, array.array):
        return array.array(field.typecode, value)
    if hasattr(field, 'dtype'):
        return np.array(value, field.dtype)
    return [_scalar(item_type, item) for item in value]


def _scalar(type_name: str, value: Any) -> Any:
    """Integers may stand for floats and bytes, numbers for text."""
    if type_name.startswith('string') and isinstance(value, (int, float)):
        return str(value)
    if type_name in ('float', 'double') and type(value) is int:
        return float(value)
    return bytes([value]) if type_name == 'octet' and type(value) is int else value
