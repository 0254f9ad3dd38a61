# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
CDR (XCDR1, little endian) of messages: bytes in, message out, and back.

For each type a list of steps is made once. Neighbouring fixed-size fields, those of nested
messages included, are one step with one `struct.Struct`; since padding depends on where the run
begins, there is one for each of the eight alignments. Alignment counts from behind the 4-byte
header.
Layout: OMG CORBA 3.3 part 2, §9.3 (CDR) as used by DDSI-RTPS. Knows no DDS.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
import struct
from typing import Any

from ros_wire import values
from ros_wire.fields import Nested, Primitive
from ros_wire.messages import Message, message_class

HEADER = b'\x00\x01\x00\x00'
Write = Callable[[Any, bytearray], None]
#: (slots' owner, bytes, position) -> position behind what was read.
Read = Callable[[Any, memoryview, int], int]

_made: dict[Any, list[tuple[Write, Read]]] = {}


def serialize(message: Message) -> bytearray:
    """
    The message as CDR with its header, padded to a multiple of 4 bytes.

    :raises TypeError: a field holds what its type cannot.
    """
    out = bytearray(HEADER)
    try:
        for write, _ in _steps(type(message)):
            write(message, out)
    except (struct.error, AttributeError, UnicodeEncodeError, AssertionError) as error:
        raise TypeError(f'{message.ros_type} cannot be serialised: {error}') from error
    return out


def deserialize(data: bytes | bytearray | memoryview, cls: type[Message]) -> Any:
    """
    The message that the bytes are.

    :param data: CDR with its header.
    :raises ValueError: the bytes are not such a message.
    """
    if bytes(data[:2]) != HEADER[:2]:
        raise ValueError(f'{cls.ros_type}: not little-endian CDR, header {bytes(data[:4]).hex()}')
    message = cls.__new__(cls)
    try:
        position, view = 4, memoryview(data)
        for _, read in _steps(cls):
            position = read(message, view, position)
    except (struct.error, UnicodeDecodeError) as error:
        raise ValueError(f'bytes are not a {cls.ros_type}: {error}') from error
    return message


def _steps(cls: type[Message]) -> list[tuple[Write, Read]]:
    """The steps that write and read a message of this class, made once."""
    steps = _made.get(cls)
    if steps is None:
        steps = _made[cls] = _make_steps(cls)
    return steps


def _make_steps(cls: type[Message]) -> list[tuple[Write, Read]]:
    if not cls.kinds:
        return [(lambda _, out: out.extend(b'\0'), lambda _, __, position: position + 1)]
    steps: list[tuple[Write, Read]] = []
    run: list[str] = []
    for name, kind in cls.kinds.items():
        if _leaves(name, kind) is not None:
            run.append(name)
            continue
        if run:
            steps.append(_run_step(cls, run))
            run = []
        steps.append(_variable_step(cls, name, kind))
    if run:
        steps.append(_run_step(cls, run))
    return steps


def _leaves(path: str, kind: Any) -> list[tuple[str, Primitive]] | None:
    """The primitive fields inside a field of fixed layout; None for one of variable layout."""
    if isinstance(kind, Primitive):
        return [(path, kind)]
    if not isinstance(kind, Nested):
        return None
    found: list[tuple[str, Primitive]] = []
    for name, inner in kind.cls.kinds.items():
        below = _leaves(f'{path}.{name}', inner)
        if below is None:
            return None
        found += below
    return found or None


def _slot(cls: type[Message], name: str) -> Callable[[Any, Any], None]:
    setter: Callable[[Any, Any], None] = cls.__dict__['_' + name].__set__
    return setter


def _aligned_structs(primitives: list[Primitive]) -> list[struct.Struct]:
    """One Struct for each alignment (mod 8) at which the run may begin."""
    table = []
    for start in range(8):
        position, codes = start, '<'
        for primitive in primitives:
            padding = -position % primitive.size
            codes += 'x' * padding + primitive.code
            position += padding + primitive.size
        table.append(struct.Struct(codes))
    return table


def _run_step(cls: type[Message], names: list[str]) -> tuple[Write, Read]:
    """A run of fixed-size fields."""
    leaves: list[tuple[int, Callable[[Any, Any], None]]] = []  # owner's number, slot
    nested: list[tuple[int, Callable[[Any, Any], None], type[Message]]] = []
    paths: list[tuple[str, ...]] = []
    primitives: list[Primitive] = []

    def visit(owner_cls: type[Message], owner: int, name: str, above: tuple[str, ...]) -> None:
        kind, path = owner_cls.kinds[name], (*above, '_' + name)
        if isinstance(kind, Primitive):
            leaves.append((owner, _slot(owner_cls, name)))
            paths.append(path)
            primitives.append(kind)
            return
        assert isinstance(kind, Nested)
        nested.append((owner, _slot(owner_cls, name), kind.cls))
        number = len(nested)
        for inner in kind.cls.kinds:
            visit(kind.cls, number, inner, path)

    for name in names:
        visit(cls, 0, name, ())
    table = _aligned_structs(primitives)
    collect = _collector(paths)

    def write(message: Any, out: bytearray) -> None:
        out += table[(len(out) - 4) & 7].pack(*collect(message))

    def read(message: Any, data: memoryview, position: int) -> int:
        layout = table[(position - 4) & 7]
        owners = [message]
        for parent, put, inner in nested:
            child = inner.__new__(inner)
            put(owners[parent], child)
            owners.append(child)
        for (owner, put), value in zip(leaves, layout.unpack_from(data, position), strict=True):
            put(owners[owner], value)
        return position + layout.size

    return write, read


def _collector(paths: list[tuple[str, ...]]) -> Callable[[Any], tuple[Any, ...]]:
    """All values of a run, as a tuple."""
    get = attrgetter(*('.'.join(path) for path in paths))
    return get if len(paths) > 1 else lambda message: (get(message),)


def _variable_step(cls: type[Message], name: str, kind: Any) -> tuple[Write, Read]:
    """One field of variable size, or an array."""
    write_value, read_value = values.value_codec(kind, _nested)
    get, put = attrgetter('_' + name), _slot(cls, name)

    def write(message: Any, out: bytearray) -> None:
        write_value(get(message), out)

    def read(message: Any, data: memoryview, position: int) -> int:
        value, position = read_value(data, position)
        put(message, value)
        return position

    return write, read


def _nested(type_name: str) -> tuple[values.Write, values.Read]:
    """How a whole message is written and read."""
    cls = message_class(type_name)

    def write(value: Any, out: bytearray) -> None:
        if type(value) is not cls:
            raise TypeError(f'expected {type_name}, found {type(value).__name__}')
        for write_step, _ in _steps(cls):
            write_step(value, out)

    def read(data: memoryview, position: int) -> tuple[Any, int]:
        value = cls.__new__(cls)
        for _, read_step in _steps(cls):
            position = read_step(value, data, position)
        return value, position

    return write, read
