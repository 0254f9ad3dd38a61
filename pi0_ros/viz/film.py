# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Frames and films of a robot at work: cameras, the sentence, the executor's state, and the joints.

draw_frame is a pure function from a Frame to a picture; Film writes pictures to a video, and
save_picture one of them to a file. It knows no ROS and no clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import cv2
import numpy as np
from numpy.typing import NDArray

from pi0_ros.types import Chunk, InputError, finite_array
from pi0_ros.viz import canvas
from pi0_ros.viz.canvas import Picture, draw_text, fill_box
from pi0_ros.viz.plot import Box, Strip, draw_plot, make_strips

SIZE = (720, 1280)  # (height, width) [px]
MARGIN_PX, HEADER_PX, CAMERAS_PX, CAPTION_PX = 16, 56, 340, 22
STATUS_PX = 250  # least width of the panel beside the cameras
STATUS_LINE_PX = 44

# VP8 plays in browsers, and not every OpenCV can write it; MPEG-4 costs a tenth as much to write.
CODECS = {'.webm': 'VP80', '.mp4': 'mp4v'}


@dataclass(frozen=True)
class Frame:
    """
    All that one picture shows.

    :param now_ns: time of the picture [ns].
    :param images: camera name to picture, (h, w, 3) uint8 RGB.
    :param command: the sentence that the robot follows.
    :param names: joint names, length J; the prefixes left_ and right_ part them into arms.
    :param units: of each joint, 'rad' or 'm', length J.
    :param times_ns: of the executed positions, increasing [ns], (T,).
    :param positions: executed, (T, J).
    :param chunk: the newest prediction, if there is one.
    :param seams_ns: when one chunk followed another [ns], (S,).
    :param status: lines of what to what, such as state to RUNNING.
    :raises InputError: if shapes don't agree or a position is not finite.
    """

    now_ns: int
    images: Mapping[str, NDArray[np.uint8]]
    command: str
    names: tuple[str, ...]
    units: tuple[str, ...]
    times_ns: NDArray[np.int64]
    positions: NDArray[np.float64]
    chunk: Chunk | None
    seams_ns: NDArray[np.int64]
    status: Mapping[str, str]

    def __post_init__(self) -> None:
        """Check."""
        shape = (len(self.times_ns), len(self.names))
        finite_array(self.positions, shape, 'executed positions', self.names)
        if len(self.units) != len(self.names):
            raise InputError(f'frame: {len(self.units)} units for {len(self.names)} joints')
        for name, image in self.images.items():
            if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
                found = f'{image.dtype} {image.shape}'
                raise InputError(f'frame: camera {name} is {found}, expected uint8 (h, w, 3)')


def draw_frame(frame: Frame, size: tuple[int, int] = SIZE) -> Picture:
    """
    Draw one picture of the film.

    :param size: (height, width) [px].
    :return: (height, width, 3) uint8 RGB.
    """
    picture = np.empty((*size, 3), np.uint8)
    fill_box(picture, 0, 0, size[1], size[0], canvas.BACKGROUND)
    right = size[1] - MARGIN_PX
    _draw_header(picture, frame.command)
    used = _draw_cameras(picture, frame.images)
    _draw_status(picture, Box(used, HEADER_PX, right, HEADER_PX + CAMERAS_PX), frame.status)
    top = HEADER_PX + CAMERAS_PX + CAPTION_PX + MARGIN_PX // 2
    _draw_arms(picture, Box(MARGIN_PX, top, right, size[0] - MARGIN_PX), frame)
    return picture


def _draw_header(picture: Picture, command: str) -> None:
    width = picture.shape[1] - 2 * MARGIN_PX
    sentence = f'"{command}"' if command else 'no command yet'
    text = canvas.fit_text(sentence, 18, width, bold=True)
    color = canvas.INK if command else canvas.FAINT_INK
    draw_text(picture, text, (MARGIN_PX - 4, 38), 18, color, bold=True)


def _draw_cameras(picture: Picture, images: Mapping[str, NDArray[np.uint8]]) -> int:
    """Put the cameras side by side; return where the free space begins [px]."""
    left = MARGIN_PX
    room = picture.shape[1] - 2 * MARGIN_PX - STATUS_PX - len(images) * MARGIN_PX
    ratios = sum(image.shape[1] / image.shape[0] for image in images.values())
    height = min(CAMERAS_PX, int(room / ratios)) if ratios else CAMERAS_PX
    for name, image in images.items():
        width = canvas.paste(picture, image, left, HEADER_PX, height)
        caption = canvas.fit_text(name, 9, width)
        draw_text(picture, caption, (left - 2, HEADER_PX + height + 15), 9, canvas.FAINT_INK)
        left += width + MARGIN_PX
    return left


