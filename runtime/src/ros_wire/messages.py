# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Message and service classes with rclpy's semantics, made from their definitions.

A message keeps its fields in slots named `_field`; properties check what is assigned, as rclpy's
generated classes do. The serialiser reads and writes the slots. Knows no wire format.
"""

from __future__ import annotations

import copy
import functools
from typing import Any, ClassVar

import numpy as np

from ros_wire.definitions import DEFAULTS, PLACEHOLDER, definition
from ros_wire.fields import Kind, kind_of


class Message:
    """Base of all messages; takes its fields as keyword arguments."""

    __slots__: ClassVar[tuple[str, ...]] = ()
    ros_type: ClassVar[str]
    kinds: ClassVar[dict[str, Kind]]

    def __init__(self, **values: Any) -> None:
        unknown = values.keys() - self.kinds.keys()
        if unknown:
            raise AssertionError(
                f'Invalid arguments passed to constructor: {sorted(unknown)} '
                f'({type(self).__name__} has {list(self.kinds)})'
            )
        for name, kind in self.kinds.items():
            if name in values:
                setattr(self, name, values[name])
            else:
                default = DEFAULTS.get((self.ros_type, name))
                setattr(self, '_' + name, kind.default() if default is None else default)

    @classmethod
    def get_fields_and_field_types(cls) -> dict[str, str]:
        """Names and types of the fields, in the order of the definition."""
        return {name: kind.text for name, kind in cls.kinds.items()}

    def __eq__(self, other: object) -> bool:
        """Whether both are the same."""
        if type(self) is not type(other):
            return False
        return all(
            np.array_equal(mine, getattr(other, name))
            if isinstance(mine := getattr(self, name), np.ndarray)
            else mine == getattr(other, name)
            for name in self.kinds
        )

    __hash__ = None  # type: ignore[assignment]  # messages are mutable

    def __repr__(self) -> str:
        """The object as text."""
        fields = ', '.join(f'{name}={getattr(self, name)!r}' for name in self.kinds)
        return f'{type(self).__module__}.{type(self).__name__}({fields})'

    def __deepcopy__(self, memo: dict[int, Any]) -> Message:
        """A copy that shares nothing."""
        twin = type(self).__new__(type(self))
        for slot in self.__slots__:
            setattr(twin, slot, copy.deepcopy(getattr(self, slot), memo))
        return twin


def _checked(name: str, kind: Kind, slot: Any) -> property:
    def assign(message: Message, value: Any) -> None:
        try:
            slot.__set__(message, kind.accept(value))
        except AssertionError as error:
            raise AssertionError(f"The '{name}' field of {message.ros_type}: {error}") from None

    return property(slot.__get__, assign)


def _constant(base: str, value: Any) -> Any:
    return bytes([value]) if base == 'byte' else value


@functools.cache
def message_class(type_name: str) -> type[Message]:
    """
    The class of a message.

    :param type_name: e.g. `std_msgs/msg/String`, `std_srvs/srv/Trigger_Request`.
    :raises LookupError: there is no such type.
    """
    constants, fields = definition(type_name)
    kinds = {
        name: kind_of(description, message_class)
        for name, description in fields
        if name != PLACEHOLDER
    }
    package, kind, name = type_name.split('/')
    body: dict[str, Any] = {
        **{constant: _constant(base, value) for constant, base, value in constants},
        '__slots__': tuple('_' + field for field in kinds),
        '__module__': f'{package}.{kind}',
        '__doc__': type_name,
        'ros_type': type_name,
        'kinds': kinds,
    }
    cls = type(name, (Message,), body)
    for field, item in kinds.items():
        setattr(cls, field, _checked(field, item, cls.__dict__['_' + field]))
    return cls


class ServiceType:
    """Base of all services: a class with `Request` and `Response`."""

    ros_type: ClassVar[str]
    Request: ClassVar[type[Message]]
    Response: ClassVar[type[Message]]


@functools.cache
def service_class(type_name: str) -> type[ServiceType]:
    """
    The class of a service.

    :param type_name: e.g. `std_srvs/srv/Trigger`.
    :raises LookupError: there is no such type.
    """
    request = message_class(type_name + '_Request')
    response = message_class(type_name + '_Response')
    package, _, name = type_name.split('/')
    body = {
        '__module__': f'{package}.srv',
        'ros_type': type_name,
        'Request': request,
        'Response': response,
    }
    return type(name, (ServiceType,), body)
