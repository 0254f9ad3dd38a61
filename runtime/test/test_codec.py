# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""CDR against rosbags' serialiser, and against hostile bytes."""

import random
import struct

from geometry_msgs.msg import Quaternion
import numpy as np
import pytest
from rclpy.serialization import deserialize_message, serialize_message
from ros_wire.codec import DecodeError
from ros_wire.definitions import PLACEHOLDER, definition, names, type_hash
from ros_wire.fields import PRIMITIVES
from ros_wire.messages import message_class
from rosbags.interfaces import Nodetype
from rosbags.typesys import Stores, get_types_from_msg, get_typestore
from sensor_msgs.msg import Image, JointState
from std_msgs.msg import String
from std_srvs.srv import Trigger

PACKAGES = (
    'builtin_interfaces',
    'diagnostic_msgs',
    'geometry_msgs',
    'lifecycle_msgs',
    'rcl_interfaces',
    'rmw_dds_common',
    'rosgraph_msgs',
    'sensor_msgs',
    'service_msgs',
    'std_msgs',
    'tf2_msgs',
    'trajectory_msgs',
    'visualization_msgs',
)
TYPES = [f'{package}/msg/{name}' for package in PACKAGES for name in names(f'{package}/msg')]
SERVICES = [
    f'{package}/srv/{name}_{half}'
    for package in ('std_srvs', 'rcl_interfaces', 'lifecycle_msgs')
    for name in names(f'{package}/srv')
    for half in ('Request', 'Response')
]


class Pair:
    """The same random message in rosbags' classes and in ours."""

    def __init__(self, seed):
        self.store = get_typestore(Stores.ROS2_JAZZY)
        self.random = random.Random(seed)

    def register(self, type_name):
        """Give rosbags a service's half, which it doesn't bring."""
        if type_name in self.store.fielddefs:
            return
        lines = []
        for field, description in definition(type_name)[1]:
            if field != PLACEHOLDER:
                lines.append(f'{_text(description)} {field}')
        ((_, fields),) = get_types_from_msg('\n'.join(lines), type_name).items()
        self.store.register({type_name: fields})

    def message(self, type_name):
        theirs, ours = {}, {}
        for field, description in definition(type_name)[1]:
            theirs[field], ours[field] = self.value(*description)
        ours.pop(PLACEHOLDER, None)
        if PLACEHOLDER in theirs:
            theirs[PLACEHOLDER] = 0
        return self.store.types[type_name](**theirs), message_class(type_name)(**ours)

    def value(self, node, detail):
        if node == Nodetype.NAME:
            return self.message(detail)
        if node == Nodetype.BASE:
            return self.primitive(detail[0])
        (item_node, item), count = detail
        fixed = node == Nodetype.ARRAY
        length = count if fixed else self.random.randrange((count or 4) + 1)
        pairs = [self.value(item_node, item) for _ in range(length)]
        theirs, ours = [a for a, _ in pairs], [b for _, b in pairs]
        if item_node == Nodetype.BASE and item[0] != 'string':
            name = {'byte': 'uint8'}.get(item[0], item[0])
            theirs = np.array(theirs, dtype=name)
        return theirs, ours

    def primitive(self, name):
        if name == 'string':
            text = ''.join(self.random.choice('ab é機') for _ in range(self.random.randrange(9)))
            return text, text
        if name == 'bool':
            value = self.random.random() < 0.5
            return value, value
        if name.startswith('float'):
            value = float(np.float32(self.random.uniform(-1e6, 1e6)))
            return value, value
        if name == 'byte':
            value = self.random.randrange(128)  # rosbags packs a byte as signed
            return value, bytes([value])
        bits = 8 * struct.calcsize(PRIMITIVES[name][0])
        value = self.random.randrange(1 << bits)
        value -= 1 << bits - 1 if name[0] == 'i' else 0
        return value, value


def _text(description):
    node, detail = description
    if node == Nodetype.BASE:
        return detail[0]
    if node == Nodetype.NAME:
        return detail.replace('/msg/', '/')
    return f'{_text(detail[0])}[{detail[1] or ""}]'


@pytest.mark.parametrize('type_name', TYPES + SERVICES)
def test_bytes_are_those_of_rosbags(type_name):
    pair = Pair(seed=type_name)
    pair.register(type_name)
    for _ in range(10):
        theirs, ours = pair.message(type_name)
        expected = bytes(pair.store.serialize_cdr(theirs, type_name))
        assert serialize_message(ours) == expected
        assert deserialize_message(expected, type(ours)) == ours


def test_hashes_are_those_of_ros():
    # From share/*/msg/*.json of ROS 2 Jazzy.
    known = 'RIHS01_df668c740482bbd48fb39d76a70dfd4bd59db1288021743503259e948f6b1a18'
    assert type_hash('std_msgs/msg/String') == known
    char = 'RIHS01_3ad2d04dd29ba19d04b16659afa3ccaedd691914b02a64e82e252f2fa6a586a9'
    assert type_hash('std_msgs/msg/Char') == char


def test_an_empty_request_is_one_byte():
    assert serialize_message(Trigger.Request()) == b'\x00\x01\x00\x00\x00'
    assert Trigger.Request.get_fields_and_field_types() == {}


def test_defaults_are_those_of_ros():
    assert Quaternion().w == 1.0
    assert Image().data.typecode == 'B'


@pytest.mark.parametrize('cut', [0, 3, 5, 9, 20])
def test_cut_bytes_are_refused(cut):
    whole = serialize_message(JointState(name=['a', 'b'], position=[1.0, 2.0]))
    with pytest.raises(DecodeError, match='JointState'):
        deserialize_message(whole[:cut], JointState)


def test_an_absurd_count_is_refused():
    with pytest.raises(DecodeError, match='String'):
        deserialize_message(b'\0\1\0\0\xff\xff\xff\xffab', String)


def test_big_endian_is_refused():
    with pytest.raises(DecodeError, match='little-endian'):
        deserialize_message(b'\0\0\0\0\0\0\0\1\0', String)
