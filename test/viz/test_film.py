# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Frames show what they are given, and films hold every frame."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from pi0_ros.types import NS_PER_S, Chunk, InputError
from pi0_ros.viz.film import Film, Frame, draw_frame, save_picture

NAMES = tuple(f'{side}_{joint}' for side in ('left', 'right') for joint in ('waist', 'gripper'))
NOW_NS = 8 * NS_PER_S


def make_frame(**changes):
    rng = np.random.default_rng(0)
    times_ns = np.arange(0, NOW_NS, NS_PER_S // 50)
    frame = Frame(
        now_ns=NOW_NS,
        images={'cam_high': rng.integers(0, 255, (48, 64, 3), np.uint8)},
        command='pick up the red cube',
        names=NAMES,
        units=('rad', 'm', 'rad', 'm'),
        times_ns=times_ns,
        positions=np.sin(times_ns[:, None] / NS_PER_S + np.arange(4)),
        chunk=None,
        seams_ns=np.empty(0, np.int64),
        status={'executor': 'RUNNING'},
    )
    return replace(frame, **changes)


CHUNK = Chunk(NOW_NS, NAMES, np.arange(50) * 20_000_000, np.zeros((50, 4)))
BASE = draw_frame(make_frame())


def test_a_frame_has_the_size_asked_for():
    assert BASE.shape == (720, 1280, 3)
    assert BASE.dtype == np.uint8
    assert draw_frame(make_frame(), (600, 960)).shape == (600, 960, 3)


def test_drawing_is_a_pure_function():
    np.testing.assert_array_equal(draw_frame(make_frame()), BASE)


@pytest.mark.parametrize(
    ('changes', 'rows'),
    [
        ({'chunk': CHUNK}, slice(400, 720)),
        ({'seams_ns': np.array([NOW_NS - NS_PER_S])}, slice(400, 720)),
        ({'now_ns': NOW_NS + NS_PER_S}, slice(400, 720)),
        ({'command': 'pick up the blue cube'}, slice(0, 56)),
        ({'command': ''}, slice(0, 56)),
        ({'status': {'executor': 'HOLDING'}}, slice(56, 400)),
        ({'images': {'cam_high': np.zeros((48, 64, 3), np.uint8)}}, slice(56, 400)),
    ],
)
def test_each_input_shows_in_its_place_only(changes, rows):
    changed = (draw_frame(make_frame(**changes)) != BASE).any(axis=(1, 2))
    assert changed[rows].sum() > 3
    changed[rows] = False
    assert not changed.any()


def test_status_stays_in_its_panel():
    long = make_frame(status={f'line {k}': 'long ' * 40 for k in range(12)})
    changed = (draw_frame(long) != BASE).any(axis=(1, 2))
    assert not changed[400:].any()


@pytest.mark.parametrize(
    'changes',
    [
        {'command': 'подними красный куб ' * 20},
        {'images': {}},
        {'images': {f'cam_{k}': np.zeros((480, 640, 3), np.uint8) for k in range(3)}},
        {'status': {f'line {k}': 'long ' * 40 for k in range(12)}},
        {'names': ('a', 'b', 'left_', '')},
        {'times_ns': np.empty(0, np.int64), 'positions': np.empty((0, 4))},
    ],
)
def test_odd_input_is_drawn(changes):
    assert draw_frame(make_frame(**changes)).shape == BASE.shape


@pytest.mark.parametrize(
    ('changes', 'complaint'),
    [
        ({'positions': np.zeros((3, 4))}, r'executed positions: expected shape \(400, 4\)'),
        ({'positions': np.full((400, 4), np.nan)}, 'left_waist.*not finite'),
        ({'units': ('rad',)}, '1 units for 4 joints'),
        ({'images': {'top': np.zeros((4, 4))}}, 'camera top is float64'),
    ],
)
def test_bad_input_is_named(changes, complaint):
    with pytest.raises(InputError, match=complaint):
        make_frame(**changes)


@pytest.mark.parametrize('suffix', ['.webm', '.mp4'])
def test_a_film_holds_every_frame(tmp_path, suffix):
    with Film(tmp_path / f'demo{suffix}', rate_hz=12, size=(360, 640)) as film:
        for k in range(15):
            film.write(np.full((360, 640, 3), (16 * k, 0, 0), np.uint8))
    assert film.count == 15
    capture = cv2.VideoCapture(str(film.path))
    assert capture.get(cv2.CAP_PROP_FPS) == pytest.approx(12)
    reds = []
    while True:
        is_read, image = capture.read()
        if not is_read:
            break
        assert image.shape == (360, 640, 3)
        reds.append(float(image[:, :, 2].mean()))
    assert len(reds) == 15
    np.testing.assert_allclose(reds, 16 * np.arange(15), atol=12)


def test_a_film_refuses_what_it_can_not_hold(tmp_path):
    with Film(tmp_path / 'demo.mp4', rate_hz=12, size=(360, 640)) as film:
        with pytest.raises(InputError, match=r'\(36, 64\), expected \(360, 640\)'):
            film.write(np.zeros((36, 64, 3), np.uint8))
        assert film.count == 0


def test_a_film_needs_a_place_and_a_known_suffix(tmp_path):
    with pytest.raises(InputError, match='no film can be written'):
        Film(tmp_path / 'nowhere' / 'demo.webm', rate_hz=12)
    with pytest.raises(InputError, match=r'\.webm, \.mp4'):
        Film(tmp_path / 'demo.gif', rate_hz=12)


def test_a_picture_is_saved_with_its_colours(tmp_path):
    save_picture(BASE, tmp_path / 'a.png')
    np.testing.assert_array_equal(cv2.imread(str(tmp_path / 'a.png'))[:, :, ::-1], BASE)
    with pytest.raises(InputError, match='can not be written'):
        save_picture(BASE, tmp_path / 'nowhere' / 'a.png')
