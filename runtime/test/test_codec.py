# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""CDR and hashes of every type, against rosbags' serialiser and real robots."""

import importlib
import random
import struct

from builtin_interfaces.msg import Time
import numpy as np
import pytest
from rclpy.serialization import deserialize_message, serialize_message
from ros_wire.definitions import PLACEHOLDER, definition, type_hash
from ros_wire.fields import CODES
from ros_wire.messages import message_class
from rosbags.interfaces import Nodetype
from rosbags.typesys import Stores, get_types_from_msg, get_typestore
from std_msgs.msg import String
from std_srvs.srv import Trigger
from trajectory_msgs.msg import JointTrajectory
from wire_types import TYPES


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
        bits = 8 * struct.calcsize(CODES[name])
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


@pytest.mark.parametrize('type_name', TYPES)
def test_bytes_are_those_of_rosbags(type_name):
    pair = Pair(seed=type_name)
    pair.register(type_name)
    for _ in range(10):
        theirs, ours = pair.message(type_name)
        expected = bytes(pair.store.serialize_cdr(theirs, type_name))
        assert serialize_message(ours) == expected
        assert deserialize_message(expected, type(ours)) == ours


# As robots with ROS 2 Jazzy print them (`ros2 topic info -v`, metadata.yaml of bags).
@pytest.mark.parametrize(('type_name', 'known'), [
    ('std_msgs/msg/String', 'df668c740482bbd48fb39d76a70dfd4bd59db1288021743503259e948f6b1a18'),
    ('std_msgs/msg/Header', 'f49fb3ae2cf070f793645ff749683ac6b06203e41c891e17701b1cb597ce6a01'),
    ('std_msgs/msg/Char', '3ad2d04dd29ba19d04b16659afa3ccaedd691914b02a64e82e252f2fa6a586a9'),
    ('sensor_msgs/msg/Image', 'd31d41a9a4c4bc8eae9be757b0beed306564f7526c88ea6a4588fb9582527d47'),
    ('sensor_msgs/msg/CompressedImage',
     '15640771531571185e2efc8a100baf923961a4d15d5569652e6cb6691e8e371a'),
    ('sensor_msgs/msg/JointState',
     'a13ee3a330e346c9d87b5aa18d24e11690752bd33a0350f11c5882bc9179260e'),
    ('geometry_msgs/msg/Twist',
     '9c45bf16fe0983d80e3cfe750d6835843d265a9a6c46bd2e609fcddde6fb8d2a'),
    ('geometry_msgs/msg/PoseStamped',
     '10f3786d7d40fd2b54367835614bff85d4ad3b5dab62bf8bca0cc232d73b4cd8'),
    ('tf2_msgs/msg/TFMessage', 'e369d0f05a23ae52508854b66f6aa0437f3449d652e8cbf22d5abe85d020f087'),
    ('rcl_interfaces/msg/Log', 'e28ce254ca8abc06abf92773b74602cdbf116ed34fbaf294fb9f81da9f318eac'),
    ('rcl_interfaces/msg/ParameterEvent',
     '043e627780fcad87a22d225bc2a037361dba713fca6a6b9f4b869a5aa0393204'),
])  # fmt: skip
def test_hashes_are_those_of_ros(type_name, known):
    assert type_hash(type_name) == f'RIHS01_{known}'


def test_an_empty_request_is_one_byte():
    assert serialize_message(Trigger.Request()) == b'\x00\x01\x00\x00\x00'


def test_wrong_items_are_found_when_serialising():
    trajectory = JointTrajectory()
    trajectory.points.append(Time())
    with pytest.raises(TypeError, match='JointTrajectoryPoint'):
        serialize_message(trajectory)


def test_checks_of_fields_are_not_switched_off():
    assert String(data='a', check_fields=True).data == 'a'
    with pytest.raises(NotImplementedError, match='check_fields'):
        String(check_fields=False)


def test_types_of_slots_are_refused():
    with pytest.raises(NotImplementedError, match='std_msgs/msg/String SLOT_TYPES'):
        _ = String.SLOT_TYPES


@pytest.mark.parametrize('package', ['nav_msgs', 'control_msgs', 'tf2_ros', 'message_filters'])
def test_packages_that_are_not_here_are_refused_by_name(package):
    with pytest.raises(NotImplementedError, match=package):
        importlib.import_module(f'{package}.msg')
