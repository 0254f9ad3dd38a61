# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What this bridge does beyond the contract: byte order, odd padding, and errors with a name."""

import array

import cv2
from cv_bridge import CvBridge, CvBridgeError
import numpy as np
import pytest
from sensor_msgs.msg import CompressedImage, Image

BRIDGE = CvBridge()
RGB = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)


def message(data, encoding, step, is_bigendian=0):
    kind = {'encoding': encoding, 'is_bigendian': is_bigendian, 'data': array.array('B', data)}
    return Image(height=5, width=7, step=step, **kind)


def test_any_padding_is_skipped():
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


def test_bare_types_are_converted_without_scaling():
    picture = np.array([[-1.0, 0.5, 1.5, 300.0]], np.float32)
    found = BRIDGE.imgmsg_to_cv2(BRIDGE.cv2_to_imgmsg(picture), '8UC1')
    np.testing.assert_array_equal(found, np.array([[0, 0, 2, 255]], np.uint8))


def test_errors_name_the_encoding():
    data = bytes(105)
    with pytest.raises(CvBridgeError, match=r'\[rgb8\] .*step 20 < width 7 \* 1 \* 3'):
        BRIDGE.imgmsg_to_cv2(message(data, 'rgb8', step=20))
    with pytest.raises(CvBridgeError, match=r'\[rgb8\] .*height 5 \* step 22 != size 105'):
        BRIDGE.imgmsg_to_cv2(message(data, 'rgb8', step=22))
    with pytest.raises(CvBridgeError, match='same number of channel'):
        BRIDGE.imgmsg_to_cv2(message(data, 'rgb8', step=21), '8UC1')
    with pytest.raises(CvBridgeError, match=r'Unrecognized image encoding \[bayer_rggb8\]'):
        BRIDGE.encoding_to_dtype_with_channels('bayer_rggb8')


def test_compressed_pictures_that_cannot_be():
    grey = BRIDGE.cv2_to_compressed_imgmsg(RGB[..., 0], 'png')
    assert BRIDGE.compressed_imgmsg_to_cv2(grey, 'rgb8').shape == (5, 7, 3)
    for data in (b'', b'nothing'):
        with pytest.raises(CvBridgeError, match=r'\[jpeg\]'):
            BRIDGE.compressed_imgmsg_to_cv2(CompressedImage(format='jpeg', data=data))
    with pytest.raises(CvBridgeError, match=r'\[8UC3\] as \[nonsense\]'):
        BRIDGE.cv2_to_compressed_imgmsg(RGB, 'nonsense')
