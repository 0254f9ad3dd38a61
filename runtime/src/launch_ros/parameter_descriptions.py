# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Parameters as launch files describe them: values with a type, dictionaries, and files.

Takes values of text and substitutions; gives plain typed values and paths, by the rules of
ros2/launch_ros (launch_ros/utilities/evaluate_parameters.py) and ros2/launch
(launch/utilities/type_utils.py): text that was performed is read as YAML where no type is asked
for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, InitVar, dataclass
import os
from pathlib import Path
from typing import Any, get_args

from launch import LaunchContext, SomeSubstitutionsType, Substitution
from ros_wire.limits import check_not_given, unsupported_names
import yaml

__getattr__ = unsupported_names(__name__, 'Parameter')
_SCALARS = (bool, int, float, str)


def _is_of_type(value: object, data_type: Any) -> bool:
    """Return whether the value is of the type; None stands for any scalar or uniform list."""
    if get_args(data_type):
        return isinstance(value, list) and all(isinstance(v, get_args(data_type)) for v in value)
    if data_type is None and isinstance(value, list):
        return {type(item) for item in value} in [{kind} for kind in _SCALARS]
    return isinstance(value, data_type or _SCALARS)


def _read(text: str, data_type: Any) -> Any:
    """Return text as a value of the type."""
    if data_type is str or (data_type is None and not text):
        return text
    if data_type in (int, float):
        return data_type(text)
    if data_type is bool:
        text = {'1': 'true', '0': 'false'}.get(text, text)
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(f"'{text}' is not valid YAML: {error}") from error
    if not _is_of_type(value, data_type):
        raise ValueError(f"Cannot convert '{text}' to '{data_type or 'the type of a parameter'}'")
    return value


@dataclass(eq=False)
class ParameterValue:
    """
    A value whose type is said and not guessed.

    :param value: a scalar, a list, or text and substitutions.
    :param value_type: int, float, bool, str, List of one of them, or None for YAML rules.
    """

    value: Any
    _: KW_ONLY
    value_type: Any = None

    def evaluate(self, context: LaunchContext) -> Any:
        """
        Return the typed value.

        :raises TypeError: if it is of another type.
        :raises ValueError: if it can't be read as that type.
        """
        value, data_type = self.value, self.value_type
        items = value if isinstance(value, (list, tuple)) else [value]
        if any(isinstance(item, Substitution) for item in items):
            return _read(context.perform(value), data_type)
        if items is value:
            item_type = next(iter(get_args(data_type)), None)
            value = [
                _read(context.perform(item), item_type)
                if isinstance(item, (list, tuple))
                else item
                for item in items
            ]
            if {type(item) for item in value} == {int, float}:
                value = [float(item) for item in value]
        if not _is_of_type(value, data_type):
            raise TypeError(f'{value!r} is not of {data_type or "a type of parameters"}')
        return value


@dataclass(eq=False)
class ParameterFile:
    """
    A YAML file of parameters.

    :param param_file: its path, as text or substitutions.
    :param allow_substs: perform substitutions written in the file; not supported.
    """

    param_file: os.PathLike[str] | SomeSubstitutionsType
    _: KW_ONLY
    allow_substs: InitVar[bool | SomeSubstitutionsType] = False

    def __post_init__(self, allow_substs: bool | SomeSubstitutionsType) -> None:
        """Refuse what is not supported."""
        check_not_given('ParameterFile', allow_substs=allow_substs)

    def evaluate(self, context: LaunchContext) -> Path:
        """Return the path."""
        return Path(context.perform(self.param_file))


def evaluate_parameter_dict(context: LaunchContext, values: Mapping[Any, Any]) -> dict[str, Any]:
    """
    Return the parameters with plain values; nested dictionaries become dotted names.

    :raises TypeError: if a value is none that a parameter can have; names the parameter.
    """
    evaluated: dict[str, Any] = {}
    for key, value in values.items():
        name = context.perform(key)
        if isinstance(value, Mapping):
            inner = evaluate_parameter_dict(context, value)
            evaluated.update({f'{name}.{sub}': item for sub, item in inner.items()})
            continue
        given = value if isinstance(value, ParameterValue) else ParameterValue(value)
        try:
            evaluated[name] = given.evaluate(context)
        except (TypeError, ValueError) as error:
            raise TypeError(
                f"parameter '{name}': {error}. If it is meant to be a string, try wrapping it in "
                'launch_ros.parameter_descriptions.ParameterValue(value, value_type=str)'
            ) from error
    return evaluated
