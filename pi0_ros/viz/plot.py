# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Plot joints over time: a strip for each joint, what was executed and what is predicted.

Now is a line near the right edge; to its left is the past, to its right the newest chunk. It takes
arrays and nanoseconds, and knows no clock.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pi0_ros.types import NS_PER_S, Chunk
from pi0_ros.viz import canvas
from pi0_ros.viz.canvas import Picture, draw_line, draw_text, fill_box

PAST_S, FUTURE_S = 6.0, 1.2
LABEL_PX, VALUE_PX, TITLE_PX, AXIS_PX = 92, 66, 26, 20
TEXT_PX = 8
SEAM_PX = 4
# A strip shows at least this much, so that noise does not look like motion.
LEAST_SPAN = {'rad': 0.6, 'm': 0.045}
HEADROOM = 0.12  # of the span, above and below


@dataclass(frozen=True)
class Strip:
    """
    One joint to be plotted.

    :param label: stands to the left.
    :param unit: 'rad' or 'm'.
    :param times_ns: of the executed positions, increasing [ns], (T,).
    :param positions: executed, (T,).
    :param chunk_times_ns: of the predicted positions [ns], (K,), empty if there are none.
    :param chunk_positions: predicted, (K,).
    """

    label: str
    unit: str
    times_ns: NDArray[np.int64]
    positions: NDArray[np.float64]
    chunk_times_ns: NDArray[np.int64]
    chunk_positions: NDArray[np.float64]

    def relabelled(self, label: str) -> Strip:
        """Return the same strip with another label."""
        return replace(self, label=label)


@dataclass(frozen=True)
class Box:
    """A part of the picture [px]; right and bottom are just outside it."""

    left: int
    top: int
    right: int
    bottom: int


def make_strips(
    names: tuple[str, ...],
    units: tuple[str, ...],
    times_ns: NDArray[np.int64],
    positions: NDArray[np.float64],
    chunk: Chunk | None,
    now_ns: int,
) -> dict[str, Strip]:
    """
    Return a strip for each joint, cut to what is in view.

    :param times_ns: of the executed positions [ns], (T,).
    :param positions: executed, (T, J).
    """
    past = (times_ns >= now_ns - int(PAST_S * NS_PER_S)) & (times_ns <= now_ns)
    strips = {}
    for j, (name, unit) in enumerate(zip(names, units, strict=True)):
        ahead_ns, ahead = _ahead(chunk, name, now_ns)
        strips[name] = Strip(name, unit, times_ns[past], positions[past, j], ahead_ns, ahead)
    return strips


