# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Strips hold what is in view, and the chunk begins exactly now."""

from __future__ import annotations

import numpy as np
import pytest

from pi0_ros.types import NS_PER_S, Chunk
from pi0_ros.viz import canvas
from pi0_ros.viz.plot import Box, draw_plot, make_strips

NOW_NS = 1_700_000_000 * NS_PER_S  # of today's size: floats are too coarse for it
NAMES = ('left_waist', 'left_gripper')
BOX = Box(0, 0, 500, 200)


def strips_at(now_ns, chunk=None):
    times_ns = NOW_NS + np.arange(-10 * NS_PER_S, 1, NS_PER_S // 10)
    positions = np.stack([np.sin(np.arange(101)), np.full(101, 0.03)], axis=1)
    return make_strips(NAMES, ('rad', 'm'), times_ns, positions, chunk, now_ns)


def ramp(stamp_ns):
    """Return a chunk of one second whose gripper equals its age in seconds."""
    age_s = np.linspace(0, 1, 11)
    times_ns = (age_s * NS_PER_S).astype(np.int64)
    return Chunk(stamp_ns, ('left_gripper', 'tail'), times_ns, np.stack([age_s, age_s], axis=1))


def pixels_of(picture, color):
    return int((np.abs(picture.astype(int) - color).max(axis=2) < 30).sum())


def test_the_past_is_cut_to_six_seconds():
    times_ns = strips_at(NOW_NS)['left_waist'].times_ns
    assert times_ns[0] == NOW_NS - 6 * NS_PER_S
    assert times_ns[-1] == NOW_NS


def test_the_chunk_begins_now_and_is_found_by_name():
    strips = strips_at(NOW_NS, ramp(NOW_NS - 250_000_000))
    strip = strips['left_gripper']
    assert strip.chunk_times_ns[0] == NOW_NS
    assert strip.chunk_times_ns[-1] == NOW_NS + 750_000_000
    np.testing.assert_allclose(strip.chunk_positions[:2], [0.25, 0.3], atol=1e-9)
    assert strips['left_waist'].chunk_times_ns.size == 0


@pytest.mark.parametrize('age_ns', [NS_PER_S, 5 * NS_PER_S])
def test_nothing_is_shown_of_an_old_chunk(age_ns):
    assert strips_at(NOW_NS, ramp(NOW_NS - age_ns))['left_gripper'].chunk_times_ns.size == 0


def draw(strips, seams_ns=()):
    picture = np.zeros((200, 500, 3), np.uint8)
    draw_plot(picture, BOX, 'arm', list(strips.values()), np.array(seams_ns, np.int64), NOW_NS)
    return picture


def test_lines_have_their_colours():
    assert pixels_of(draw(strips_at(NOW_NS)), canvas.EXECUTED) > 300
    assert pixels_of(draw(strips_at(NOW_NS)), canvas.PREDICTED) == 0
    assert pixels_of(draw(strips_at(NOW_NS, ramp(NOW_NS))), canvas.PREDICTED) > 30


def test_only_seams_in_view_are_ticked():
    bare = draw(strips_at(NOW_NS))
    unseen = draw(strips_at(NOW_NS), [NOW_NS - 7 * NS_PER_S, NOW_NS + 1])
    np.testing.assert_array_equal(bare, unseen)
    ticked = draw(strips_at(NOW_NS), [NOW_NS - 1_500_000_000])
    rows, columns = np.argwhere((bare != ticked).any(axis=2)).T
    assert len(set(columns)) == 1
    assert len(set(rows)) == 2 * 4  # one tick of four pixels in each strip


def test_a_plot_without_history_is_drawn():
    empty = make_strips(NAMES, ('rad', 'm'), np.empty(0, np.int64), np.empty((0, 2)), None, 0)
    assert pixels_of(draw(empty), canvas.EXECUTED) == 0
