# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whole messages as little-endian CDR with its 4-byte header; fields.py has the format."""

from __future__ import annotations

import struct
from typing import Any

from ros_wire.messages import Message

HEADER = b'\x00\x01\x00\x00'
_PADDING = 3  # bytes at most behind a message


class DecodeError(RuntimeError):
    """Bytes are not the message they should be; the text names its type and what is wrong."""


def serialize(message: Message) -> bytearray:
    """
    The message as CDR with its header.

    :raises TypeError: a field holds what its type cannot.
    """
    out = bytearray(HEADER)
    try:
        message.kind.write(message, out)
    except (struct.error, AttributeError, UnicodeEncodeError) as error:
        raise TypeError(f'{message.ros_type} cannot be serialised: {error}') from error
    return out


def deserialize(data: bytes | bytearray | memoryview, cls: type[Message]) -> Any:
    """
    The message that the bytes are; no more is allocated than they are long, but for objects.

    :param data: CDR with its header.
    :raises DecodeError: the bytes are not such a message.
    """
    if bytes(data[:2]) != HEADER[:2]:
        found = bytes(data[:4]).hex()
        raise DecodeError(f'{cls.ros_type}: not little-endian CDR, its header is {found!r}')
    try:
        message, end = cls.kind.read(memoryview(data), 4)
    except struct.error as error:
        raise DecodeError(f'bytes are not a {cls.ros_type}: {error}') from error
    if len(data) - end > _PADDING:
        raise DecodeError(f'bytes are not a {cls.ros_type}: it ends at {end} of {len(data)}')
    return message
