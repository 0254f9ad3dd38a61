# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures: PIL's resize within one grey level, rotation, range, refusals."""

from pathlib import Path
import warnings

import numpy as np
import pytest
from safetensors.numpy import load_file
import torch

from pi0_ros.policy.images import (
    check_image,
    resize_float_with_pad,
    resize_with_pad,
    to_unit_range,
)
from pi0_ros.types import InputError

VECTORS = load_file(Path(__file__).parents[1] / 'reference' / 'prep' / 'resize.safetensors')
CASES = sorted(key.removesuffix('.in') for key in VECTORS if key.endswith('.in'))


@pytest.mark.parametrize('case', CASES)
def test_resize_equals_openpi_within_one_grey_level(case):
    expected = VECTORS[f'{case}.pil'].astype(int)
    ours = resize_with_pad(VECTORS[f'{case}.in'], expected.shape[0]).permute(1, 2, 0).numpy()
    difference = np.abs(ours.astype(int) - expected)
    assert difference.max() <= 1, f'max {difference.max()}, mean {difference.mean():.4f}'
    assert difference.mean() < 0.02


@pytest.mark.parametrize('case', [case for case in CASES if f'{case}.jax_f32' in VECTORS])
def test_range_equals_openpi(case):
    expected = VECTORS[f'{case}.jax_f32']
    image = VECTORS[f'{case}.in']
    ours = to_unit_range(resize_with_pad(image, expected.shape[0])).permute(1, 2, 0).numpy()
    assert ours.dtype == np.float32
    assert np.abs(ours - expected).max() <= 1.5 * 2 / 255


@pytest.mark.parametrize('case', [case for case in CASES if f'{case}.torch_f32' in VECTORS])
def test_lerobots_resize_equals_the_function_it_copied(case):
    """LeRobot's is openpi's resize_with_pad_torch on [0, 1], its padding black as well."""
    expected = VECTORS[f'{case}.torch_f32']
    image, size = VECTORS[f'{case}.in'], expected.shape[0]
    ours = to_unit_range(resize_float_with_pad(image, size)).permute(1, 2, 0).numpy()
    assert np.abs(ours - expected).max() < 2e-6


def test_lerobot_0_4_pads_with_less_than_black():
    image = np.full((4, 8, 3), 255, dtype=np.uint8)
    columns = to_unit_range(resize_float_with_pad(image, 8, padding=-1.0))[0, :, 0]
    assert columns.tolist() == [-3.0, -3.0, 1.0, 1.0, 1.0, 1.0, -3.0, -3.0]
    turned = resize_float_with_pad(image, 8, 90)
    assert turned[0, 0].tolist() == [0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0]


def test_the_ends_of_the_range():
    pixels = torch.tensor([0, 255], dtype=torch.uint8)
    assert to_unit_range(pixels).tolist() == [-1.0, 1.0]


@pytest.mark.parametrize(('h', 'w'), [(7, 10), (10, 7), (1, 1000), (1000, 1), (8, 8)])
@pytest.mark.parametrize('rotate_deg', [0, 90, 180, 270])
def test_every_shape_becomes_the_square(h, w, rotate_deg):
    image = np.full((h, w, 3), 200, dtype=np.uint8)
    square = resize_with_pad(image, 8, rotate_deg)
    assert square.shape == (3, 8, 8)
    assert square.dtype == torch.uint8
    assert square.max() == 200


@pytest.mark.parametrize('rotate_deg', [90, 180, 270])
def test_rotation_is_counterclockwise_and_comes_first(rotate_deg):
    image = np.random.default_rng(0).integers(0, 256, (5, 8, 3), dtype=np.uint8)
    turned = np.ascontiguousarray(np.rot90(image, rotate_deg // 90))
    assert torch.equal(resize_with_pad(image, 8, rotate_deg), resize_with_pad(turned, 8))
    corner = resize_with_pad(image[:5, :5], 5, 90)[:, 0, 0]  # the upper right one went up left
    assert corner.tolist() == image[0, 4].tolist()


def test_an_odd_pixel_of_padding_goes_to_the_bottom():
    square = resize_with_pad(np.full((5, 8, 3), 9, dtype=np.uint8), 8)
    assert (square[0].amax(dim=1) > 0).tolist() == [False] + [True] * 5 + [False] * 2


def test_a_read_only_picture_is_taken_and_left_alone():
    image = np.random.default_rng(0).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    before = image.copy()
    image.setflags(write=False)
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        same = resize_with_pad(image, 8)
    assert torch.equal(same, resize_with_pad(before, 8))
    assert (image == before).all()


@pytest.mark.parametrize(
    ('image', 'text'),
    [
        (np.zeros((4, 4, 3)), 'camera cam_high: expected a picture of uint8, found float64'),
        ([[0]], 'camera cam_high: expected a picture of uint8, found list'),
        (np.zeros((4, 4), np.uint8), r'expected shape \(h, w, 3\), found \(4, 4\)'),
        (np.zeros((3, 4, 4), np.uint8), r'expected shape \(h, w, 3\), found \(3, 4, 4\)'),
        (np.zeros((4, 4, 4), np.uint8), r'expected shape \(h, w, 3\), found \(4, 4, 4\)'),
        (np.zeros((0, 4, 3), np.uint8), r'expected shape \(h, w, 3\), found \(0, 4, 3\)'),
    ],
)
def test_what_is_no_picture_is_refused(image, text):
    with pytest.raises(InputError, match=text):
        check_image(image, 'cam_high')
