# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures."""

from __future__ import annotations

import cv2
from cv_bridge import CvBridge, CvBridgeError
import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Header

from pi0_ros.convert.basics import ns_to_time
from pi0_ros.types import InputError

# Bytes per pixel of the pictures a policy can use; depth and Bayer images are refused.
PIXEL_BYTES = {'rgb8': 3, 'bgr8': 3, 'rgba8': 4, 'bgra8': 4, 'mono8': 1, 'mono16': 2}

_bridge = CvBridge()


def image_to_rgb(message: Image) -> NDArray[np.uint8]:
    """
    Return the picture, (h, w, 3) uint8 RGB: a view of the message's own bytes if it is rgb8.

    :raises InputError: for an unknown encoding, or if size, step and data don't fit together.
    """
    pixel_bytes = PIXEL_BYTES.get(message.encoding)
    if pixel_bytes is None:
        raise InputError(
            f'encoding {message.encoding!r} is not supported, only {", ".join(PIXEL_BYTES)}'
        )
    size = f'{message.width}x{message.height} {message.encoding}'
    if not message.width or not message.height:
        raise InputError(f'the image is empty ({size})')
    if message.step < message.width * pixel_bytes:
        raise InputError(
            f'step {message.step} is too small for {size}: at least {message.width * pixel_bytes}'
        )
    if len(message.data) != message.step * message.height:
        raise InputError(
            f'{len(message.data)} bytes of data do not make {size} with step {message.step}: '
            f'expected {message.step * message.height}'
        )
    if message.step != message.width * pixel_bytes:
        message = _without_padding(message, message.width * pixel_bytes)
    # 'passthrough' keeps the view; asking for the same encoding may copy.
    wanted = 'passthrough' if message.encoding == 'rgb8' else 'rgb8'
    try:
        return _bridge.imgmsg_to_cv2(message, wanted)
    except CvBridgeError as error:
        raise InputError(f'the image could not be decoded: {error}') from error


def _without_padding(message: Image, row_bytes: int) -> Image:
    """
    Return the image, without its header, with rows that follow each other directly.

    cv_bridge reads rows as if padding were a whole number of pixels
    (ros-perception/vision_opencv, cv_bridge/python/cv_bridge/core.py).
    """
    rows = np.frombuffer(message.data, np.uint8).reshape(message.height, message.step)
    return Image(
        height=message.height,
        width=message.width,
        encoding=message.encoding,
        is_bigendian=message.is_bigendian,
        step=row_bytes,
        data=rows[:, :row_bytes].tobytes(),
    )


def compressed_to_rgb(message: CompressedImage) -> NDArray[np.uint8]:
    """
    Return the picture, (h, w, 3) uint8 RGB.

    :raises InputError: if the bytes are not a picture that OpenCV can read.
    """
    if not len(message.data):
        raise InputError(f'the compressed image (format {message.format!r}) is empty')
    picture = cv2.imdecode(np.frombuffer(message.data, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise InputError(
            f'{len(message.data)} bytes of format {message.format!r} are not a picture'
        )
    return cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)


# How a camera's pictures travel, in the words of the robot's description.
IMAGE_READERS = {'raw': (Image, image_to_rgb), 'compressed': (CompressedImage, compressed_to_rgb)}


def rgb_to_image(picture: NDArray[np.uint8], stamp_ns: int, frame_id: str) -> Image:
    """Return a picture, (h, w, 3) uint8 RGB, as an rgb8 message."""
    header = Header(stamp=ns_to_time(stamp_ns), frame_id=frame_id)
    return _bridge.cv2_to_imgmsg(picture, encoding='rgb8', header=header)
