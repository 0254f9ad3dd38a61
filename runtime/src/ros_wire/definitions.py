# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Interface definitions: the fields, constants and RIHS01 hash of every type.

Messages come from the definitions that rosbags ships for the ROS distribution named by ROS_DISTRO
(Jazzy without one); services from .srv files beside the service packages. Knows no Python class of
a message and no serialisation.
"""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import Any

from rosbags.interfaces import Nodetype
from rosbags.typesys import Stores, get_types_from_msg, get_typestore

_SOURCE = Path(__file__).parents[1]  # where the packages are
#: The empty structure's only member on the wire, hidden from users.
PLACEHOLDER = 'structure_needs_at_least_one_member'

#: Default values other than zero, which rosbags drops (Jazzy's geometry_msgs and sensor_msgs).
DEFAULTS: dict[tuple[str, str], Any] = {
    ('geometry_msgs/msg/Quaternion', 'w'): 1.0,
    ('sensor_msgs/msg/NavSatStatus', 'status'): -2,
}


def _distro() -> str:
    return os.environ.get('ROS_DISTRO') or 'jazzy'


@functools.cache
def _store() -> Any:
    """The definitions of the peers' ROS distribution, `char` spelt as the uint8 it is."""
    try:
        store = get_typestore(Stores[f'ROS2_{_distro().upper()}'])
    except KeyError:
        raise ValueError(f'ROS_DISTRO={_distro()!r} is no ROS 2 distribution known here') from None
    for _, fields in store.fielddefs.values():
        fields[:] = [(name, _without_char(description)) for name, description in fields]
    return store


def _without_char(description: Any) -> Any:
    node, detail = description
    if node == Nodetype.NAME:
        return description
    if node == Nodetype.BASE:
        return node, ('uint8' if detail[0] == 'char' else detail[0], detail[1])
    return node, (_without_char(detail[0]), detail[1])


def names(kind_of_package: str) -> list[str]:
    """The type names of e.g. `std_msgs/msg` or `std_srvs/srv`, without the package."""
    if kind_of_package.endswith('/srv'):
        return sorted(path.stem for path in (_SOURCE / kind_of_package).glob('*.srv'))
    prefix = kind_of_package + '/'
    return sorted(name[len(prefix) :] for name in _store().fielddefs if name.startswith(prefix))


def definition(type_name: str) -> tuple[list[Any], list[Any]]:
    """
    Constants and fields of a type, in rosbags' notation.

    :param type_name: `package/msg/Name`, or `package/srv/Name_Request` and `_Response`.
    :raises LookupError: no such type.
    """
    known = _store().fielddefs
    service, _, _ = type_name.rpartition('_')
    if type_name not in known and (_SOURCE / f'{service}.srv').is_file():
        _load_service(service)
    if type_name not in known:
        raise LookupError(f'no definition of {type_name}')
    constants, fields = known[type_name]
    return constants, fields


@functools.cache
def type_hash(type_name: str) -> str:
    """The type's RIHS01 hash (REP 2011), as ROS 2 Iron and later announce it."""
    definition(type_name)
    return str(_store().hash_rihs01(type_name))


def type_label(type_name: str) -> str:
    """What an endpoint of the type announces; nothing in Humble, which knows no hashes."""
    return '' if _distro() == 'humble' else f'typehash={type_hash(type_name)};'


def _load_service(service: str) -> None:
    request, _, response = (_SOURCE / f'{service}.srv').read_text().partition('---\n')
    for suffix, text in (('_Request', request), ('_Response', response)):
        # rosbags files every parsed text under msg/.
        ((_, (constants, fields)),) = get_types_from_msg(text, service + suffix).items()
        fields = fields or [(PLACEHOLDER, (Nodetype.BASE, ('uint8', 0)))]
        _store().fielddefs[service + suffix] = constants, fields
