# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Message classes: what rclpy's classes accept and refuse."""

from array import array
import copy

from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticStatus
from geometry_msgs.msg import PoseWithCovariance
import numpy as np
import pytest
from rclpy.serialization import deserialize_message, serialize_message
from sensor_msgs.msg import Image, JointState
import std_msgs.msg
from std_msgs.msg import Bool, Float64, Header, String, UInt8
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint


@pytest.mark.parametrize(
    'data', [[1, 2, 3], b'\1\2\3', array('B', [1, 2, 3]), np.array([1, 2, 3], np.uint8)]
)
def test_bytes_come_in_many_ways(data):
    image = Image(data=data)
    assert image.data == array('B', [1, 2, 3])
    assert deserialize_message(serialize_message(image), Image) == image


@pytest.mark.parametrize(
    ('cls', 'field', 'value'),
    [
        (Float64, 'data', 1),
        (Float64, 'data', np.float32(1)),
        (Bool, 'data', 1),
        (UInt8, 'data', 256),
        (UInt8, 'data', -1),
        (UInt8, 'data', 1.0),
        (String, 'data', b'abc'),
        (Header, 'stamp', 3),
        (JointState, 'position', [1]),
        (JointState, 'position', 'abc'),
        (JointState, 'position', np.zeros(2, np.float32)),
        (JointState, 'name', [1]),
        (JointTrajectory, 'points', [Time()]),
        (PoseWithCovariance, 'covariance', [0.0] * 35),
        (DiagnosticStatus, 'level', 1),
    ],
)
def test_wrong_values_are_refused(cls, field, value):
    with pytest.raises(AssertionError, match=field):
        cls(**{field: value})
    with pytest.raises(AssertionError, match=field):
        setattr(cls(), field, value)


def test_unknown_fields_are_refused():
    with pytest.raises(AssertionError, match='positions'):
        JointState(positions=[1.0])
    with pytest.raises(AttributeError):
        JointState().positions = [1.0]


def test_a_wrong_item_is_found_when_serialising():
    trajectory = JointTrajectory()
    trajectory.points.append(Time())
    with pytest.raises(TypeError, match='JointTrajectoryPoint'):
        serialize_message(trajectory)


def test_text_of_fields():
    assert JointTrajectoryPoint.get_fields_and_field_types()['positions'] == 'sequence<double>'
    assert Image.get_fields_and_field_types()['header'] == 'std_msgs/Header'
    assert PoseWithCovariance.get_fields_and_field_types()['covariance'] == 'double[36]'


def test_constants_and_bytes():
    assert DiagnosticStatus.ERROR == b'\2'
    assert DiagnosticStatus(level=DiagnosticStatus.WARN).level == b'\1'


def test_copies_share_nothing():
    state = JointState(name=['a'], position=[1.0])
    twin = copy.deepcopy(state)
    twin.name.append('b')
    twin.header.frame_id = 'x'
    assert state == JointState(name=['a'], position=[1.0])
    assert state != twin


def test_representation():
    assert repr(Time(sec=1)) == 'builtin_interfaces.msg.Time(sec=1, nanosec=0)'


def test_modules_list_their_classes():
    assert 'Header' in dir(std_msgs.msg)
    with pytest.raises(AttributeError, match='Heeder'):
        std_msgs.msg.Heeder  # noqa: B018 the access is the test
    with pytest.raises(ImportError):
        from std_msgs.msg import Heeder  # noqa: F401, PLC0415 as above
