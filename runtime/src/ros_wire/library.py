# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Cyclone DDS's C library, called where its Python wrapper holds the GIL or can't do it.

Pinned to cyclonedds 11: the few functions used here are declared below, and nothing else of the
project knows them.
"""

from __future__ import annotations

import ctypes
import platform
from typing import Any

from cyclonedds.domain import DomainParticipant

LIBRARY: Any = DomainParticipant._dll_handle  # noqa: SLF001 the wrapper shows it nowhere else
FOREVER_NS = 2**63 - 1

# Set for the wrapper too, which shares the handle.
for _name, _types in {
    'dds_write': [ctypes.c_int32, ctypes.c_void_p],
    'dds_waitset_wait': [ctypes.c_int32, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int64],
    'dds_waitset_attach': [ctypes.c_int32, ctypes.c_int32, ctypes.c_ssize_t],
    'dds_waitset_detach': [ctypes.c_int32, ctypes.c_int32],
    'dds_get_entity_sertype': [ctypes.c_int32, ctypes.POINTER(ctypes.c_void_p)],
}.items():
    getattr(LIBRARY, _name).argtypes = _types


class _Sample(ctypes.Structure):
    """What cyclonedds-python's serialiser takes: a pointer to CDR and its size."""

    _fields_ = (('data', ctypes.c_void_p), ('size', ctypes.c_size_t))


class DdsError(RuntimeError):
    """A call to Cyclone DDS failed."""


def check(code: int, doing: str) -> int:
    """
    The code itself, unless it is negative.

    :raises DdsError: it is an error.
    """
    if code < 0:
        raise DdsError(f'{doing}: DDS return code {code}')
    return code


def write(writer: int, data: bytearray) -> None:
    """Write CDR without holding the GIL, so that a full history can't stop the whole process."""
    data += bytes(-len(data) & 3)
    buffer = (ctypes.c_char * len(data)).from_buffer(data)
    sample = _Sample(ctypes.addressof(buffer), len(data))
    check(LIBRARY.dds_write(writer, ctypes.byref(sample)), 'write')


def strip_type_information(topic: Any) -> bool:
    """
    Make a topic announce no XTypes type information, as rmw_cyclonedds does.

    With it, an rmw_fastrtps that announces type information of its own refuses to match. In the
    topic's sertype the Python class is followed by three flags, a pointer and the length of the
    type information: the place is found by the class' address and checked by its content.

    :return: whether it is stripped; nothing is changed where the layout isn't the one expected.
    """
    pointer = ctypes.c_void_p()
    if LIBRARY.dds_get_entity_sertype(topic._ref, ctypes.byref(pointer)) != 0:  # noqa: SLF001 as above
        return False
    assert pointer.value is not None
    information, _ = topic.data_type.__idl__._xt_bytedata  # noqa: SLF001 as above
    words = (ctypes.c_uint64 * 40).from_address(pointer.value)
    place = next((index for index in range(8, 37) if words[index] == id(topic.data_type)), None)
    if place is None:
        return False
    length = ctypes.c_uint32.from_address(pointer.value + 8 * (place + 3))
    if length.value != len(information):
        return False
    if ctypes.string_at(words[place + 2], length.value) != information:
        return False
    length.value = 0
    return True


def keep_large_buffers() -> None:
    """Stop glibc from returning image-sized buffers to the kernel after every frame."""
    if platform.libc_ver()[0] == 'glibc':
        libc = ctypes.CDLL(None)
        libc.mallopt(-1, 512 << 20)  # M_TRIM_THRESHOLD
        libc.mallopt(-3, 32 << 20)  # M_MMAP_THRESHOLD
