# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters: a name, a type and a value."""

from __future__ import annotations

from array import array
from enum import Enum
from typing import Any

from rcl_interfaces.msg import Parameter as ParameterMsg
from rcl_interfaces.msg import ParameterType, ParameterValue

#: The suffix of ParameterValue's field for each type, in the order of their numbers.
_FIELDS = (
    '',
    'bool_value',
    'integer_value',
    'double_value',
    'string_value',
    'byte_array_value',
    'bool_array_value',
    'integer_array_value',
    'double_array_value',
    'string_array_value',
)
_SCALARS = {'BOOL': bool, 'INTEGER': int, 'DOUBLE': float, 'STRING': str}
_ITEMS = {'BYTE': bytes, **_SCALARS}


class Parameter:
    """A parameter as nodes keep it."""

    class Type(Enum):
        """The types a parameter can have."""

        NOT_SET = ParameterType.PARAMETER_NOT_SET
        BOOL = ParameterType.PARAMETER_BOOL
        INTEGER = ParameterType.PARAMETER_INTEGER
        DOUBLE = ParameterType.PARAMETER_DOUBLE
        STRING = ParameterType.PARAMETER_STRING
        BYTE_ARRAY = ParameterType.PARAMETER_BYTE_ARRAY
        BOOL_ARRAY = ParameterType.PARAMETER_BOOL_ARRAY
        INTEGER_ARRAY = ParameterType.PARAMETER_INTEGER_ARRAY
        DOUBLE_ARRAY = ParameterType.PARAMETER_DOUBLE_ARRAY
        STRING_ARRAY = ParameterType.PARAMETER_STRING_ARRAY

        @classmethod
        def from_parameter_value(cls, parameter_value: Any) -> Parameter.Type:
            """
            The type of a Python value.

            :raises TypeError: no parameter can hold it.
            """
            if parameter_value is None:
                return cls.NOT_SET
            for name, kind in _SCALARS.items():
                if isinstance(parameter_value, kind):
                    return cls[name]
            if isinstance(parameter_value, (list, tuple, array)):
                for name, kind in _ITEMS.items():
                    if all(isinstance(item, kind) for item in parameter_value):
                        return cls[name + '_ARRAY']
            raise TypeError(
                f"The given value is not one of the allowed types '{parameter_value}'."
            )

        def check(self, parameter_value: Any) -> bool:
            """Whether a value is of this type."""
            if self is Parameter.Type.NOT_SET:
                return parameter_value is None
            name, _, is_array = self.name.partition('_')
            if not is_array:
                return isinstance(parameter_value, _SCALARS[name])
            return isinstance(parameter_value, (list, tuple, array)) and all(
                isinstance(item, _ITEMS[name]) for item in parameter_value
            )

    @classmethod
    def from_parameter_msg(cls, param_msg: Any) -> Parameter:
        """The parameter in a rcl_interfaces/Parameter."""
        kind = Parameter.Type(param_msg.value.type)
        value = getattr(param_msg.value, _FIELDS[kind.value]) if kind.value else None
        return cls(param_msg.name, kind, value)

    def __init__(self, name: str, type_: Parameter.Type | None = None, value: Any = None) -> None:
        if type_ is None:
            type_ = Parameter.Type.from_parameter_value(value)
        if not isinstance(type_, Parameter.Type):
            raise TypeError(f"type must be an instance of '{Parameter.Type!r}'")
        if not type_.check(value):
            raise ValueError(f"Type '{type_}' and value '{value}' do not agree")
        self._type = type_
        self._name = name
        self._value = value

    @property
    def name(self) -> str:
        """The name."""
        return self._name

    @property
    def type_(self) -> Parameter.Type:
        """The type."""
        return self._type

    @property
    def value(self) -> Any:
        """The value; None if it isn't set."""
        return self._value

    def __repr__(self) -> str:
        """The object as text."""
        return f'Parameter({self.name!r}, {self.type_}, {self.value!r})'

    def __eq__(self, other: object) -> bool:
        """Whether both are the same."""
        return isinstance(other, Parameter) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]  # values may be lists

    def get_parameter_value(self) -> Any:
        """The value as rcl_interfaces/ParameterValue."""
        value = ParameterValue(type=self.type_.value)
        if self.type_.value:
            setattr(value, _FIELDS[self.type_.value], self.value)
        return value

    def to_parameter_msg(self) -> Any:
        """The parameter as rcl_interfaces/Parameter."""
        return ParameterMsg(name=self.name, value=self.get_parameter_value())


def parameter_value_to_python(parameter_value: Any) -> Any:
    """The Python value in a rcl_interfaces/ParameterValue; None if it isn't set."""
    if not 0 <= parameter_value.type < len(_FIELDS):
        raise RuntimeError(f'unexpected parameter type {parameter_value.type}')
    if not parameter_value.type:
        return None
    value = getattr(parameter_value, _FIELDS[parameter_value.type])
    return list(value) if isinstance(value, (array, list)) else value


def get_parameter_value(string_value: str) -> Any:
    """The rcl_interfaces/ParameterValue that a text on a command line means."""
    import yaml  # noqa: PLC0415 only command-line tools come here

    try:
        value = yaml.safe_load(string_value)
        Parameter.Type.from_parameter_value(value)
    except (yaml.YAMLError, TypeError):
        value = string_value
    return Parameter('', value=string_value if value is None else value).get_parameter_value()