def _ahead(
    chunk: Chunk | None, name: str, now_ns: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the part of the chunk that begins now, (K,) and (K,); nothing of an old chunk."""
    if chunk is None or name not in chunk.names or chunk.end_ns <= now_ns:
        return np.empty(0, np.int64), np.empty(0)
    times_ns = chunk.stamp_ns + chunk.times_ns
    positions = chunk.positions[:, chunk.names.index(name)]
    begin_ns = max(now_ns, int(times_ns[0]))
    shown = (times_ns > begin_ns) & (times_ns <= now_ns + int(FUTURE_S * NS_PER_S))
    # Interpolated in whole nanoseconds from the stamp, where floats are still exact.
    begin = np.interp(begin_ns - chunk.stamp_ns, chunk.times_ns, positions)
    return np.r_[begin_ns, times_ns[shown]], np.r_[begin, positions[shown]]


def draw_plot(
    picture: Picture,
    box: Box,
    title: str,
    strips: list[Strip],
    seams_ns: NDArray[np.int64],
    now_ns: int,
) -> None:
    """
    Draw the strips below each other over one time axis.

    :param seams_ns: when one chunk followed another [ns], (S,).
    """
    fill_box(picture, box.left, box.top, box.right, box.bottom, canvas.PANEL)
    draw_text(picture, title, (box.left + 8, box.top + 18), 10, bold=True)
    plot = Box(box.left + LABEL_PX, box.top + TITLE_PX, box.right - VALUE_PX, box.bottom - AXIS_PX)
    _draw_axis(picture, plot)
    edges = np.linspace(plot.top, plot.bottom, len(strips) + 1).round().astype(int)
    for strip, top, bottom in zip(strips, edges[:-1], edges[1:], strict=True):
        _draw_strip(picture, Box(plot.left, int(top), plot.right, int(bottom)), strip, now_ns)
    _draw_seams(picture, plot, edges, seams_ns, now_ns)


def _to_x(plot: Box, age_ns: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return where on the time axis something is [px]; age is time minus now."""
    share = (age_ns / NS_PER_S + PAST_S) / (PAST_S + FUTURE_S)
    return plot.left + share * (plot.right - plot.left)


def _draw_axis(picture: Picture, plot: Box) -> None:
    for second in range(-int(PAST_S), int(FUTURE_S) + 1):
        x = round(float(_to_x(plot, np.int64(second * NS_PER_S))))
        fill_box(picture, x, plot.top, x + 1, plot.bottom, canvas.GRID)
        label = 'now' if second == 0 else f'{second:+d} s'
        color = canvas.INK if second == 0 else canvas.FAINT_INK
        draw_text(picture, label, (x, plot.bottom + 14), TEXT_PX, color, align=0.5)
    x = round(float(_to_x(plot, np.int64(0))))
    fill_box(picture, x, plot.top, x + 1, plot.bottom, canvas.INK)


def _draw_strip(picture: Picture, box: Box, strip: Strip, now_ns: int) -> None:
    fill_box(picture, box.left, box.bottom - 1, box.right, box.bottom, canvas.GRID)
    base = (box.top + box.bottom + TEXT_PX) // 2
    label = canvas.fit_text(strip.label, TEXT_PX, LABEL_PX - 14)
    draw_text(picture, label, (box.left - 6, base), TEXT_PX, canvas.FAINT_INK, align=1.0)
    middle, span = _range(strip)
    for times_ns, values, color, width in (
        (strip.chunk_times_ns, strip.chunk_positions, canvas.PREDICTED, 1),
        (strip.times_ns, strip.positions, canvas.EXECUTED, 2),
    ):
        if len(values) > 1:
            share = 0.5 - (values - middle) / span  # 0 at the top
            y = box.top + share * (box.bottom - box.top)
            draw_line(picture, _to_x(box, times_ns - now_ns), y, color, width)
    if len(strip.positions):
        digits = 3 if strip.unit == 'm' else 2
        rounded = round(float(strip.positions[-1]), digits) + 0.0  # which turns -0.0 into 0.0
        value = f'{rounded:+.{digits}f} {strip.unit}'
        draw_text(picture, value, (box.right + VALUE_PX - 6, base), TEXT_PX, align=1.0)


def _range(strip: Strip) -> tuple[float, float]:
    """Return middle and height of the values that the strip shows."""
    values = np.r_[strip.positions, strip.chunk_positions]
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 0.0)
    span = max(LEAST_SPAN.get(strip.unit, 0.0), high - low)
    return (low + high) / 2, span * (1 + 2 * HEADROOM)


def _draw_seams(
    picture: Picture,
    plot: Box,
    edges: NDArray[np.int64],
    seams_ns: NDArray[np.int64],
    now_ns: int,
) -> None:
    """Mark on the lower edge of every strip when one chunk followed another."""
    ages_ns = seams_ns - now_ns
    shown = ages_ns[(ages_ns >= -int(PAST_S * NS_PER_S)) & (ages_ns <= 0)]
    for x in _to_x(plot, shown).round().astype(int):
        for bottom in edges[1:]:
            fill_box(picture, x, int(bottom) - SEAM_PX, x + 1, int(bottom), canvas.SEAM)
