# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The contact sheet: what the model sees in each slot, and how open it is told the grippers are.

The pictures are those that the policy's own conversions give, so a wrong rotation, a swapped
camera, blue for red or a gripper the wrong way round is there to be seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

import numpy as np
import torch

from pi0_ros.policy.images import to_unit_range
from pi0_ros.policy.preprocess import Encoded
from pi0_ros.preflight.observed import Picture
from pi0_ros.robots.parts import Slot
from pi0_ros.viz.canvas import (
    BACKGROUND,
    FAINT_INK,
    GRID,
    INK,
    PREDICTED,
    draw_text,
    fill_box,
    fit_text,
    paste,
)

SIDE_PX, MARGIN_PX, TITLE_PX, CAPTION_PX, BAR_PX = 320, 16, 44, 86, 26
TEXT_PX, SMALL_PX, TITLE_TEXT_PX = 11, 9, 13  # height of capital letters


@dataclass(frozen=True)
class Panel:
    """
    What stands in one slot.

    :param slot: the model's name.
    :param camera: the robot's, empty if none takes the slot.
    :param notes: lines about the picture; one, why there is none, if there is none.
    :param picture: as the model takes it, (S, S, 3) RGB.
    """

    slot: str
    camera: str
    notes: tuple[str, ...]
    picture: Picture | None


def panels(
    cameras: Mapping[str, str], encoded: Encoded, notes: Mapping[str, tuple[str, ...]]
) -> list[Panel]:
    """
    Return a panel for each of the model's slots.

    :param cameras: slot to camera, in the order of the encoded pictures.
    :param notes: lines about the picture of each camera that has sent one, by its name.
    """
    unit = to_unit_range(encoded.pixels).permute(0, 2, 3, 1)  # (C, S, S, 3) in [-1, 1]
    pixels = ((unit + 1.0) * 127.5).round().clamp(0, 255).to(torch.uint8)
    rows = dict(zip(cameras, pixels.numpy(), strict=True))
    slots = []
    for slot in get_args(Slot):
        camera = cameras.get(slot, '')
        if camera in notes:
            slots.append(Panel(slot, camera, notes[camera], rows[slot]))
        else:
            why = 'MISSING' if camera else 'no camera: masked'
            slots.append(Panel(slot, camera, (why,), None))
    return slots


def draw_sheet(title: str, slots: list[Panel], openings: Mapping[str, float]) -> Picture:
    """
    Draw the slots side by side, and the grippers below.

    :param openings: what the model is told of each gripper, 0 closed, 1 open.
    :return: (h, w, 3) uint8 RGB.
    """
    width = len(slots) * (SIDE_PX + MARGIN_PX) + MARGIN_PX
    height = TITLE_PX + SIDE_PX + CAPTION_PX + len(openings) * BAR_PX + MARGIN_PX
    sheet = np.empty((height, width, 3), np.uint8)
    sheet[:] = BACKGROUND
    text = fit_text(title, TITLE_TEXT_PX, width - 2 * MARGIN_PX, bold=True)
    draw_text(sheet, text, (MARGIN_PX, TITLE_PX - 14), TITLE_TEXT_PX, bold=True)
    for k, panel in enumerate(slots):
        _draw_panel(sheet, panel, MARGIN_PX + k * (SIDE_PX + MARGIN_PX))
    for k, (name, opening) in enumerate(openings.items()):
        _draw_gripper(sheet, name, opening, TITLE_PX + SIDE_PX + CAPTION_PX + k * BAR_PX)
    return sheet


def _draw_panel(sheet: Picture, panel: Panel, left: int) -> None:
    bottom = TITLE_PX + SIDE_PX
    if panel.picture is not None:
        paste(sheet, panel.picture, left, TITLE_PX, SIDE_PX)
    else:
        fill_box(sheet, left, TITLE_PX, left + SIDE_PX, bottom, GRID)
        middle = (left + SIDE_PX / 2, TITLE_PX + SIDE_PX / 2)
        color = PREDICTED if panel.camera else FAINT_INK
        draw_text(sheet, panel.notes[0], middle, TEXT_PX, color, bold=True, align=0.5)
    title = f'{panel.slot} <- {panel.camera}' if panel.camera else panel.slot
    title = fit_text(title, TEXT_PX, SIDE_PX, bold=True)
    draw_text(sheet, title, (left, bottom + 24), TEXT_PX, INK, bold=True)
    for k, note in enumerate(panel.notes if panel.picture is not None else ()):
        place = (left, bottom + 44 + 20 * k)
        draw_text(sheet, fit_text(note, SMALL_PX, SIDE_PX), place, SMALL_PX, FAINT_INK)


def _draw_gripper(sheet: Picture, name: str, opening: float, top: int) -> None:
    label = f'{name}: the model is told {opening:.0%} open'
    left, height = MARGIN_PX, BAR_PX - 12
    fill_box(sheet, left, top, left + SIDE_PX, top + height, GRID)
    filled = round(SIDE_PX * min(1.0, max(0.0, opening)))
    fill_box(sheet, left, top, left + filled, top + height, PREDICTED)
    draw_text(sheet, label, (left + SIDE_PX + MARGIN_PX, top + height - 2), TEXT_PX)
