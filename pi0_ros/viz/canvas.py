# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
A picture to draw on: text, lines and boxes in the colours of the project.

Everything is in pixels from the top left corner, colours are RGB. It knows nothing of robots.
"""

from __future__ import annotations

from functools import lru_cache
import unicodedata

import cv2
import numpy as np
from numpy.typing import NDArray

Color = tuple[int, int, int]
Picture = NDArray[np.uint8]  # (h, w, 3) RGB
Point = tuple[float, float]

BACKGROUND: Color = (250, 250, 248)
PANEL: Color = (255, 255, 255)
INK: Color = (32, 36, 42)
FAINT_INK: Color = (120, 126, 134)
GRID: Color = (226, 228, 231)
EXECUTED: Color = (31, 104, 190)  # blue
PREDICTED: Color = (240, 128, 24)  # orange
SEAM: Color = (150, 156, 164)

SUBPIXEL_BITS = 4
# Text is drawn this much larger and shrunk: OpenCV's stroke fonts look ragged at small sizes.
OVERSAMPLING = 4
CAP_HEIGHT = 21.0  # of FONT_HERSHEY_SIMPLEX at scale 1 [px]
# Parts of the cap height.
DESCENT, STROKE, STROKE_BOLD = 0.45, 0.125, 0.20


def plain_text(text: str) -> str:
    """Return the text in ASCII, which is all that OpenCV's fonts have; accents are dropped."""
    parts = unicodedata.normalize('NFKD', text)
    bare = ''.join(part for part in parts if not unicodedata.combining(part))
    ascii_text = bare.encode('ascii', 'replace').decode('ascii')
    return ''.join(letter if letter.isprintable() else ' ' for letter in ascii_text)


@lru_cache(maxsize=512)
def _text_mask(text: str, height: int, bold: bool) -> NDArray[np.float32]:
    """
    Draw text as coverage.

    :param height: of a capital letter [px].
    :return: coverage in [0, 1], (h, w, 1); the base line is DESCENT above the lower edge.
    """
    cap = height * OVERSAMPLING
    scale = cap / CAP_HEIGHT
    stroke = max(1, round(cap * (STROKE_BOLD if bold else STROKE)))
    (width, _), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, scale, stroke)
    margin, descent = round(cap * 0.25), round(cap * DESCENT)
    large = np.zeros((margin + cap + descent, width + 2 * margin), np.uint8)
    place = (margin, margin + cap)
    cv2.putText(large, text, place, cv2.FONT_HERSHEY_SIMPLEX, scale, 255, stroke, cv2.LINE_AA)
    size = (-(-large.shape[1] // OVERSAMPLING), -(-large.shape[0] // OVERSAMPLING))
    small = cv2.resize(large, size, interpolation=cv2.INTER_AREA)
    mask: NDArray[np.float32] = np.array(small[:, :, None] / np.float32(255), np.float32)
    mask.setflags(write=False)  # it is shared by all who ask for the same text
    return mask


def text_width(text: str, height: int, *, bold: bool = False) -> int:
    """Return how wide the text is [px]."""
    return int(_text_mask(plain_text(text), height, bold).shape[1])


def fit_text(text: str, height: int, width: float, *, bold: bool = False) -> str:
    """Return the text, its end replaced by dots where it is wider than the width [px]."""
    text = plain_text(text)
    if text_width(text, height, bold=bold) <= width:
        return text
    # Letters share a width closely enough that one estimate leaves few steps.
    keep = int(len(text) * width / text_width(text, height, bold=bold))
    while keep > 0 and text_width(f'{text[:keep]}...', height, bold=bold) > width:
        keep -= 1
    return f'{text[:keep].rstrip()}...'


def draw_text(
    picture: Picture,
    text: str,
    at: Point,
    height: int,
    color: Color = INK,
    *,
    bold: bool = False,
    align: float = 0.0,
) -> None:
    """
    Write text, cut where the picture ends.

    :param at: left end of the base line (x, y) [px].
    :param height: of a capital letter [px].
    :param align: 0 to begin at x, 0.5 to be centred there, 1 to end there.
    """
    mask = _text_mask(plain_text(text), height, bold)
    left = round(at[0] - align * mask.shape[1])
    top = round(at[1] - mask.shape[0] + height * DESCENT)
    rows = slice(max(0, top), max(0, min(picture.shape[0], top + mask.shape[0])))
    columns = slice(max(0, left), max(0, min(picture.shape[1], left + mask.shape[1])))
    under = picture[rows, columns]
    cover = mask[
        rows.start - top : rows.stop - top,
        columns.start - left : columns.stop - left,
    ]
    picture[rows, columns] = np.round(under + cover * (np.array(color, np.float32) - under))


def draw_line(
    picture: Picture, x: NDArray[np.float64], y: NDArray[np.float64], color: Color, width: int = 1
) -> None:
    """
    Join points by straight, smooth lines.

    :param x: (N,) [px].
    :param y: (N,) [px].
    """
    points = np.stack([x, y], axis=1) * (1 << SUBPIXEL_BITS)  # (N, 2)
    curve = np.round(points).astype(np.int32)[:, None]  # (N, 1, 2)
    cv2.polylines(picture, [curve], False, color, width, cv2.LINE_AA, SUBPIXEL_BITS)


def fill_box(picture: Picture, left: int, top: int, right: int, bottom: int, color: Color) -> None:
    """Fill a box; right and bottom are just outside it."""
    if right > left and bottom > top:
        cv2.rectangle(picture, (left, top), (right - 1, bottom - 1), color, cv2.FILLED)


def paste(picture: Picture, image: Picture, left: int, top: int, height: int) -> int:
    """
    Put an image into the picture.

    :param height: to scale it to [px].
    :return: how wide it has become [px].
    """
    width = round(int(image.shape[1]) * height / int(image.shape[0]))
    shrinks = height < image.shape[0]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    scaled = cv2.resize(image, (width, height), interpolation=how)
    width = min(width, int(picture.shape[1]) - left)
    picture[top : top + height, left : left + width] = scaled[:, :width]
    return width
