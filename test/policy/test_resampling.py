# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Resizing in integers is PyTorch's own, to the last bit."""

from __future__ import annotations

import platform

from hypothesis import given
from hypothesis import strategies as st
import numpy as np
import pytest
import torch
from torch.nn import functional as F

from pi0_ros.policy.images import resize_with_pad
from pi0_ros.policy.resampling import resample

# Elsewhere PyTorch resizes uint8 by way of float32, and may round a grey level otherwise.
LEVELS = 0 if platform.machine() == 'x86_64' and 'AVX2' in torch.__config__.show() else 1
sides = st.integers(1, 300)


def picture(height, width, seed=3):
    shape = (height, width, 3)
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def check(before, after):
    pixels = torch.from_numpy(picture(*before)).permute(2, 0, 1)[None]
    expected = F.interpolate(pixels, after, mode='bilinear', antialias=True)
    found = resample(pixels, *after)
    assert found.dtype == torch.uint8
    assert (found.int() - expected.int()).abs().max() <= LEVELS


@given(sides, sides, sides, sides)
def test_any_size_to_any_size(height, width, new_height, new_width):
    check((height, width), (new_height, new_width))


@pytest.mark.parametrize('before', [(480, 640), (720, 1280), (1080, 1920), (224, 224)], ids=str)
def test_sizes_of_cameras(before):
    check(before, (168, 224))


def test_white_stays_white_and_black_black():
    for level in (0, 255):
        pixels = torch.full((3, 99, 50), level, dtype=torch.uint8)
        assert (resample(pixels, 31, 224) == level).all()


@pytest.mark.skipif(not torch.cuda.is_available(), reason='needs CUDA')
@pytest.mark.parametrize('rotate_deg', [0, 90])
def test_a_picture_on_cuda_is_the_same(rotate_deg):
    image = picture(480, 640)
    there = resize_with_pad(torch.from_numpy(image).cuda(), 224, rotate_deg)
    assert there.is_cuda
    levels = (there.cpu().int() - resize_with_pad(image, 224, rotate_deg).int()).abs()
    assert levels.max() <= LEVELS
