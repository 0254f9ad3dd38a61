# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
CvBridge: converts between sensor_msgs images and numpy arrays.

Takes messages or arrays and the names of encodings (sensor_msgs/image_encodings.hpp); gives
arrays (h, w) or (h, w, channels), or messages. The rules and error texts are those of
ros-perception/vision_opencv, cv_bridge/src/cv_bridge.cpp. Bayer and YUV pictures are not
converted.
"""

from __future__ import annotations

import array
import re
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[Any]

_DTYPES = {
    '8U': 'uint8',
    '8S': 'int8',
    '16U': 'uint16',
    '16S': 'int16',
    '32S': 'int32',
    '32F': 'float32',
    '64F': 'float64',
}
_DEPTHS = {dtype: depth for depth, dtype in _DTYPES.items()}
# OpenCV's word for the colours, type of the values, values in a pixel.
_SPACES = (('rgb', 'RGB', 3), ('bgr', 'BGR', 3), ('rgba', 'RGBA', 4), ('bgra', 'BGRA', 4))
_COLOURS = {
    f'{name}{bits}': (space, f'uint{bits}', channels)
    for name, space, channels in (*_SPACES, ('mono', 'GRAY', 1))
    for bits in (8, 16)
}
_GENERIC = re.compile('(8U|8S|16U|16S|32S|32F|64F)(?:C([0-9]+))?')


class CvBridgeError(TypeError):
    """An image can't be converted; the text names the encoding."""


class CvBridge:
    """Converts between messages and arrays."""

    def encoding_to_dtype_with_channels(self, encoding: str) -> tuple[str, int]:
        """
        Return the type of the values and how many there are in a pixel.

        :raises CvBridgeError: if the encoding is not known.
        """
        if encoding in _COLOURS:
            return _COLOURS[encoding][1:]
        match = _GENERIC.fullmatch(encoding)
        if match is None:
            raise CvBridgeError(f'Unrecognized image encoding [{encoding}]')
        return _DTYPES[match[1]], int(match[2] or 1)

    def imgmsg_to_cv2(self, img_msg: Any, desired_encoding: str = 'passthrough') -> Image:
        """
        Return the picture of an Image message.

        :param img_msg: a sensor_msgs Image; its step and byte order are honoured.
        :param desired_encoding: 'passthrough' for the message's own, without a copy where its
            bytes lie as numpy needs them.
        :return: (h, w) or (h, w, channels).
        :raises CvBridgeError: if it is malformed or can't be converted.
        """
        image = _view(img_msg, *self.encoding_to_dtype_with_channels(img_msg.encoding))
        if desired_encoding == 'passthrough':
            return image
        self.encoding_to_dtype_with_channels(desired_encoding)
        return _convert(image, img_msg.encoding, desired_encoding)

    def compressed_imgmsg_to_cv2(
        self, cmprs_img_msg: Any, desired_encoding: str = 'passthrough'
    ) -> Image:
        """
        Return the picture of a CompressedImage message.

        :param cmprs_img_msg: a sensor_msgs CompressedImage.
        :param desired_encoding: 'passthrough' for what OpenCV decodes: BGR, BGRA or grey.
        :return: (h, w) or (h, w, channels).
        :raises CvBridgeError: if it can't be decoded or converted.
        """
        data = np.frombuffer(cmprs_img_msg.data, np.uint8)
        image = cv2.imdecode(data, cv2.IMREAD_UNCHANGED) if data.size else None
        if image is None:
            raise CvBridgeError(f'Can not decode an image of format [{cmprs_img_msg.format}]')
        if desired_encoding == 'passthrough':
            return image
        depth = '16' if image.dtype == np.uint16 else '8'
        names = {1: f'mono{depth}', 3: f'bgr{depth}', 4: f'bgra{depth}'}
        return _convert(image, names[_channels(image)], desired_encoding)

    def cv2_to_imgmsg(self, cvim: Image, encoding: str = 'passthrough', header: Any = None) -> Any:
        """
        Return an Image message of a picture.

        :param cvim: (h, w) or (h, w, channels).
        :param encoding: what it shows; 'passthrough' for its bare type, e.g. 8UC3.
        :param header: the message's header.
        :raises CvBridgeError: if the encoding is not one of arrays of this type.
        """
        from sensor_msgs.msg import Image as Message  # noqa: PLC0415  converting to arrays needs no messages

        own = _generic_name(cvim)
        if encoding != 'passthrough':
            dtype, channels = self.encoding_to_dtype_with_channels(encoding)
            if f'{_DEPTHS[dtype]}C{channels}' != own:
                raise CvBridgeError(
                    f'encoding specified as {encoding}, but image has incompatible type {own}'
                )
        message = Message()
        if header is not None:
            message.header = header
        message.height, message.width = cvim.shape[:2]
        message.encoding = own if encoding == 'passthrough' else encoding
        message.is_bigendian = int(cvim.dtype.str[0] == '>')
        message.step = cvim.nbytes // cvim.shape[0] if cvim.shape[0] else 0
        message.data = _bytes(cvim)
        return message

    def cv2_to_compressed_imgmsg(self, cvim: Image, dst_format: str = 'jpg') -> Any:
        """
        Return a CompressedImage message of a picture.

        :param cvim: (h, w) grey, (h, w, 3) BGR or (h, w, 4) BGRA.
        :param dst_format: jpg, png or another of OpenCV's.
        :raises CvBridgeError: if OpenCV can't write such a picture in this format.
        """
        from sensor_msgs.msg import CompressedImage  # noqa: PLC0415  converting to arrays needs no messages

        own = _generic_name(cvim)
        try:
            _, data = cv2.imencode(f'.{dst_format}', cvim)
        except cv2.error as error:
            raise CvBridgeError(f'Can not write [{own}] as [{dst_format}]: {error}') from error
        message = CompressedImage()
        message.format = dst_format
        message.data = _bytes(data)
        return message


