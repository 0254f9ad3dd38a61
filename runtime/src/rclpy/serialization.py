# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Messages as CDR bytes and back."""

from __future__ import annotations

from typing import Any

from ros_wire.codec import deserialize, serialize


def serialize_message(message: Any) -> bytes:
    """
    The message as CDR with its header.

    :raises TypeError: a field holds what its type cannot.
    """
    return bytes(serialize(message))


def deserialize_message(serialized_message: bytes, message_type: type[Any]) -> Any:
    """
    The message that the bytes are.

    :raises RuntimeError: they are no such message.
    """
    return deserialize(serialized_message, message_type)
