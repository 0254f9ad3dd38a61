# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Values with a type that may come from substitutions.

Takes values, substitutions or lists of them and a type (int, float, bool, str or a list of
one); gives the typed value, by the rules of ros2/launch launch/utilities/type_utils.py: text is
read as YAML where no type is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, get_args, get_origin

from launch.launch_context import LaunchContext
from launch.substitution import Substitution
from launch.utilities import perform_text
import yaml

SCALAR_TYPES = (int, float, bool, str)


def is_substitution(value: object) -> bool:
    """Return whether the value is a substitution, or a list of text with one among it."""
    if isinstance(value, (str, Substitution)):
        return isinstance(value, Substitution)
    if not isinstance(value, (list, tuple)):
        return False
    return all(isinstance(item, (str, Substitution)) for item in value) and any(
        isinstance(item, Substitution) for item in value
    )


def extract_type(data_type: Any) -> tuple[type, bool]:
    """
    Return the scalar type and whether a list of it is meant.

    :raises ValueError: if it is none of the allowed types.
    """
    is_list = get_origin(data_type) is list
    scalar = get_args(data_type)[0] if is_list else data_type
    if scalar not in SCALAR_TYPES:
        raise ValueError(f'Unrecognized data type: {data_type}')
    return scalar, is_list


def is_instance_of(value: object, data_type: Any = None) -> bool:
    """Return whether the value is of the type, or of any allowed type if none is given."""
    if data_type is not None:
        scalar, is_list = extract_type(data_type)
        if not is_list:
            return isinstance(value, scalar)
        return isinstance(value, list) and all(isinstance(item, scalar) for item in value)
    if isinstance(value, list):
        kinds = {type(item) for item in value}
        return len(kinds) <= 1 and kinds <= set(SCALAR_TYPES)
    return isinstance(value, SCALAR_TYPES)


def coerce_to_type(value: str, data_type: Any = None) -> Any:
    """
    Return the text as a value of the type, or by YAML rules if none is given.

    :raises ValueError: if it can't be read as such.
    """
    scalar, is_list = (None, False) if data_type is None else extract_type(data_type)
    if not is_list:
        if scalar is str:
            return value
        if scalar in (int, float):
            return scalar(value)
        if scalar is bool:
            value = {'1': 'true', '0': 'false'}.get(value, value)
    if scalar is None and not value:
        return value
    try:
        output = yaml.safe_load(value)
    except yaml.YAMLError as error:
        raise ValueError(f"'{value}' is not valid YAML: {error}") from error
    if not is_instance_of(output, data_type):
        raise ValueError(f"Cannot convert value '{value}' to '{data_type or 'a parameter type'}'")
    return output


def perform_typed_substitution(context: LaunchContext, value: Any, data_type: Any) -> Any:
    """
    Return a value, substitution or list of them as a value of the type.

    :param data_type: int, float, bool, str, a list of one, or None for YAML rules.
    :raises TypeError: if a plain value is of another type.
    :raises ValueError: if performed text can't be read as the type.
    """
    if isinstance(value, SCALAR_TYPES):
        if not is_instance_of(value, data_type):
            raise TypeError(f"value='{value}' is not an instance of {data_type}")
        return value
    if is_substitution(value):
        return coerce_to_type(perform_text(context, value), data_type)
    if not isinstance(value, Iterable):
        raise TypeError(f'expected a scalar, a substitution or a list of them, got {value!r}')
    scalar = None if data_type is None else extract_type(data_type)[0]
    output = [
        item
        if isinstance(item, SCALAR_TYPES)
        else coerce_to_type(perform_text(context, item), scalar)
        for item in value
    ]
    if not is_instance_of(output, data_type):
        raise TypeError(f'{output} is not of type {data_type or "a uniform list"}')
    return output
