# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Text and images land where they are put, whatever they hold."""

from __future__ import annotations

import numpy as np
import pytest

from pi0_ros.viz import canvas


def blank(height=60, width=200):
    return np.full((height, width, 3), 255, np.uint8)


def inked(picture):
    return np.argwhere((picture < 200).any(axis=2))


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        ('pick up', 'pick up'),
        ('café', 'cafe'),
        ('π0 läuft', '?0 lauft'),
        ('拾取\nred', '?? red'),
        ('', ''),
    ],
)
def test_text_is_made_ascii(text, expected):
    assert canvas.plain_text(text) == expected


def test_text_stands_on_its_base_line():
    picture = blank()
    canvas.draw_text(picture, 'HELLO', (20, 40), 16)
    rows, columns = inked(picture).T
    assert rows.max() == pytest.approx(40, abs=2)
    assert rows.min() == pytest.approx(40 - 16, abs=2)
    assert columns.min() == pytest.approx(24, abs=3)


def test_text_aligns_to_its_end():
    picture = blank()
    canvas.draw_text(picture, 'HELLO', (180, 40), 16, align=1.0)
    assert 160 < inked(picture)[:, 1].max() <= 180


@pytest.mark.parametrize('at', [(-30, 40), (190, 40), (20, 2), (20, 75), (500, 500), (-500, -9)])
def test_text_beyond_the_edge_is_cut(at):
    canvas.draw_text(blank(), 'HELLO', at, 16)


def test_long_text_is_shortened():
    text = 'pick up the red cube and put it into the tray'
    short = canvas.fit_text(text, 12, 150)
    assert canvas.text_width(short, 12) <= 150
    assert short.endswith('...')
    assert text.startswith(short[:-3])
    assert canvas.fit_text('red', 12, 150) == 'red'


def test_box_has_the_size_it_is_given():
    picture = blank()
    canvas.fill_box(picture, 10, 20, 13, 22, (0, 0, 0))
    assert len(inked(picture)) == 3 * 2
    canvas.fill_box(picture, 30, 20, 30, 22, (0, 0, 0))
    assert len(inked(picture)) == 3 * 2


def test_image_keeps_its_shape():
    picture = blank(60, 200)
    assert canvas.paste(picture, np.zeros((20, 30, 3), np.uint8), 5, 10, 40) == 60
    rows, columns = inked(picture).T
    assert (rows.min(), rows.max()) == (10, 49)
    assert (columns.min(), columns.max()) == (5, 64)
