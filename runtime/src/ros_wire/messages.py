# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Message and service classes with rclpy's semantics, made from their definitions.

A message keeps its fields in slots named `_field`; properties check what is assigned, as rclpy's
generated classes do. What is read from the wire goes into the slots unchecked.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
import functools
from typing import Any, ClassVar

import numpy as np

from ros_wire.definitions import DEFAULTS, PLACEHOLDER, definition
from ros_wire.fields import Kind, Nested, kind_of
from ros_wire.limits import unsupported


class _SlotTypes:
    def __get__(self, message: Message | None, cls: type[Message]) -> Any:
        raise unsupported(f'{cls.ros_type} SLOT_TYPES')


class Message:
    """Base of all messages; takes its fields as keyword arguments."""

    __slots__: ClassVar[tuple[str, ...]] = ()
    SLOT_TYPES = _SlotTypes()
    ros_type: ClassVar[str]
    kind: ClassVar[Nested]
    _defaults: ClassVar[dict[str, Callable[[], Any]]]
    _fields_and_field_types: ClassVar[dict[str, str]]

    def __init__(self, **values: Any) -> None:
        if not values.pop('check_fields', True):
            raise unsupported('check_fields=False')
        unknown = values.keys() - self._fields_and_field_types.keys()
        if unknown:
            known = ', '.join(self._fields_and_field_types)
            raise AssertionError(
                f'Invalid arguments passed to constructor: {", ".join(sorted(unknown))} '
                f'({type(self).__name__} has {known})'
            )
        for name, default in self._defaults.items():
            if name in values:
                setattr(self, name, values[name])
            else:
                setattr(self, '_' + name, default())

    @classmethod
    def get_fields_and_field_types(cls) -> dict[str, str]:
        """Names and types of the fields, in the order of the definition."""
        return dict(cls._fields_and_field_types)

    def __eq__(self, other: object) -> bool:
        """Whether both are the same."""
        return type(self) is type(other) and all(
            np.array_equal(mine, getattr(other, name))
            if isinstance(mine := getattr(self, name), np.ndarray)
            else mine == getattr(other, name)
            for name in self._fields_and_field_types
        )

    __hash__ = None  # type: ignore[assignment]  # messages are mutable

    def __repr__(self) -> str:
        """The object as text, sequences of numbers as lists."""
        values = {name: getattr(self, name) for name in self._fields_and_field_types}
        fields = ', '.join(
            f'{name}={value.tolist() if isinstance(value, array) else value!r}'
            for name, value in values.items()
        )
        return f'{type(self).__module__}.{type(self).__name__}({fields})'


def _checked(name: str, kind: Kind, slot: Any) -> property:
    def assign(message: Message, value: Any) -> None:
        try:
            slot.__set__(message, kind.accept(value))
        except AssertionError as error:
            raise AssertionError(f"The '{name}' field of {message.ros_type}: {error}") from None

    return property(slot.__get__, assign)


@functools.cache
def message_class(type_name: str) -> type[Any]:
    """
    The class of a message.

    :param type_name: e.g. `std_msgs/msg/String`, `std_srvs/srv/Trigger_Request`.
    :raises LookupError: there is no such type.
    """
    constants, fields = definition(type_name)
    kinds = {name: kind_of(field, lambda name: message_class(name).kind) for name, field in fields}
    texts = {name: kind.text for name, kind in kinds.items() if name != PLACEHOLDER}
    package, kind, name = type_name.split('/')
    body: dict[str, Any] = {
        # A constant byte is shown as bytes, as a field is.
        **{c: bytes([value]) if base == 'byte' else value for c, base, value in constants},
        '__slots__': tuple('_' + field for field in kinds),
        '__module__': f'{package}.{kind}',
        '__doc__': type_name,
        'ros_type': type_name,
        '_defaults': {name: kind.default for name, kind in kinds.items()}
        | {field: lambda v=value: v for (t, field), value in DEFAULTS.items() if t == type_name},
        '_fields_and_field_types': texts,
    }
    cls: type[Message] = type(name, (Message,), body)
    slots = {field: cls.__dict__['_' + field] for field in kinds}
    steps = [(kinds[field], slot.__get__, slot.__set__) for field, slot in slots.items()]
    cls.kind = Nested(cls, f'{package}/{name}', steps)
    for field, slot in slots.items():
        setattr(cls, field, _checked(field, kinds[field], slot))
    return cls


class ServiceType:
    """Base of all services: a class with `Request` and `Response`."""

    ros_type: ClassVar[str]
    Request: ClassVar[type[Message]]
    Response: ClassVar[type[Message]]

    def __init__(self) -> None:
        raise NotImplementedError('Service classes can not be instantiated')


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
