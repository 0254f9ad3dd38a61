# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Message and service classes: what they hold, take and refuse.

As ros2/rosidl_python generates them (rosidl_generator_py/resource/_msg.py.em and _srv.py.em).
Since Jazzy they check what they are given only where ROS_PYTHON_CHECK_FIELDS is 1; Humble's always
do. What is refused only then is left out where it isn't so.
"""

from array import array
import ast
import copy
import importlib
from pathlib import Path

from builtin_interfaces.msg import Duration, Time
from diagnostic_msgs.msg import DiagnosticStatus, KeyValue
from geometry_msgs.msg import Pose, PoseStamped, PoseWithCovariance, Quaternion
from lifecycle_msgs.srv import ChangeState
import numpy as np
import pytest
from rcl_interfaces.msg import ListParametersResult, ParameterDescriptor, ParameterType
from rclpy.serialization import deserialize_message, serialize_message
from sensor_msgs.msg import CameraInfo, CompressedImage, Image, JointState
from std_msgs.msg import (
    Bool,
    Byte,
    Empty,
    Float32,
    Float64,
    Float64MultiArray,
    Header,
    Int8,
    Int64,
    String,
    UInt8,
    UInt64,
)
from std_srvs.srv import SetBool, Trigger
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint

ROOT = Path(__file__).resolve().parents[2]


def are_checked():
    try:
        String(data=1)
    except (AssertionError, TypeError):
        return True
    return False


checked = pytest.mark.skipif(not are_checked(), reason='needs ROS_PYTHON_CHECK_FIELDS=1')


def imported_interfaces():
    """Every (module, name) of messages and services that our code imports."""
    found = set()
    for folder in ('pi0_ros', 'launch', 'test'):
        for file in (ROOT / folder).rglob('*.py'):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.ImportFrom) and node.module.endswith(('.msg', '.srv')):
                    found |= {(node.module, alias.name) for alias in node.names}
    return sorted(found)


@pytest.mark.parametrize(('module', 'name'), imported_interfaces())
def test_every_interface_we_import_goes_to_bytes_and_back(module, name):
    cls = getattr(importlib.import_module(module), name)
    for part in (cls,) if module.endswith('.msg') else (cls.Request, cls.Response):
        assert deserialize_message(serialize_message(part()), part) == part()


# ---- what a new message holds ----


def test_fields_start_at_zero():
    state = JointState()
    assert state.header == Header(stamp=Time(sec=0, nanosec=0), frame_id='')
    assert state.name == []
    assert state.position == array('d')
    assert Bool().data is False
    assert Byte().data == b'\0'
    assert isinstance(Float64().data, float)


def test_definitions_may_give_other_defaults():
    # ros2/common_interfaces: geometry_msgs/msg/Quaternion.msg
    assert (Quaternion().x, Quaternion().w) == (0.0, 1.0)
    assert PoseStamped().pose.orientation.w == 1.0


def test_new_messages_share_nothing():
    JointState().name.append('a')
    JointTrajectory().header.frame_id = 'x'
    assert JointState().name == []
    assert JointTrajectory().header.frame_id == ''


def test_numbers_in_a_sequence_are_an_array():
    assert (Image().data.typecode, JointState().effort.typecode) == ('B', 'd')
    assert isinstance(JointTrajectoryPoint(positions=[1.0]).positions, array)


def test_numbers_in_an_array_are_numpy():
    info = CameraInfo()
    assert isinstance(info.k, np.ndarray)
    assert (info.k.dtype, info.k.shape) == (np.float64, (9,))
    assert not info.k.any()


def test_constants():
    assert DiagnosticStatus.ERROR == b'\2'
    assert DiagnosticStatus().WARN == b'\1'
    assert ParameterType.PARAMETER_DOUBLE == 3
    assert JointState().header.get_fields_and_field_types()['stamp'] == 'builtin_interfaces/Time'


def test_names_and_types_of_fields():
    assert list(Image.get_fields_and_field_types()) == [
        'header', 'height', 'width', 'encoding', 'is_bigendian', 'step', 'data',
    ]  # fmt: skip
    found = {
        **Image.get_fields_and_field_types(),
        **JointTrajectory.get_fields_and_field_types(),
        **PoseWithCovariance.get_fields_and_field_types(),
        **DiagnosticStatus.get_fields_and_field_types(),
        **ParameterDescriptor.get_fields_and_field_types(),
    }
    expected = {
        'header': 'std_msgs/Header',
        'height': 'uint32',
        'encoding': 'string',
        'data': 'sequence<uint8>',
        'joint_names': 'sequence<string>',
        'points': 'sequence<trajectory_msgs/JointTrajectoryPoint>',
        'covariance': 'double[36]',
        'level': 'octet',
        'read_only': 'boolean',
        'integer_range': 'sequence<rcl_interfaces/IntegerRange, 1>',
    }
    assert {name: found[name] for name in expected} == expected


def test_types_of_fields_are_a_copy():
    String.get_fields_and_field_types().clear()
    assert String.get_fields_and_field_types() == {'data': 'string'}


def test_a_message_may_be_empty():
    assert Empty.get_fields_and_field_types() == {}
    assert Empty() == Empty()


# ---- what is taken and what is refused ----


def test_the_constructor_takes_fields_by_name():
    point = JointTrajectoryPoint(positions=[1.0, 2.0], time_from_start=Duration(sec=3))
    assert point.positions == array('d', [1.0, 2.0])
    assert point.time_from_start.sec == 3
    with pytest.raises(TypeError):
        Time(1, 2)


@checked
def test_unknown_fields_are_refused():
    with pytest.raises(AssertionError, match='positions'):
        JointState(positions=[1.0])
    with pytest.raises(AttributeError):
        JointState().positions = [1.0]


@checked
@pytest.mark.parametrize(
    ('cls', 'field', 'value'),
    [
        (Float64, 'data', 1),
        (Float64, 'data', np.float32(1)),
        (Float32, 'data', 1e39),
        (Bool, 'data', 1),
        (UInt8, 'data', 256),
        (UInt8, 'data', -1),
        (UInt8, 'data', 1.0),
        (Int8, 'data', 128),
        (Int8, 'data', -129),
        (Int64, 'data', 1 << 63),
        (UInt64, 'data', 1 << 64),
        (Byte, 'data', b'ab'),
        (Byte, 'data', 1),
        (String, 'data', b'abc'),
        (String, 'data', None),
        (Header, 'stamp', 3),
        (Header, 'stamp', Duration()),
        (JointState, 'name', 'abc'),
        (JointState, 'name', [1]),
        (JointTrajectory, 'points', [Time()]),
        (ListParametersResult, 'names', {'a': 1}),
        (DiagnosticStatus, 'level', 1),
        (Float64MultiArray, 'data', 1.0),
    ],
)
def test_wrong_values_are_refused(cls, field, value):
    message = cls()
    with pytest.raises((AssertionError, TypeError)):
        setattr(message, field, value)
    assert message == cls()
    with pytest.raises((AssertionError, TypeError)):
        cls(**{field: value})


@checked
@pytest.mark.parametrize(
    'value', [[1], 'abc', array('f', [1.0]), [1.0, None], [b'a'], {1.0: 2.0}, 5.0]
)
def test_wrong_sequences_of_numbers_are_refused(value):
    state = JointState()
    with pytest.raises((AssertionError, TypeError)):
        state.position = value
    assert state.position == array('d')


@checked
@pytest.mark.parametrize('value', [[0.0] * 35, [0.0] * 37, np.zeros(36, np.float32), [0] * 36])
def test_wrong_arrays_are_refused(value):
    pose = PoseWithCovariance()
    with pytest.raises(AssertionError, match='covariance'):
        pose.covariance = value


@checked
def test_a_bounded_sequence_has_an_end():
    descriptor = ParameterDescriptor()
    single = ParameterDescriptor.get_fields_and_field_types()['integer_range']
    assert single.endswith(', 1>')
    limits = importlib.import_module('rcl_interfaces.msg').IntegerRange()
    descriptor.integer_range = [limits]
    with pytest.raises(AssertionError, match='integer_range'):
        descriptor.integer_range = [limits, limits]


@pytest.mark.parametrize(
    ('cls', 'value'),
    [(Int8, -128), (Int8, 127), (UInt64, (1 << 64) - 1), (Int64, -(1 << 63)), (Float64, 1e308),
     (Float32, float('inf')), (Bool, True), (Byte, b'\xff'), (String, 'ñu 機')],
)  # fmt: skip
def test_limits_of_a_type_belong_to_it(cls, value):
    message = cls(data=value)
    assert message.data == value
    assert deserialize_message(serialize_message(message), cls).data == value


@pytest.mark.parametrize(
    'data', [[1, 2, 3], (1, 2, 3), b'\1\2\3', array('B', [1, 2, 3]), np.array([1, 2, 3], np.uint8)]
)
def test_bytes_come_in_many_ways(data):
    image = Image(data=data)
    assert image.data == array('B', [1, 2, 3])
    assert CompressedImage(data=data).data == image.data


def test_numbers_come_as_numpy_arrays():
    state = JointState(position=np.array([1.0, -2.5]))
    assert state.position == array('d', [1.0, -2.5])


def test_an_array_that_is_given_is_kept():
    values = array('d', [1.0])
    state = JointState()
    state.position = values
    assert state.position is values


def test_sequences_take_tuples():
    state = JointState(name=('a', 'b'))
    assert list(state.name) == ['a', 'b']
    state.position = (1.0, 2.0)
    assert state.position == array('d', [1.0, 2.0])


def test_arrays_take_lists_and_numpy():
    pose = PoseWithCovariance(covariance=[float(i) for i in range(36)])
    assert pose.covariance[35] == 35.0
    pose.covariance = np.ones(36)
    assert pose.covariance.sum() == 36.0


# ---- messages as values ----


def test_equality():
    assert JointState(name=['a'], position=[1.0]) == JointState(name=['a'], position=[1.0])
    assert JointState(name=['a']) != JointState(name=['b'])
    assert Pose() != Quaternion()
    assert Time(sec=1) != (1, 0)
    assert CameraInfo() == CameraInfo()
    assert CameraInfo(k=np.ones(9)) != CameraInfo()


def test_messages_are_no_keys():
    with pytest.raises(TypeError, match='hash'):
        hash(Time())


@pytest.mark.parametrize('duplicate', [copy.copy, copy.deepcopy])
def test_copies_are_equal(duplicate):
    state = JointState(header=Header(frame_id='f'), name=['a'], position=[1.0])
    twin = duplicate(state)
    assert twin == state
    twin.name = ['b']
    assert state.name == ['a']


def test_deep_copies_share_nothing():
    state = JointState(name=['a'], position=[1.0])
    twin = copy.deepcopy(state)
    twin.name.append('b')
    twin.header.frame_id = 'x'
    twin.position[0] = 2.0
    assert state == JointState(name=['a'], position=[1.0])
    assert copy.copy(state).header is state.header


def test_representation():
    assert repr(Time(sec=1)) == 'builtin_interfaces.msg.Time(sec=1, nanosec=0)'
    value = KeyValue(key='a', value='b')
    assert repr(value) == "diagnostic_msgs.msg.KeyValue(key='a', value='b')"
    assert "name=['a'], position=[1.0, 2.5], velocity=[]" in repr(
        JointState(name=['a'], position=[1.0, 2.5])
    )


# ---- services ----


def test_services_have_a_request_and_a_response():
    assert SetBool.Request(data=True).data is True
    assert SetBool.Response(success=True, message='m').message == 'm'
    assert SetBool.Response.get_fields_and_field_types() == {
        'success': 'boolean', 'message': 'string',
    }  # fmt: skip
    assert ChangeState.Request().transition.id == 0


def test_requests_may_be_empty():
    assert Trigger.Request.get_fields_and_field_types() == {}


@checked
def test_unknown_fields_of_a_request_are_refused():
    with pytest.raises(AssertionError):
        Trigger.Request(data=True)


def test_a_service_is_not_instantiated():
    with pytest.raises(NotImplementedError):
        Trigger()


def test_what_a_package_lacks():
    assert not hasattr(importlib.import_module('std_msgs.msg'), 'Heeder')


# ---- messages as bytes (rclpy/serialization.py) ----


def test_bytes_are_little_endian_cdr():
    # OMG DDSI-RTPS 2.5, 10.2: CDR_LE; what every middleware of ROS 2 writes on a PC.
    data = serialize_message(Time(sec=1, nanosec=2))
    assert isinstance(data, bytes)
    assert data == bytes.fromhex('00010000 01000000 02000000')


def test_whole_messages_go_to_bytes_and_back():
    points = [JointTrajectoryPoint(positions=[1.0, 2.0], time_from_start=Duration(nanosec=5))] * 2
    trajectory = JointTrajectory(joint_names=['a', 'ñu'], points=points)
    assert deserialize_message(serialize_message(trajectory), JointTrajectory) == trajectory


def test_floats_are_rounded_to_their_size():
    data = deserialize_message(serialize_message(Float32(data=3.14)), Float32).data
    assert data != 3.14
    assert round(data, 2) == 3.14


@pytest.mark.parametrize('data', [b'\0\1\0\0\xff\xff\xff\xffab', b'\0\1\0\0'])
def test_bytes_of_no_message_are_refused(data):
    # rclpy/src/rclpy/serialization.cpp: RMWError, registered as a RuntimeError
    with pytest.raises(RuntimeError):
        deserialize_message(data, String)