def _bytes(values: Image) -> array.array[int]:
    """Return an array's bytes in the type that message fields hold without a further copy."""
    data = array.array('B')
    data.frombytes(np.ascontiguousarray(values).reshape(-1).view(np.uint8).data)
    return data


def _channels(image: Image) -> int:
    return 1 if image.ndim == 2 else image.shape[2]


def _generic_name(image: Any) -> str:
    """Return e.g. 8UC3 for an array."""
    if not isinstance(image, np.ndarray):
        raise TypeError('Your input type is not a numpy array')
    if image.dtype.name not in _DEPTHS or image.ndim not in (2, 3):
        raise CvBridgeError(f'no encoding holds arrays of {image.dtype.name} {image.shape}')
    return f'{_DEPTHS[image.dtype.name]}C{_channels(image)}'


def _view(message: Any, type_name: str, channels: int) -> Image:
    """Return a message's pixels, in the byte order of this machine."""
    height, width, step = message.height, message.width, message.step
    dtype = np.dtype(type_name)
    size, data = dtype.itemsize, memoryview(message.data)
    problem = f'[{message.encoding}] Image is wrongly formed'
    if step < width * size * channels:
        raise CvBridgeError(f'{problem}: step {step} < width {width} * {size} * {channels}')
    if height * step != data.nbytes:
        raise CvBridgeError(f'{problem}: height {height} * step {step} != size {data.nbytes}')
    order = dtype.newbyteorder('>' if message.is_bigendian else '<')
    strides = (step, size * channels, size)
    image: Image = np.ndarray((height, width, channels), order, data, strides=strides)
    return (image[..., 0] if channels == 1 else image).astype(dtype, copy=False)


def _convert(image: Image, source: str, target: str) -> Image:
    """
    Return the picture in another encoding.

    :raises CvBridgeError: if there is no such conversion.
    """
    if source == target:
        return np.array(image)
    dtype, channels = CvBridge().encoding_to_dtype_with_channels(target)
    if source in _COLOURS and target in _COLOURS:
        before, after = _COLOURS[source][0], _COLOURS[target][0]
        if before != after:
            code = getattr(cv2, f'COLOR_{before}2{after}')
            image = cv2.cvtColor(np.ascontiguousarray(image), code)
    elif target in _COLOURS:
        raise CvBridgeError(f'[{source}] is not a color format. but [{target}] is')
    elif channels != _channels(image):
        raise CvBridgeError(f'[{source}] and [{target}] do not have the same number of channel')
    return _scale(image, np.dtype(dtype))


def _scale(image: Image, dtype: np.dtype[Any]) -> Image:
    """Return the values in another type; between 8 and 16 bit the whole range is kept."""
    if image.dtype == dtype:
        return np.array(image)
    scaled = image.astype(np.float64)
    if {image.dtype, dtype} == {np.dtype('uint8'), np.dtype('uint16')}:
        scaled *= np.iinfo(dtype).max / np.iinfo(image.dtype).max
    if np.issubdtype(dtype, np.integer):
        scaled = np.clip(np.rint(scaled), np.iinfo(dtype).min, np.iinfo(dtype).max)
    result: Image = scaled.astype(dtype)
    return result
