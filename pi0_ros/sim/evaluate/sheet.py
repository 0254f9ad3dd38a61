# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The contact sheet: how trials ended, failures first, each with its sentence, seed and time."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from pi0_ros.sim.evaluate.trial import Outcome
from pi0_ros.viz.canvas import (
    BACKGROUND,
    EXECUTED,
    FAINT_INK,
    INK,
    PREDICTED,
    Color,
    Picture,
    draw_text,
    fill_box,
    fit_text,
)

SHRUNK_PX = (200, 200)  # (height, width) of a picture
COLUMNS, CELLS, FAILURES = 8, 48, 32  # at most that many cells, and among them failures
MARGIN_PX, CAPTION_PX, STRIPE_PX, TITLE_PX = 10, 44, 4, 40
TEXT_PX, TITLE_TEXT_PX = 7, 12  # height of capital letters


def shrink(picture: Picture) -> Picture:
    """Return a picture in the sheet's size."""
    height, width = SHRUNK_PX
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def draw_sheet(outcomes: Sequence[Outcome], title: str) -> Picture:
    """
    Draw trials that have a picture.

    :param title: stands above them.
    :return: (h, w, 3) uint8 RGB.
    """
    shown = choose(outcomes)
    rows = max(1, -(-len(shown) // COLUMNS))
    height, width = _cell_size()
    sheet = np.empty(
        (TITLE_PX + rows * height + MARGIN_PX, COLUMNS * width + MARGIN_PX, 3), np.uint8
    )
    sheet[:] = BACKGROUND
    draw_text(sheet, title, (MARGIN_PX, TITLE_PX - 12), TITLE_TEXT_PX, bold=True)
    for k, outcome in enumerate(shown):
        row, column = divmod(k, COLUMNS)
        _draw_cell(sheet, outcome, MARGIN_PX + column * width, TITLE_PX + row * height)
    return sheet


def choose(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Return what is shown: failures first, then successes, of every sentence alike."""
    pictured = [outcome for outcome in outcomes if outcome.picture is not None]
    failures = _evenly([o for o in pictured if not o.success], FAILURES)
    return failures + _evenly([o for o in pictured if o.success], CELLS - len(failures))


def _evenly(outcomes: list[Outcome], count: int) -> list[Outcome]:
    """Return so many at most, as far from each other in their order as possible."""
    if len(outcomes) <= count:
        return outcomes
    return [outcomes[k * len(outcomes) // count] for k in range(count)]


def _cell_size() -> tuple[int, int]:
    height, width = SHRUNK_PX
    return height + CAPTION_PX + MARGIN_PX, width + MARGIN_PX


def _draw_cell(sheet: Picture, outcome: Outcome, left: int, top: int) -> None:
    picture = outcome.picture
    assert picture is not None
    height, width = SHRUNK_PX
    sheet[top : top + height, left : left + width] = picture
    text, color = _verdict(outcome)
    fill_box(sheet, left, top + height, left + width, top + height + STRIPE_PX, color)
    line = top + height + STRIPE_PX + TEXT_PX + 6
    sentence = fit_text(outcome.trial.sentence, TEXT_PX, width)
    draw_text(sheet, sentence, (left, line), TEXT_PX, INK)
    facts = f'seed {outcome.trial.seed}  {outcome.time_s:.1f} s  {text}'
    draw_text(
        sheet, fit_text(facts, TEXT_PX, width), (left, line + TEXT_PX + 8), TEXT_PX, FAINT_INK
    )


def _verdict(outcome: Outcome) -> tuple[str, Color]:
    """Return how it ended in a few words, and their colour."""
    if outcome.success:
        return 'done', EXECUTED
    if outcome.wrong:
        return 'held another', PREDICTED
    return ('dropped' if outcome.picked else 'never held'), PREDICTED