def _draw_status(picture: Picture, box: Box, status: Mapping[str, str]) -> None:
    """Write as many of the lines as there is room for, and the legend below."""
    fill_box(picture, box.left, box.top, box.right, box.bottom, canvas.PANEL)
    x, y = box.left + 10, box.top + 28
    room = (box.bottom - 40 - y) // STATUS_LINE_PX
    for what, text in list(status.items())[:room]:
        draw_text(picture, what, (x, y), 8, canvas.FAINT_INK)
        line = canvas.fit_text(text, 10, box.right - x - 10)
        draw_text(picture, line, (x, y + 20), 10)
        y += STATUS_LINE_PX
    _draw_legend(picture, x, box.bottom - 18)


def _draw_legend(picture: Picture, x: int, y: int) -> None:
    for label, color, height in (
        ('executed', canvas.EXECUTED, 2),
        ('predicted', canvas.PREDICTED, 2),
        ('seam', canvas.SEAM, 8),
    ):
        wide = 18 if height == 2 else 2
        fill_box(picture, x + 4, y - 4 - height // 2, x + 4 + wide, y - 4 + height // 2, color)
        x += 4 + wide
        draw_text(picture, label, (x + 2, y), 8, canvas.FAINT_INK)
        x += canvas.text_width(label, 8) + 8


def _draw_arms(picture: Picture, box: Box, frame: Frame) -> None:
    """Draw a plot for each arm, side by side."""
    strips = make_strips(
        frame.names, frame.units, frame.times_ns, frame.positions, frame.chunk, frame.now_ns
    )
    arms = _part_arms(strips)
    step = (box.right - box.left + MARGIN_PX) // max(1, len(arms))
    for k, (title, members) in enumerate(arms.items()):
        left = box.left + k * step
        part = Box(left, box.top, left + step - MARGIN_PX, box.bottom)
        draw_plot(picture, part, title, members, frame.seams_ns, frame.now_ns)


def _part_arms(strips: Mapping[str, Strip]) -> dict[str, list[Strip]]:
    """Return title of a plot to its strips, by the side that the joint's name begins with."""
    arms: dict[str, list[Strip]] = {}
    for name, strip in strips.items():
        side, _, joint = name.partition('_')
        if side in {'left', 'right'} and joint:
            arms.setdefault(f'{side} arm', []).append(strip.relabelled(joint))
        else:
            arms.setdefault('joints', []).append(strip)
    return arms


def save_picture(picture: Picture, path: Path) -> None:
    """
    Write a picture to a file, its kind by the suffix.

    :param picture: (h, w, 3) uint8 RGB.
    :raises InputError: if it can't be written.
    """
    if not path.parent.is_dir() or not cv2.imwrite(str(path), picture[:, :, ::-1]):
        raise InputError(f'{path}: the picture can not be written there')


class Film:
    """
    A video file that grows by one picture at a time.

    :param path: where to write. The suffix tells the kind: .webm (VP8) or .mp4 (MPEG-4 part 2);
        where OpenCV can't write that one it becomes the other, and the attribute path says so.
    :param rate_hz: pictures in a second of the film.
    :param size: of every picture, (height, width) [px].
    :raises InputError: if the suffix is another one, or no file can be written there.
    """

    def __init__(self, path: Path, rate_hz: float, size: tuple[int, int] = SIZE) -> None:
        self.size = size
        self.count = 0
        if path.suffix not in CODECS:
            raise InputError(f'{path}: expected a suffix out of {", ".join(CODECS)}')
        for suffix in sorted(CODECS, key=lambda suffix: suffix != path.suffix):
            self.path = path.with_suffix(suffix)
            kind = cv2.VideoWriter.fourcc(*CODECS[suffix])
            self._writer = cv2.VideoWriter(str(self.path), kind, rate_hz, size[::-1])
            if self._writer.isOpened():
                return
        raise InputError(f'{path}: no film can be written there')

    def write(self, picture: Picture) -> None:
        """
        Add a picture.

        :param picture: (h, w, 3) uint8 RGB.
        :raises InputError: if it has another size than the film, which OpenCV would leave out.
        """
        if picture.shape[:2] != self.size:
            raise InputError(f'film: the picture is {picture.shape[:2]}, expected {self.size}')
        self._writer.write(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
        self.count += 1

    def close(self) -> None:
        """Finish the file."""
        self._writer.release()

    def __enter__(self) -> Film:
        """Return the film."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish the file."""
        self.close()
