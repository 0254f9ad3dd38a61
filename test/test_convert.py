# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Conversions: there and back, and every bad message named."""

from builtin_interfaces.msg import Duration, Time
import cv2
import numpy as np
import pytest
from sensor_msgs.msg import CompressedImage, Image, JointState
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint

from pi0_ros import convert
from pi0_ros.types import Chunk, Command, InputError

NAMES = ('a', 'b', 'c')


def picture(height=4, width=6):
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)


def make_image(data, encoding, width, height, step=None):
    data = np.ascontiguousarray(data)
    message = Image(encoding=encoding, width=width, height=height)
    message.step = step if step is not None else data.nbytes // height
    message.data = data.tobytes()
    return message


def test_times_round_trip():
    for ns in (0, 1, 999_999_999, 1_000_000_000, 1_700_000_000_123_456_789):
        assert convert.time_to_ns(convert.ns_to_time(ns)) == ns
        assert convert.time_to_ns(convert.ns_to_duration(ns)) == ns


def test_image_round_trip_and_view():
    rgb = picture()
    message = convert.rgb_to_image(rgb, 123, 'cam')
    assert (message.encoding, message.width, message.height, message.step) == ('rgb8', 6, 4, 18)
    assert message.header.frame_id == 'cam'
    assert convert.time_to_ns(message.header.stamp) == 123
    back = convert.image_to_rgb(message)
    np.testing.assert_array_equal(back, rgb)
    assert not back.flags.owndata


@pytest.mark.parametrize(
    ('encoding', 'code'),
    [('bgr8', cv2.COLOR_RGB2BGR), ('rgba8', cv2.COLOR_RGB2RGBA), ('bgra8', cv2.COLOR_RGB2BGRA)],
)
def test_colour_encodings(encoding, code):
    rgb = picture()
    message = make_image(cv2.cvtColor(rgb, code), encoding, 6, 4)
    np.testing.assert_array_equal(convert.image_to_rgb(message), rgb)


def test_grey_becomes_three_equal_channels():
    grey = picture()[:, :, 0]
    rgb = convert.image_to_rgb(make_image(grey, 'mono8', 6, 4))
    np.testing.assert_array_equal(rgb, np.repeat(grey[:, :, None], 3, axis=2))


def test_rows_may_be_padded():
    rgb = picture()
    padded = np.zeros((4, 20), np.uint8)
    padded[:, :18] = rgb.reshape(4, 18)
    message = make_image(padded, 'rgb8', 6, 4, step=20)
    np.testing.assert_array_equal(convert.image_to_rgb(message), rgb)


@pytest.mark.parametrize(
    ('change', 'words'),
    [
        ({'encoding': 'bayer_rggb8'}, 'bayer_rggb8'),
        ({'encoding': '32FC1'}, '32FC1'),
        ({'encoding': ''}, "''"),
        ({'step': 17}, 'step 17'),
        ({'step': 19}, '72 bytes'),
        ({'height': 5}, '72 bytes'),
        ({'width': 7}, 'step 18'),
        ({'width': 0}, 'empty'),
        ({'data': b''}, '0 bytes'),
    ],
)
def test_bad_images_are_named(change, words):
    message = make_image(picture(), 'rgb8', 6, 4)
    for field, value in change.items():
        setattr(message, field, value)
    with pytest.raises(InputError, match=words):
        convert.image_to_rgb(message)


def test_compressed_image_keeps_its_colours():
    rgb = np.full((32, 32, 3), (200, 30, 60), np.uint8)
    ok, data = cv2.imencode('.png', rgb[:, :, ::-1])
    assert ok
    back = convert.compressed_to_rgb(CompressedImage(format='png', data=data.tobytes()))
    np.testing.assert_array_equal(back, rgb)


@pytest.mark.parametrize('data', [b'', b'not a picture'])
def test_bad_compressed_image(data):
    with pytest.raises(InputError):
        convert.compressed_to_rgb(CompressedImage(format='jpeg', data=data))


def test_joint_state_is_read_by_name():
    message = JointState(name=['c', 'x', 'a', 'b'], position=[3.0, 9.0, 1.0, 2.0])
    np.testing.assert_array_equal(
        convert.joint_state_to_positions(message, NAMES), [1.0, 2.0, 3.0]
    )


@pytest.mark.parametrize(
    ('names', 'positions', 'words'),
    [
        ([], [], 'no joint names'),
        (['a', 'b'], [1.0, 2.0], 'missing: c'),
        (['a', 'b', 'c', 'b'], [1.0, 2.0, 3.0, 4.0], 'more than once: b'),
        (['a', 'b', 'c'], [1.0, 2.0], '2 positions'),
        (['a', 'b', 'c'], [], '0 positions'),
        (['a', 'b', 'c'], [1.0, float('nan'), 3.0], r'\(b\) is not finite'),
        (['a', 'b', 'c'], [1.0, 2.0, float('inf')], r'\(c\) is not finite'),
    ],
)
def test_bad_joint_states_are_named(names, positions, words):
    with pytest.raises(InputError, match=words):
        convert.joint_state_to_positions(JointState(name=names, position=positions), NAMES)


