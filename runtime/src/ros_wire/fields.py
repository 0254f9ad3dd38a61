# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The kinds of field a message has: default, which values are accepted, and CDR.

`accept(value)` gives the value to store, or raises AssertionError as rclpy does. `write(value,
out)` appends to CDR, `read(data, position)` gives a value and the position behind it, or raises
struct.error. Positions count from the first byte of the 4-byte header, alignment from its end.
`text` is rclpy's name of the type, `least` how many bytes a value takes at least.
Layout: OMG CORBA 3.3 part 2, 9.3 (CDR) as used by DDSI-RTPS (XCDR1, little endian).
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Mapping, Sequence
import struct
from typing import Any

import numpy as np
from rosbags.interfaces import Nodetype

#: struct's code of each primitive type; for numbers it is array's too.
CODES = {'bool': '?', 'byte': 'c', 'int8': 'b', 'uint8': 'B', 'int16': 'h', 'uint16': 'H'}
CODES |= {'int32': 'i', 'uint32': 'I', 'int64': 'q', 'uint64': 'Q', 'float32': 'f', 'float64': 'd'}
_IDL_NAMES = {'bool': 'boolean', 'byte': 'octet', 'float32': 'float', 'float64': 'double'}
_ZEROS: dict[str, Any] = {'bool': False, 'byte': b'\0', 'float32': 0.0, 'float64': 0.0}
_Field = tuple[Any, Callable[[Any], Any], Callable[[Any, Any], None]]
_PADDING = [bytes(count) for count in range(8)]
_COUNT = struct.Struct('<I')


def _require(holds: object, expected: str, value: Any) -> None:
    if not holds:
        raise AssertionError(f'expected {expected}, found {type(value).__name__}: {value!r:.80}')


def _write_count(count: int, out: bytearray) -> None:
    out += _PADDING[-len(out) & 3]
    out += _COUNT.pack(count)


def _read_count(data: memoryview, position: int, least: int) -> tuple[int, int]:
    """How many things of `least` bytes or more follow; refused if there is no room for them."""
    position += -position & 3
    (count,) = _COUNT.unpack_from(data, position)
    if count * least > len(data) - position - 4:
        raise struct.error(f'{count} x {least} bytes at {position + 4} of {len(data)}')
    return count, position + 4


class Primitive:
    """A bool, a number or a byte (which rclpy shows as `bytes` of length 1)."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.code, self.text = CODES[name], _IDL_NAMES.get(name, name)
        self._zero = _ZEROS.get(name, 0)
        self._layout = struct.Struct('<' + self.code)
        self.least: int = self._layout.size
        self.is_number = name not in {'bool', 'byte'}

    def default(self) -> Any:
        """The zero of the type."""
        return self._zero

    def accept(self, value: Any) -> Any:
        """The value itself, if it is of this type and in its range."""
        self.pack([value])
        return value

    def pack(self, values: Sequence[Any]) -> bytes:
        """Many values as little-endian bytes; AssertionError if one isn't of this type."""
        kind = type(self._zero)
        wrong = [value for value in values if not isinstance(value, kind)]
        _require(not wrong, self.text, next(iter(wrong), None))
        try:
            return struct.pack(f'<{len(values)}{self.code}', *values)
        except (struct.error, OverflowError) as error:
            raise AssertionError(f'expected {self.text}: {error}') from None

    def write(self, value: Any, out: bytearray) -> None:
        """Append it."""
        out += _PADDING[(4 - len(out)) % self.least]
        out += self._layout.pack(value)

    def read(self, data: memoryview, position: int) -> tuple[Any, int]:
        """Take it."""
        position += (4 - position) % self.least
        (value,) = self._layout.unpack_from(data, position)
        if value is True and data[position] != 1:
            raise struct.error(f'{data[position]} at {position} is no boolean')
        return value, position + self.least


class Text:
    """A string, at most `bound` characters long if `bound` isn't 0."""

    least = 4

    def __init__(self, bound: int) -> None:
        self._bound = bound
        self.text = f'string<{bound}>' if bound else 'string'

    def default(self) -> str:
        """The empty string."""
        return ''

    def accept(self, value: Any) -> Any:
        """The value itself, if it is a string that is not too long."""
        _require(isinstance(value, str), 'str', value)
        _require(not self._bound or len(value) <= self._bound, self.text, value)
        return value

    def write(self, value: str, out: bytearray) -> None:
        """Append it."""
        encoded = value.encode()
        _write_count(len(encoded) + 1, out)
        out += encoded
        out += b'\0'

    def read(self, data: memoryview, position: int) -> tuple[str, int]:
        """Take it; what isn't UTF-8 is replaced, as rclpy does."""
        count, position = _read_count(data, position, 1)
        end = position + count
        if not count:  # some middlewares write the empty string so
            return '', end
        if data[end - 1] or (self._bound and count - 1 > 4 * self._bound):
            raise struct.error(f'{count} bytes at {position} are no {self.text}')
        return str(data[position : end - 1], 'utf-8', 'replace'), end


