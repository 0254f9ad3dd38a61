# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters: a name, a type and a value."""

from __future__ import annotations

from array import array
from enum import Enum
from typing import Any

from rcl_interfaces.msg import Parameter as ParameterMsg
from rcl_interfaces.msg import ParameterValue
from ros_wire.limits import unsupported_names

__getattr__ = unsupported_names(__name__, 'parameter_dict_from_yaml_file')

_KINDS = {'BOOL': bool, 'INTEGER': int, 'DOUBLE': float, 'STRING': str, 'BYTE': bytes}


class Parameter:
    """A parameter as nodes keep it."""

    class Type(Enum):
        """The types a parameter can have, by their numbers in rcl_interfaces/ParameterType."""

        NOT_SET = 0
        BOOL = 1
        INTEGER = 2
        DOUBLE = 3
        STRING = 4
        BYTE_ARRAY = 5
        BOOL_ARRAY = 6
        INTEGER_ARRAY = 7
        DOUBLE_ARRAY = 8
        STRING_ARRAY = 9

        @classmethod
        def from_parameter_value(cls, parameter_value: Any) -> Parameter.Type:
            """
            The type of a Python value.

            :raises TypeError: no parameter can hold it.
            """
            for kind in cls:
                if kind.check(parameter_value):
                    return kind
            raise TypeError(
                f"The given value is not one of the allowed types '{parameter_value}'."
            )

        def check(self, parameter_value: Any) -> bool:
            """Whether a value is of this type."""
            if self is Parameter.Type.NOT_SET:
                return parameter_value is None
            kind = _KINDS[self.name.removesuffix('_ARRAY')]
            if not self.name.endswith('_ARRAY'):
                return isinstance(parameter_value, kind)
            return isinstance(parameter_value, (list, tuple, array)) and all(
                isinstance(item, kind) for item in parameter_value
            )

    def __init__(self, name: str, type_: Parameter.Type | None = None, value: Any = None) -> None:
        if type_ is None:
            type_ = Parameter.Type.from_parameter_value(value)
        if not isinstance(type_, Parameter.Type):
            raise TypeError(f"type must be an instance of '{Parameter.Type!r}'")
        if not type_.check(value):
            raise ValueError(f"Type '{type_}' and value '{value}' do not agree")
        self.name, self.type_, self.value = name, type_, value

    @classmethod
    def from_parameter_msg(cls, param_msg: Any) -> Parameter:
        """The parameter in a rcl_interfaces/Parameter."""
        return cls(param_msg.name, value=parameter_value_to_python(param_msg.value))

    def get_parameter_value(self) -> Any:
        """The value as rcl_interfaces/ParameterValue."""
        value = ParameterValue(type=self.type_.value)
        if self.type_.value:
            setattr(value, f'{self.type_.name.lower()}_value', self.value)
        return value

    def to_parameter_msg(self) -> Any:
        """The parameter as rcl_interfaces/Parameter."""
        return ParameterMsg(name=self.name, value=self.get_parameter_value())


def parameter_value_to_python(parameter_value: Any) -> Any:
    """
    The Python value in a rcl_interfaces/ParameterValue; None if it isn't set.

    :raises RuntimeError: it has no type that is known.
    """
    try:
        kind = Parameter.Type(parameter_value.type)
    except ValueError:
        raise RuntimeError(f'unexpected parameter type {parameter_value.type}') from None
    if not kind.value:
        return None
    value = getattr(parameter_value, f'{kind.name.lower()}_value')
    return list(value) if kind.name.endswith('_ARRAY') else value


def get_parameter_value(string_value: str) -> Any:
    """The rcl_interfaces/ParameterValue that a text on a command line means."""
    import yaml  # noqa: PLC0415 only command-line tools come here

    try:
        value = yaml.safe_load(string_value)
        Parameter.Type.from_parameter_value(value)
    except (yaml.YAMLError, TypeError):
        value = string_value
    return Parameter('', value=string_value if value is None else value).get_parameter_value()
