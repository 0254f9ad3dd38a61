# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures survive the way into messages and back, in every encoding and byte order."""

from __future__ import annotations

import array

import cv2
from cv_bridge import CvBridge, CvBridgeError
import numpy as np
import pytest
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Header

BRIDGE = CvBridge()
RGB = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)


def message(data, encoding, step, is_bigendian=0):
    data = array.array('B', data)
    kind = {'encoding': encoding, 'is_bigendian': is_bigendian}
    return Image(height=5, width=7, step=step, data=data, **kind)


@pytest.mark.parametrize(
    ('encoding', 'dtype', 'channels'),
    [('rgb8', 'uint8', 3), ('bgra8', 'uint8', 4), ('mono8', 'uint8', 1), ('mono16', 'uint16', 1),
     ('16UC1', 'uint16', 1), ('32FC1', 'float32', 1), ('8UC3', 'uint8', 3), ('8U', 'uint8', 1),
     ('64FC2', 'float64', 2)],
)  # fmt: skip
def test_encodings(encoding, dtype, channels):
    assert BRIDGE.encoding_to_dtype_with_channels(encoding) == (dtype, channels)
    shape = (5, 7) if channels == 1 else (5, 7, channels)
    picture = (np.arange(np.prod(shape)) * 3 % 251).astype(dtype).reshape(shape)
    sent = BRIDGE.cv2_to_imgmsg(picture, encoding, Header(frame_id='cam'))
    assert (sent.encoding, sent.height, sent.width) == (encoding, 5, 7)
    assert sent.step == 7 * channels * picture.itemsize
    assert sent.header.frame_id == 'cam'
    found = BRIDGE.imgmsg_to_cv2(sent)
    np.testing.assert_array_equal(found, picture)
    assert found.dtype == picture.dtype


def test_passthrough_is_a_view_and_names_the_bare_type():
    sent = BRIDGE.cv2_to_imgmsg(RGB)
    assert sent.encoding == '8UC3'
    found = BRIDGE.imgmsg_to_cv2(sent)
    sent.data[0] = 255 - sent.data[0]
    assert found[0, 0, 0] == sent.data[0]
    assert BRIDGE.imgmsg_to_cv2(sent, '8UC3').base is None


def test_padding_is_skipped():
    padded = np.zeros((5, 32), np.uint8)
    padded[:, :21] = RGB.reshape(5, 21)
    found = BRIDGE.imgmsg_to_cv2(message(padded.tobytes(), 'rgb8', step=32))
    np.testing.assert_array_equal(found, RGB)
    grey = BRIDGE.imgmsg_to_cv2(message(padded.tobytes(), 'rgb8', step=32), 'mono8')
    np.testing.assert_array_equal(grey, cv2.cvtColor(RGB, cv2.COLOR_RGB2GRAY))


def test_byte_order_is_honoured():
    depth = np.arange(35, dtype=np.uint16).reshape(5, 7) * 300
    sent = message(depth.astype('>u2').tobytes(), '16UC1', step=14, is_bigendian=1)
    found = BRIDGE.imgmsg_to_cv2(sent)
    np.testing.assert_array_equal(found, depth)
    assert found.dtype.isnative
    assert BRIDGE.cv2_to_imgmsg(depth.astype('>u2')).is_bigendian == 1


@pytest.mark.parametrize(
    ('source', 'target', 'code'),
    [('rgb8', 'bgr8', cv2.COLOR_RGB2BGR), ('bgr8', 'rgba8', cv2.COLOR_BGR2RGBA),
     ('rgb8', 'bgra8', cv2.COLOR_RGB2BGRA), ('bgr8', 'mono8', cv2.COLOR_BGR2GRAY)],
)  # fmt: skip
def test_colours(source, target, code):
    expected = cv2.cvtColor(RGB, code)
    found = BRIDGE.imgmsg_to_cv2(BRIDGE.cv2_to_imgmsg(RGB, source), target)
    np.testing.assert_array_equal(found, expected)


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
    with pytest.raises(
        CvBridgeError, match=rf'\[{encoding}\] is not a color format. but \[rgb8\]'
    ):
        BRIDGE.imgmsg_to_cv2(BRIDGE.cv2_to_imgmsg(picture), 'rgb8')


def test_errors_name_the_encoding():
    data = bytes(105)
    with pytest.raises(CvBridgeError, match=r'Unrecognized image encoding \[rgb9\]'):
        BRIDGE.imgmsg_to_cv2(message(data, 'rgb9', step=21))
    with pytest.raises(CvBridgeError, match=r'\[rgb8\] .*step < width .* 20 < 7 \* 1 \* 3'):
        BRIDGE.imgmsg_to_cv2(message(data, 'rgb8', step=20))
    with pytest.raises(CvBridgeError, match=r'\[rgb8\] .*5 \* 22 != 105'):
        BRIDGE.imgmsg_to_cv2(message(data, 'rgb8', step=22))
    with pytest.raises(CvBridgeError, match=r'specified as mono8, but image has .* type 8UC3'):
        BRIDGE.cv2_to_imgmsg(RGB, 'mono8')
    with pytest.raises(CvBridgeError, match='same number of channel'):
        BRIDGE.imgmsg_to_cv2(message(data, 'rgb8', step=21), '8UC1')
    with pytest.raises(CvBridgeError, match=r'Unrecognized image encoding \[bayer_rggb8\]'):
        BRIDGE.encoding_to_dtype_with_channels('bayer_rggb8')
    with pytest.raises(TypeError, match='not a numpy array'):
        BRIDGE.cv2_to_imgmsg([[1]])


def test_compressed_pictures():
    sent = BRIDGE.cv2_to_compressed_imgmsg(RGB, 'png')
    assert sent.format == 'png'
    np.testing.assert_array_equal(BRIDGE.compressed_imgmsg_to_cv2(sent), RGB)
    np.testing.assert_array_equal(BRIDGE.compressed_imgmsg_to_cv2(sent, 'bgr8'), RGB)
    np.testing.assert_array_equal(BRIDGE.compressed_imgmsg_to_cv2(sent, 'rgb8'), RGB[..., ::-1])
    grey = BRIDGE.cv2_to_compressed_imgmsg(RGB[..., 0], 'png')
    assert BRIDGE.compressed_imgmsg_to_cv2(grey, 'rgb8').shape == (5, 7, 3)
    assert BRIDGE.compressed_imgmsg_to_cv2(BRIDGE.cv2_to_compressed_imgmsg(RGB)).shape == RGB.shape
    for data in (b'', b'nothing'):
        with pytest.raises(CvBridgeError, match=r'\[jpeg\]'):
            BRIDGE.compressed_imgmsg_to_cv2(CompressedImage(format='jpeg', data=data))
    with pytest.raises(CvBridgeError, match=r'\[8UC3\] as \[nonsense\]'):
        BRIDGE.cv2_to_compressed_imgmsg(RGB, 'nonsense')