class Nested:
    """
    A message.

    :param fields: kind, getter and setter of each field.
    """

    def __init__(self, cls: Any, text: str, fields: Sequence[_Field]) -> None:
        self._cls, self.text, self._fields = cls, text, fields
        self.least: int = sum(kind.least for kind, _, _ in fields)

    def default(self) -> Any:
        """A new message of default values."""
        return self._cls()

    def accept(self, value: Any) -> Any:
        """The value itself, if it is such a message."""
        _require(isinstance(value, self._cls), self.text, value)
        return value

    def write(self, value: Any, out: bytearray) -> None:
        """Append its fields."""
        if not isinstance(value, self._cls):
            raise TypeError(f'expected {self.text}, found {type(value).__name__}')
        for kind, get, _ in self._fields:
            kind.write(get(value), out)

    def read(self, data: memoryview, position: int) -> tuple[Any, int]:
        """Take its fields."""
        message = self._cls.__new__(self._cls)
        for kind, _, put in self._fields:
            value, position = kind.read(data, position)
            put(message, value)
        return message, position


class Many:
    """A list: an array of `length` things, or a sequence of at most `bound` if that isn't 0."""

    def __init__(self, item: Any, length: int, bound: int) -> None:
        self.item, self._length, self._bound = item, length, bound
        limit = f', {bound}' if bound else ''
        self.text = f'{item.text}[{length}]' if length else f'sequence<{item.text}{limit}>'
        self.least: int = length * item.least or 4

    def default(self) -> Any:
        """Default values for an array, nothing for a sequence."""
        return [self.item.default() for _ in range(self._length)]

    def accept(self, value: Any) -> Any:
        """The value as it is kept."""
        is_list = isinstance(value, Collection) and not isinstance(value, (str, Mapping))
        _require(is_list and self._holds(len(value)), self.text, value)
        return self._kept(value)

    def _holds(self, count: int) -> bool:
        return count == self._length if self._length else not self._bound or count <= self._bound

    def _kept(self, value: Any) -> Any:
        value = value if isinstance(value, list) else list(value)
        for item in value:
            self.item.accept(item)
        return value

    def write(self, value: Any, out: bytearray) -> None:
        """Append it."""
        if not self._holds(len(value)):
            raise TypeError(f'{self.text} cannot hold {len(value)} items')
        if not self._length:
            _write_count(len(value), out)
        self._write_items(value, out)

    def _write_items(self, value: Any, out: bytearray) -> None:
        for item in value:
            self.item.write(item, out)

    def read(self, data: memoryview, position: int) -> tuple[Any, int]:
        """Take it."""
        count = self._length
        if not count:
            count, position = _read_count(data, position, self.item.least)
            if not self._holds(count):
                raise struct.error(f'{self.text} cannot hold {count} items')
        return self._read_items(data, position, count)

    def _read_items(self, data: memoryview, position: int, count: int) -> tuple[Any, int]:
        values = []
        for _ in range(count):
            value, position = self.item.read(data, position)
            values.append(value)
        return values, position


class Numbers(Many):
    """Numbers: a sequence is an `array.array`, an array of fixed length a NumPy array."""

    def default(self) -> Any:
        """Zeros for an array, nothing for a sequence."""
        return self._made(bytes(self.least if self._length else 0))

    def _made(self, data: Any) -> Any:
        if self._length:
            return np.frombuffer(data, self.item.name).copy()
        value = array(self.item.code)
        value.frombytes(data)
        return value

    def _kept(self, value: Any) -> Any:
        if isinstance(value, array):
            _require(value.typecode == self.item.code, self.text, value)
            return self._made(value.tobytes()) if self._length else value
        if isinstance(value, np.ndarray):
            _require(value.dtype == self.item.name and value.ndim == 1, self.text, value)
            return self._made(np.ascontiguousarray(value).view('uint8').data)
        if isinstance(value, (bytes, bytearray, memoryview)) and self.item.name == 'uint8':
            return self._made(value)
        return self._made(self.item.pack(list(value)))

    def _write_items(self, value: Any, out: bytearray) -> None:
        if len(value):
            out += _PADDING[(4 - len(out)) % self.item.least]
            out += memoryview(value).cast('B')

    def _read_items(self, data: memoryview, position: int, count: int) -> tuple[Any, int]:
        if count:
            position += (4 - position) % self.item.least
        end = position + count * self.item.least
        if end > len(data):
            raise struct.error(f'{self.text} at {position} of {len(data)} bytes')
        return self._made(data[position:end]), end


Kind = Primitive | Text | Nested | Many


def kind_of(description: Any, message_kind: Callable[[str], Nested]) -> Kind:
    """
    The kind that a field's description names.

    :param description: a field of rosbags' fielddefs.
    :param message_kind: gives the kind of a message by its type name.
    """
    node, detail = description
    if node == Nodetype.BASE:
        return Text(detail[1]) if detail[0] == 'string' else Primitive(detail[0])
    if node == Nodetype.NAME:
        return message_kind(detail)
    item = kind_of(detail[0], message_kind)
    made = Numbers if isinstance(item, Primitive) and item.is_number else Many
    is_array = node == Nodetype.ARRAY
    return made(item, *((detail[1], 0) if is_array else (0, detail[1])))
