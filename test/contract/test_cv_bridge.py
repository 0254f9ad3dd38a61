# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Pictures in messages and back.

As ros-perception/vision_opencv does it (cv_bridge/python/cv_bridge/core.py, src/cv_bridge.cpp).
"""

import array

import cv2
from cv_bridge import CvBridge, CvBridgeError
import numpy as np
import pytest
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Header

BRIDGE = CvBridge()
RGB = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)


def message(data, encoding, step):
    return Image(height=5, width=7, encoding=encoding, step=step, data=array.array('B', data))


@pytest.mark.parametrize(
    ('encoding', 'dtype', 'channels'),
    [('rgb8', 'uint8', 3), ('bgr8', 'uint8', 3), ('rgba8', 'uint8', 4), ('bgra8', 'uint8', 4),
     ('mono8', 'uint8', 1), ('mono16', 'uint16', 1), ('rgb16', 'uint16', 3),
     ('16UC1', 'uint16', 1), ('32FC1', 'float32', 1), ('8UC3', 'uint8', 3),
     ('64FC2', 'float64', 2)],
)  # fmt: skip
def test_encodings(encoding, dtype, channels):
    assert BRIDGE.encoding_to_dtype_with_channels(encoding) == (dtype, channels)
    shape = (5, 7) if channels == 1 else (5, 7, channels)
    picture = (np.arange(np.prod(shape)) * 3 % 251).astype(dtype).reshape(shape)
    sent = BRIDGE.cv2_to_imgmsg(picture, encoding, Header(frame_id='cam'))
    assert (sent.encoding, sent.height, sent.width) == (encoding, 5, 7)
    assert sent.step == 7 * channels * picture.itemsize
    assert (sent.header.frame_id, sent.is_bigendian) == ('cam', 0)
    assert sent.data == array.array('B', picture.tobytes())
    found = BRIDGE.imgmsg_to_cv2(sent)
    np.testing.assert_array_equal(found, picture)
    assert found.dtype == picture.dtype


def test_without_an_encoding_the_bare_type_is_named():
    assert BRIDGE.cv2_to_imgmsg(RGB).encoding == '8UC3'
    assert BRIDGE.cv2_to_imgmsg(RGB[..., 0]).encoding == '8UC1'


def test_passthrough_is_a_view():
    sent = BRIDGE.cv2_to_imgmsg(RGB, 'rgb8')
    found = BRIDGE.imgmsg_to_cv2(sent)
    sent.data[0] = 255 - sent.data[0]
    assert found[0, 0, 0] == sent.data[0]


def test_asked_for_by_name_it_is_a_copy():
    sent = BRIDGE.cv2_to_imgmsg(RGB, 'rgb8')
    found = BRIDGE.imgmsg_to_cv2(sent, 'rgb8')
    sent.data[0] = 255 - sent.data[0]
    np.testing.assert_array_equal(found, RGB)


def test_a_part_of_a_picture_is_sent_whole():
    part = RGB[1:4, 2:5]
    found = BRIDGE.imgmsg_to_cv2(BRIDGE.cv2_to_imgmsg(part, 'bgr8'))
    np.testing.assert_array_equal(found, part)


def test_padding_is_skipped():
    padded = np.zeros((5, 10, 3), np.uint8)
    padded[:, :7] = RGB
    found = BRIDGE.imgmsg_to_cv2(message(padded.tobytes(), 'rgb8', step=30))
    np.testing.assert_array_equal(found, RGB)


@pytest.mark.parametrize(
    ('source', 'target', 'code'),
    [('rgb8', 'bgr8', cv2.COLOR_RGB2BGR), ('bgr8', 'rgb8', cv2.COLOR_BGR2RGB),
     ('bgr8', 'rgba8', cv2.COLOR_BGR2RGBA), ('rgb8', 'bgra8', cv2.COLOR_RGB2BGRA),
     ('bgr8', 'mono8', cv2.COLOR_BGR2GRAY), ('rgb8', 'mono8', cv2.COLOR_RGB2GRAY)],
)  # fmt: skip
def test_colours(source, target, code):
    found = BRIDGE.imgmsg_to_cv2(BRIDGE.cv2_to_imgmsg(RGB, source), target)
    np.testing.assert_array_equal(found, cv2.cvtColor(RGB, code))


@pytest.mark.parametrize(
    ('source', 'code'), [('rgba8', cv2.COLOR_RGBA2RGB), ('bgra8', cv2.COLOR_BGRA2RGB)]
)
def test_transparency_is_left_out(source, code):
    picture = np.dstack([RGB, RGB[..., 0]])
    found = BRIDGE.imgmsg_to_cv2(BRIDGE.cv2_to_imgmsg(picture, source), 'rgb8')
    np.testing.assert_array_equal(found, cv2.cvtColor(picture, code))


def test_grey_becomes_colour():
    found = BRIDGE.imgmsg_to_cv2(BRIDGE.cv2_to_imgmsg(RGB[..., 0].copy(), 'mono8'), 'rgb8')
    np.testing.assert_array_equal(found, np.dstack([RGB[..., 0]] * 3))


def test_depth_of_colour_is_scaled():
    grey = np.array([[0, 1, 128, 255]], np.uint8)
    wide = BRIDGE.imgmsg_to_cv2(BRIDGE.cv2_to_imgmsg(grey, 'mono8'), 'mono16')
    np.testing.assert_array_equal(wide, grey.astype(np.uint16) * 257)
    back = BRIDGE.imgmsg_to_cv2(BRIDGE.cv2_to_imgmsg(wide, 'mono16'), 'mono8')
    np.testing.assert_array_equal(back, grey)


@pytest.mark.parametrize('encoding', ['16UC1', '8UC3'])
def test_bare_types_have_no_colour(encoding):
    dtype, channels = BRIDGE.encoding_to_dtype_with_channels(encoding)
    picture = np.zeros((5, 7, channels), dtype)
    with pytest.raises(CvBridgeError, match=rf'\[{encoding}\] is not a color format'):
        BRIDGE.imgmsg_to_cv2(BRIDGE.cv2_to_imgmsg(picture), 'rgb8')


def test_unknown_encodings_are_refused():
    unknown = r'Unrecognized image encoding \[rgb9\]'
    with pytest.raises(CvBridgeError, match=unknown):
        BRIDGE.imgmsg_to_cv2(message(bytes(105), 'rgb9', step=21))
    with pytest.raises(CvBridgeError, match=unknown):
        BRIDGE.imgmsg_to_cv2(message(bytes(105), 'rgb8', step=21), 'rgb9')
    with pytest.raises(CvBridgeError, match=unknown):
        BRIDGE.cv2_to_imgmsg(RGB, 'rgb9')


def test_an_encoding_must_fit_the_picture():
    with pytest.raises(CvBridgeError, match='image has incompatible type 8UC3'):
        BRIDGE.cv2_to_imgmsg(RGB, 'mono8')
    with pytest.raises(CvBridgeError, match='image has incompatible type 32FC3'):
        BRIDGE.cv2_to_imgmsg(RGB.astype(np.float32), 'rgb8')


def test_only_arrays_are_pictures():
    with pytest.raises(TypeError, match='not a numpy array'):
        BRIDGE.cv2_to_imgmsg([[1]])
    with pytest.raises(TypeError, match='not a numpy array'):
        BRIDGE.cv2_to_compressed_imgmsg([[1]])


def test_an_image_that_lacks_bytes_is_refused():
    assert issubclass(CvBridgeError, TypeError)
    with pytest.raises(TypeError):
        BRIDGE.imgmsg_to_cv2(message(bytes(84), 'rgb8', step=21))


def test_compressed_pictures():
    sent = BRIDGE.cv2_to_compressed_imgmsg(RGB, 'png')
    assert isinstance(sent, CompressedImage)
    assert sent.format == 'png'
    np.testing.assert_array_equal(BRIDGE.compressed_imgmsg_to_cv2(sent), RGB)
    np.testing.assert_array_equal(BRIDGE.compressed_imgmsg_to_cv2(sent, 'bgr8'), RGB)
    np.testing.assert_array_equal(BRIDGE.compressed_imgmsg_to_cv2(sent, 'rgb8'), RGB[..., ::-1])


def test_pictures_are_compressed_as_jpeg():
    sent = BRIDGE.cv2_to_compressed_imgmsg(RGB)
    assert sent.format == 'jpg'
    assert bytes(sent.data[:3]) == b'\xff\xd8\xff'
    assert BRIDGE.compressed_imgmsg_to_cv2(sent).shape == RGB.shape