def test_chunk_round_trip():
    chunk = Chunk(
        stamp_ns=5_000_000_007,
        names=NAMES,
        times_ns=np.arange(4) * 20_000_000,
        positions=np.arange(12.0).reshape(4, 3),
    )
    back = convert.message_to_chunk(convert.chunk_to_message(chunk))
    assert (back.stamp_ns, back.names) == (chunk.stamp_ns, chunk.names)
    np.testing.assert_array_equal(back.times_ns, chunk.times_ns)
    np.testing.assert_array_equal(back.positions, chunk.positions)


def test_chunk_with_velocities_round_trip():
    positions = np.arange(6.0).reshape(2, 3)
    message = convert.chunk_to_message(Chunk(5, NAMES, [0, 20], positions, -positions))
    assert list(message.points[1].velocities) == [-3.0, -4.0, -5.0]
    back = convert.message_to_chunk(message)
    np.testing.assert_array_equal(back.velocities, -positions)
    np.testing.assert_array_equal(back.positions, positions)
    message.points[0].velocities = []
    with pytest.raises(InputError, match='point 0 has 0 velocities for 3 joints'):
        convert.message_to_chunk(message)
    message.points[0].velocities = [0.0, float('nan'), 0.0]
    with pytest.raises(InputError, match=r'chunk velocities: .*\(b\) is not finite'):
        convert.message_to_chunk(message)


def trajectory(*points, names=NAMES):
    return JointTrajectory(
        joint_names=list(names),
        points=[
            JointTrajectoryPoint(
                positions=[float(p) for p in positions],
                time_from_start=Duration(nanosec=int(ms * 1e6)),
            )
            for ms, positions in points
        ],
    )


@pytest.mark.parametrize(
    ('message', 'words'),
    [
        (trajectory(), 'no points'),
        (trajectory((0, (1, 2, 3)), (0, (1, 2, 3))), 'point 1'),
        (trajectory((20, (1, 2, 3)), (0, (1, 2, 3))), 'must increase'),
        (trajectory((0, (1, 2))), '2 positions for 3 joints'),
        (trajectory((0, (1, float('nan'), 3))), 'not finite'),
        (trajectory((0, (1, 2, 3)), names=('a', 'a', 'b')), 'more than once: a'),
        (trajectory((0, ()), names=()), 'no joint names'),
    ],
)
def test_bad_chunks_are_named(message, words):
    with pytest.raises(InputError, match=words):
        convert.message_to_chunk(message)


def test_command_goes_to_each_controller_by_name():
    command = Command(7, NAMES, np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0, 6.0]))
    assert list(convert.command_to_array(command, ['c', 'a']).data) == [3.0, 1.0]
    assert list(convert.command_to_array(command, ['c', 'a'], 'velocity').data) == [6.0, 4.0]
    state = convert.command_to_joint_state(command, ['b'])
    assert (list(state.name), list(state.position), list(state.velocity)) == (['b'], [2.0], [5.0])
    rest = Command(30_000_007, ('c', 'b'), np.array([3.1, 2.1]), np.zeros(2))
    message = convert.command_to_trajectory([command, rest], ['b', 'c'], 10_000_000)
    assert message.header.stamp == Time()
    assert [list(point.positions) for point in message.points] == [[2.0, 3.0], [2.1, 3.1]]
    assert [list(point.velocities) for point in message.points] == [[5.0, 6.0], [0.0, 0.0]]
    times = [convert.time_to_ns(point.time_from_start) for point in message.points]
    assert times == [10_000_000, 40_000_000]


def a_trajectory(command, joints):
    rest = Command(command.stamp_ns + 1, command.names, command.positions + 1, np.zeros(3))
    return convert.command_to_trajectory([command, rest], joints, 1)


@pytest.mark.parametrize(
    ('kind', 'make'),
    [
        ('float64_multi_array', convert.command_to_array),
        ('joint_state', convert.command_to_joint_state),
        ('joint_trajectory', a_trajectory),
    ],
)
def test_controller_reads_what_it_was_told(kind, make):
    message_class, read = convert.COMMAND_READERS[kind]
    message = make(Command(1, NAMES, np.arange(3.0), np.zeros(3)), ('c', 'a'))
    assert isinstance(message, message_class)
    assert read(message, ('c', 'a')).tolist() == [2.0, 0.0]
    with pytest.raises(InputError, match=r'b|\(3,\)'):
        read(message, NAMES)


@pytest.mark.parametrize(
    ('stamp_s', 'velocities', 'words'),
    [
        (0, (), 'with a point, found none'),
        (1, ((1.0,), (0.0,)), '2 points, stamp 1000000000 ns'),
        (0, ((1.0,), (0.5,)), r'last velocities \[0.5\]'),
        (0, ((), ()), r'last velocities \[\]'),
    ],
)
def test_trajectory_that_is_more_than_a_command_is_none(stamp_s, velocities, words):
    points = [JointTrajectoryPoint(positions=[0.0], velocities=v) for v in velocities]
    message = JointTrajectory(joint_names=['a'], points=points)
    message.header.stamp.sec = stamp_s
    with pytest.raises(InputError, match=words):
        convert.trajectory_to_targets(message, ('a',))


def test_types_have_their_names():
    assert convert.type_name(Image) == 'sensor_msgs/msg/Image'


def test_status_prints_numbers_shortly():
    status = convert.status_message('n', b'\x01', 'text', {'x': 1.23456789, 'k': 3})
    assert (status.name, status.level, status.message) == ('n', b'\x01', 'text')
    assert [(v.key, v.value) for v in status.values] == [('x', '1.235'), ('k', '3')]
