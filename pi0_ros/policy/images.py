# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Pictures as the model takes them: turned, fitted into a square, scaled to [-1, 1].

Takes one camera's uint8 RGB array, gives a float32 tensor. It does not know where pictures come
from nor which camera is which; a name is only for error texts. A picture may already be on a
device; there it stays.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
import torch
from torch import Tensor
import torch.nn.functional as F

from pi0_ros.policy.resampling import resample
from pi0_ros.types import InputError

Picture = NDArray[np.uint8] | Tensor


def check_image(image: NDArray[np.uint8], camera: str) -> None:
    """
    Refuse what is not an RGB picture.

    :raises InputError: naming the camera, if it isn't (h, w, 3) uint8 with h, w > 0.
    """
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8:
        found = getattr(image, 'dtype', type(image).__name__)
        raise InputError(f'camera {camera}: expected a picture of uint8, found {found}')
    if image.ndim != 3 or image.shape[2] != 3 or image.size == 0:
        raise InputError(f'camera {camera}: expected shape (h, w, 3), found {image.shape}')


def resize_with_pad(image: Picture, size: int, rotate_deg: int = 0) -> Tensor:
    """
    Fit a picture into the middle of a black square, its proportions kept.

    Bilinear with antialiasing on uint8, like PIL's, which openpi uses at run time
    (packages/openpi-client/src/openpi_client/image_tools.py). An odd pixel of padding goes to
    the bottom or right.

    :param image: RGB, (h, w, 3) uint8.
    :param size: side of the square, S [pixel].
    :param rotate_deg: how far to turn it counterclockwise first, a multiple of 90 [deg].
    :return: uint8, (3, S, S).
    """
    return _fit(_turned(image, rotate_deg), size, antialias=True, padding=0)


def resize_float_with_pad(
    image: Picture, size: int, rotate_deg: int = 0, *, padding: float = 0.0
) -> Tensor:
    """
    Fit a picture into a square as LeRobot does: in float, and without antialiasing.

    Source: huggingface/lerobot, src/lerobot/policies/common/vla_utils.py, `resize_with_pad_torch`.
    Shrunk pictures are rougher than :func:`resize_with_pad`'s.

    :param image: RGB, (h, w, 3) uint8.
    :param size: side of the square, S [pixel].
    :param rotate_deg: how far to turn it counterclockwise first, a multiple of 90 [deg].
    :param padding: what is beside the picture: 0, or -1 in LeRobot 0.4.
    :return: float32, (3, S, S), in [0, 1] but for the padding.
    """
    pixels = _turned(image, rotate_deg).to(torch.float32) / 255.0
    return _fit(pixels, size, antialias=False, padding=padding)


def to_unit_range(pixels: Tensor) -> Tensor:
    """
    Scale uint8, or float32 in [0, 1], to float32 in [-1, 1].

    Source: openpi, src/openpi/models/model.py, `Observation.from_dict`.
    """
    unit = pixels if pixels.is_floating_point() else pixels.to(torch.float32) / 255.0
    return unit * 2.0 - 1.0


def as_tensor(image: Picture) -> Tensor:
    """Return a picture as a tensor."""
    if isinstance(image, Tensor):
        return image
    # Copied only if it is a view that torch can't take, or read-only, of which torch would warn.
    return torch.from_numpy(np.require(image, requirements=['C', 'W']))


def _turned(image: Picture, rotate_deg: int) -> Tensor:
    """Return the picture as (1, 3, h, w) uint8, turned."""
    pixels = as_tensor(image).permute(2, 0, 1)[None]
    return pixels.rot90(rotate_deg // 90, dims=(2, 3)) if rotate_deg else pixels


def _fit(pixels: Tensor, size: int, *, antialias: bool, padding: float) -> Tensor:
    """Resize (1, 3, h, w) to touch the square's sides and pad it, to (3, S, S)."""
    h, w = pixels.shape[2:]
    ratio = max(h / size, w / size)
    height, width = max(1, int(h / ratio)), max(1, int(w / ratio))
    if pixels.is_cuda and not pixels.is_floating_point():
        pixels = resample(pixels, height, width)
    elif (height, width) != (h, w):
        pixels = F.interpolate(pixels, (height, width), mode='bilinear', antialias=antialias)
    top, left = (size - height) // 2, (size - width) // 2
    around = (left, size - width - left, top, size - height - top)
    return F.pad(pixels[0], around, value=padding)
