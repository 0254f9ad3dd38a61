# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The kinds of field a message has: their defaults and which values each accepts.

Takes a field's description (rosbags' notation), gives an object with `default()`, `accept(value)`
(the value to store, or AssertionError as rclpy raises) and `text`, rclpy's name of the type.
Knows no serialisation.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass
import math
from typing import Any

import numpy as np
from rosbags.interfaces import Nodetype

#: struct code, size [bytes] and NumPy name of each primitive type.
PRIMITIVES: dict[str, tuple[str, int, str]] = {
    'bool': ('?', 1, 'bool'),
    'byte': ('c', 1, 'S1'),
    'int8': ('b', 1, 'int8'),
    'uint8': ('B', 1, 'uint8'),
    'int16': ('h', 2, 'int16'),
    'uint16': ('H', 2, 'uint16'),
    'int32': ('i', 4, 'int32'),
    'uint32': ('I', 4, 'uint32'),
    'int64': ('q', 8, 'int64'),
    'uint64': ('Q', 8, 'uint64'),
    'float32': ('f', 4, 'float32'),
    'float64': ('d', 8, 'float64'),
}
_IDL_NAMES = {'float64': 'double', 'float32': 'float', 'bool': 'boolean', 'byte': 'octet'}
_FLOAT32_MAX = 3.402823466e38


def _require(holds: bool, expected: str, value: Any) -> None:
    if not holds:
        raise AssertionError(f'expected {expected}, found {type(value).__name__}: {value!r:.80}')


@dataclass(frozen=True)
class Primitive:
    """A bool, a number or a byte (which rclpy shows as `bytes` of length 1)."""

    name: str

    @property
    def code(self) -> str:
        """The struct module's character, also the array module's where there is one."""
        return PRIMITIVES[self.name][0]

    @property
    def size(self) -> int:
        """Size and CDR alignment [bytes]."""
        return PRIMITIVES[self.name][1]

    @property
    def text(self) -> str:
        """The type as rclpy writes it."""
        return _IDL_NAMES.get(self.name, self.name)

    @property
    def is_number(self) -> bool:
        """Whether sequences of it are array.array and NumPy arrays, not lists."""
        return self.name not in {'bool', 'byte'}

    def default(self) -> Any:
        """The zero of the type."""
        if self.name == 'byte':
            return b'\0'
        return {'b': False, 'f': 0.0}.get(self.name[0], 0)

    def accept(self, value: Any) -> Any:
        """The value itself, if it is of this type and in its range."""
        if self.name == 'bool':
            _require(isinstance(value, bool), 'bool', value)
        elif self.name == 'byte':
            _require(isinstance(value, bytes) and len(value) == 1, 'bytes of length 1', value)
        elif self.name.startswith('float'):
            _require(isinstance(value, float) and self._holds(value), self.text, value)
        else:
            _require(isinstance(value, int) and self._holds(value), self.text, value)
        return value

    def _holds(self, value: float) -> bool:
        if self.name == 'float64':
            return True
        if self.name == 'float32':
            return not math.isfinite(value) or abs(value) <= _FLOAT32_MAX
        lowest = -(1 << 8 * self.size - 1) if self.name[0] == 'i' else 0
        return lowest <= value < lowest + (1 << 8 * self.size)


@dataclass(frozen=True)
class Text:
    """A string, at most `bound` characters long if `bound` isn't 0."""

    bound: int = 0

    @property
    def text(self) -> str:
        """The type as rclpy writes it."""
        return f'string<{self.bound}>' if self.bound else 'string'

    def default(self) -> str:
        """The empty string."""
        return ''

    def accept(self, value: Any) -> Any:
        """The value itself, if it is a string that is not too long."""
        _require(isinstance(value, str), 'str', value)
        _require(not self.bound or len(value) <= self.bound, self.text, value)
        return value


@dataclass(frozen=True)
class Nested:
    """Another message."""

    name: str
    lookup: Callable[[str], type[Any]]

    @property
    def cls(self) -> type[Any]:
        """The message's class."""
        return self.lookup(self.name)

    @property
    def text(self) -> str:
        """The type as rclpy writes it."""
        package, _, name = self.name.split('/')
        return f'{package}/{name}'

    def default(self) -> Any:
        """A new message of default values."""
        return self.cls()

    def accept(self, value: Any) -> Any:
        """The value itself, if it is such a message."""
        _require(isinstance(value, self.cls), self.name, value)
        return value


@dataclass(frozen=True)
class Many:
    """An array (`length` > 0) or a sequence (of at most `bound` items if `bound` > 0)."""

    item: Primitive | Text | Nested
    length: int = 0
    bound: int = 0

    @property
    def text(self) -> str:
        """The type as rclpy writes it."""
        if self.length:
            return f'{self.item.text}[{self.length}]'
        bound = f', {self.bound}' if self.bound else ''
        return f'sequence<{self.item.text}{bound}>'

    @property
    def is_numeric(self) -> bool:
        """Whether the items are numbers, kept in an array.array or a NumPy array."""
        return isinstance(self.item, Primitive) and self.item.is_number

    def default(self) -> Any:
        """Zeros for an array, nothing for a sequence."""
        if self.is_numeric:
            assert isinstance(self.item, Primitive)
            return np.zeros(self.length, self.item.name) if self.length else array(self.item.code)
        return [self.item.default() for _ in range(self.length)]

    def accept(self, value: Any) -> Any:
        """The value as it is kept: NumPy array, array.array or list."""
        _require(
            not isinstance(value, (str, dict)) and isinstance(value, Iterable), self.text, value
        )
        if self.is_numeric:
            value = self._accept_numbers(value)
        else:
            value = value if isinstance(value, list) else list(value)
            for item in value:
                self.item.accept(item)
        _require(not self.length or len(value) == self.length, self.text, value)
        _require(not self.bound or len(value) <= self.bound, self.text, value)
        return value

    def _accept_numbers(self, value: Any) -> Any:
        assert isinstance(self.item, Primitive)
        if isinstance(value, (bytes, bytearray, memoryview)):
            value = np.frombuffer(value, 'uint8')
        if isinstance(value, np.ndarray):
            _require(value.dtype == self.item.name and value.ndim == 1, self.text, value)
        elif isinstance(value, array):
            _require(value.typecode == self.item.code, self.text, value)
        else:
            value = list(value)
            for item in value:
                self.item.accept(item)
        if self.length:
            return np.array(value, self.item.name)
        if isinstance(value, array):
            return value
        if isinstance(value, list):
            return array(self.item.code, value)
        kept = array(self.item.code)
        kept.frombytes(np.ascontiguousarray(value).view('uint8').data)
        return kept


Kind = Primitive | Text | Nested | Many


def kind_of(
    description: Any, lookup: Callable[[str], type[Any]]
) -> Primitive | Text | Nested | Many:
    """
    The kind that a field's description names.

    :param description: a field of rosbags' fielddefs.
    :param lookup: gives the class of a message by its type name.
    """
    node, detail = description
    if node == Nodetype.BASE:
        return Text(detail[1]) if detail[0] == 'string' else Primitive(detail[0])
    if node == Nodetype.NAME:
        return Nested(detail, lookup)
    item = kind_of(detail[0], lookup)
    assert not isinstance(item, Many)
    if node == Nodetype.ARRAY:
        return Many(item, length=detail[1])
    return Many(item, bound=detail[1])
