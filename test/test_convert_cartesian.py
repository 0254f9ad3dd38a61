# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Conversions of end effectors: there and back, and every bad message named."""

from builtin_interfaces.msg import Time
from geometry_msgs.msg import Point, Pose, PoseStamped, Quaternion, Twist, TwistStamped, Vector3
import numpy as np
from numpy.testing import assert_allclose
import pytest
from std_msgs.msg import Header

from pi0_ros import convert
from pi0_ros.types import Chunk, Command, InputError

AXES = ('x', 'y', 'z', 'rx', 'ry', 'rz')
NAMES = (*AXES, 'finger')
MS = 1_000_000


def pose(x=0.0, y=0.0, z=0.0, w=1.0, *, place=(1.0, 2.0, 3.0), frame='base'):
    px, py, pz = place
    orientation = Quaternion(x=float(x), y=float(y), z=float(z), w=float(w))
    return PoseStamped(
        header=Header(frame_id=frame),
        pose=Pose(position=Point(x=px, y=py, z=pz), orientation=orientation),
    )


def axis_angle(quaternion):
    """What openpi's client computes, as its formula says."""
    x, y, z, w = quaternion
    return 2 * np.arccos(w) * np.array([x, y, z]) / np.sqrt(1 - w * w)


def test_pose_is_position_and_rotation_vector():
    half = np.pi / 8
    vector = convert.pose_to_vector(pose(0, 0, np.sin(half), np.cos(half)), 'base')
    assert_allclose(vector, [1, 2, 3, 0, 0, np.pi / 4], atol=1e-12)
    assert_allclose(convert.pose_to_vector(pose(), 'base')[3:], 0.0)


@pytest.mark.parametrize('w', [0.1, 0.0, -0.1])
def test_a_hand_that_points_down_passes_pi_without_a_jump(w):
    """As openpi's formula gives it, whichever of its two quaternions the robot sends."""
    quaternion = np.array([1.0, 0.05, 0.02, w])
    quaternion /= np.linalg.norm(quaternion)
    for sign in (1, -1):
        vector = convert.pose_to_vector(pose(*(sign * quaternion)), 'base')
        assert_allclose(vector[3:], axis_angle(quaternion), atol=1e-9)


@pytest.mark.parametrize(
    ('message', 'words'),
    [
        (pose(frame='camera'), "pose: expected in frame 'base', found 'camera'"),
        (pose(frame=''), "pose: expected in frame 'base', found ''"),
        (pose(place=(0.0, float('nan'), 0.0)), r'pose: position: .*\(y\) is not finite'),
        (pose(z=float('inf')), r'pose: orientation: .*\(z\) is not finite'),
        (pose(w=0.0), 'expected a quaternion of length 1, found 0.000'),
        (pose(z=1.0), 'expected a quaternion of length 1, found 1.414'),
    ],
)
def test_bad_poses_are_named(message, words):
    with pytest.raises(InputError, match=words):
        convert.pose_to_vector(message, 'base')


def a_chunk():
    rng = np.random.default_rng(0)
    velocities = np.hstack([rng.normal(size=(3, 6)), np.zeros((3, 1))])
    times_ns = np.array([0, 50, 100]) * MS
    path = np.zeros((3, 7))
    path[1:, :6] = np.cumsum(velocities[:2, :6] * 0.05, axis=0)
    path[:, 6] = [0.0, 0.04, 0.04]
    return Chunk(5_000_000_007, NAMES, times_ns, path, velocities)


def test_chunk_round_trip():
    chunk = a_chunk()
    joints, cartesian = convert.chunk_to_messages(chunk, AXES, 'base')
    assert joints.header.stamp == cartesian.header.stamp == Time(sec=5, nanosec=7)
    assert list(joints.joint_names) == ['finger']
    assert not len(joints.points[0].velocities)
    assert cartesian.header.frame_id == 'base'
    assert cartesian.points[2].velocities[0].angular.z == chunk.velocities[2, 5]
    back = convert.messages_to_chunk(joints, cartesian, AXES, 'base')
    assert (back.stamp_ns, back.names) == (chunk.stamp_ns, NAMES)
    for field in ('times_ns', 'positions', 'velocities'):
        assert_allclose(getattr(back, field), getattr(chunk, field), atol=1e-15)


@pytest.mark.parametrize(
    ('change', 'words'),
    [
        (lambda c: setattr(c.header, 'frame_id', 'x'), "expected in frame 'base', found 'x'"),
        (lambda c: setattr(c.header.stamp, 'nanosec', 8), 'its stamp or its times'),
        (lambda c: c.points.pop(), 'its stamp or its times'),
        (lambda c: setattr(c.points[1], 'velocities', []), 'point 1 has 0 twists, expected one'),
        (
            lambda c: setattr(c.points[1].velocities[0].linear, 'y', float('nan')),
            r'cartesian chunk: nan at index \(1, 1\) \(y\) is not finite',
        ),
    ],
)
def test_bad_halves_are_named(change, words):
    joints, cartesian = convert.chunk_to_messages(a_chunk(), AXES, 'base')
    change(cartesian)
    with pytest.raises(InputError, match=words):
        convert.messages_to_chunk(joints, cartesian, AXES, 'base')


def test_command_goes_to_servo_and_back():
    command = Command(7, NAMES, np.zeros(7), np.arange(7.0))
    message = convert.command_to_twist(command, AXES, 'base')
    assert message.header.frame_id == 'base'
    assert convert.time_to_ns(message.header.stamp) == 7
    assert message.twist == Twist(
        linear=Vector3(x=0.0, y=1.0, z=2.0), angular=Vector3(x=3.0, y=4.0, z=5.0)
    )
    message_class, read = convert.COMMAND_READERS['twist_stamped']
    assert message_class is TwistStamped
    assert read(message, AXES).tolist() == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    message.twist.angular.x = float('inf')
    with pytest.raises(InputError, match=r'\(rx\) is not finite'):
        read(message, AXES)
