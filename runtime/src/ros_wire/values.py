# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
CDR of single values of variable size: strings, sequences, arrays.

See codec.py for the format. Positions count from the header's first byte, alignment from its end.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
import struct
from typing import Any

import numpy as np

from ros_wire.fields import Many, Nested, Primitive, Text

Write = Callable[[Any, bytearray], None]
#: (bytes, position) -> value, position behind it.
Read = Callable[[memoryview, int], tuple[Any, int]]
#: Gives how a nested message is written and read.
Codec = Callable[[str], tuple[Write, Read]]

_PADDING = [bytes(count) for count in range(8)]
_COUNT = struct.Struct('<I')


def value_codec(kind: Any, nested: Codec) -> tuple[Write, Read]:
    """How one value of a kind is written and read."""
    if isinstance(kind, Text):
        return _write_text, _read_text
    if isinstance(kind, Nested):
        return nested(kind.name)
    if isinstance(kind, Many) and kind.is_numeric:
        return _numbers(kind)
    if isinstance(kind, Many):
        return _items(kind, nested)
    layout = struct.Struct(kind.code)  # a bool or byte: no alignment
    return (
        lambda value, out: out.extend(layout.pack(value)),
        lambda data, position: (layout.unpack_from(data, position)[0], position + 1),
    )


def _write_text(value: str, out: bytearray) -> None:
    encoded = value.encode()
    out += _PADDING[-len(out) & 3]
    out += _COUNT.pack(len(encoded) + 1)
    out += encoded
    out += b'\0'


def _read_text(data: memoryview, position: int) -> tuple[str, int]:
    count, position = _read_count(data, position)
    end = position + count
    _require_bytes(data, end)
    return str(data[position : max(position, end - 1)], 'utf-8'), end


def _write_count(count: int, out: bytearray) -> None:
    out += _PADDING[-len(out) & 3]
    out += _COUNT.pack(count)


def _read_count(data: memoryview, position: int) -> tuple[int, int]:
    position += -position & 3
    return _COUNT.unpack_from(data, position)[0], position + 4


def _require_bytes(data: memoryview, end: int) -> None:
    if end > len(data):
        raise struct.error(f'{end} bytes needed, {len(data)} found')


def _numbers(kind: Many) -> tuple[Write, Read]:
    """Numbers: an array.array (sequence) or a NumPy array (array of fixed length)."""
    assert isinstance(kind.item, Primitive)
    code, size, fixed = kind.item.code, kind.item.size, kind.length
    dtype = np.dtype(kind.item.name)

    def write(value: Any, out: bytearray) -> None:
        count = len(value)
        if (fixed and count != fixed) or (kind.bound and count > kind.bound):
            raise TypeError(f'{kind.text} cannot hold {count} items')
        if not fixed:
            _write_count(count, out)
        if count:
            out += _PADDING[(4 - len(out)) % size]
            out += memoryview(value).cast('B')

    def read(data: memoryview, position: int) -> tuple[Any, int]:
        count = fixed
        if not fixed:
            count, position = _read_count(data, position)
        if count:
            position += (4 - position) % size
        end = position + count * size
        _require_bytes(data, end)
        if fixed:
            return np.frombuffer(data[position:end], dtype).copy(), end
        value = array(code)
        value.frombytes(data[position:end])
        return value, end

    return write, read


def _items(kind: Many, nested: Codec) -> tuple[Write, Read]:
    """Strings, messages, bools or bytes: a list."""
    write_item, read_item = value_codec(kind.item, nested)
    fixed = kind.length

    def write(value: Any, out: bytearray) -> None:
        if (fixed and len(value) != fixed) or (kind.bound and len(value) > kind.bound):
            raise TypeError(f'{kind.text} cannot hold {len(value)} items')
        if not fixed:
            _write_count(len(value), out)
        for item in value:
            write_item(item, out)

    def read(data: memoryview, position: int) -> tuple[Any, int]:
        count = fixed
        if not fixed:
            count, position = _read_count(data, position)
        _require_bytes(data, position + count)  # each item takes a byte or more
        values = []
        for _ in range(count):
            value, position = read_item(data, position)
            values.append(value)
        return values, position

    return write, read
