# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Writing the videos of a LeRobot dataset: H.264 where there is an encoder for it, else MPEG-4."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import av
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType
from av.video.stream import VideoStream
import numpy as np
from numpy.typing import NDArray

from pi0_ros.types import InputError

PIXELS = 'yuv420p'
# In the order of preference; the options are hardly visible losses at sizes still small.
_ENCODERS = {'h264': {'crf': '18'}, 'mpeg4': {'qmin': '2', 'qmax': '3'}}
# A key frame at every second one, as LeRobot has it: any frame is soon decoded.
# Source: huggingface/lerobot, src/lerobot/configs/video.py.
_KEY_FRAMES = 2


class VideoWriter:
    """
    One file, a picture behind the other at a fixed rate.

    :param size: height and width, both even.
    :raises InputError: naming the file, if the size is odd.
    """

    def __init__(self, file: Path, fps: int, size: tuple[int, int]) -> None:
        if size[0] % 2 or size[1] % 2:
            raise InputError(f'{file}: pictures of {size[0]}x{size[1]}: expected even numbers')
        self.file, self._size = file, size
        self.count = 0
        name = find_encoder()
        self._container = av.open(str(file), 'w')
        stream = self._container.add_stream(name, rate=fps, options=_ENCODERS[name])
        assert isinstance(stream, VideoStream)
        self._stream: VideoStream = stream
        stream.height, stream.width = size
        stream.pix_fmt = PIXELS
        stream.codec_context.gop_size = _KEY_FRAMES
        stream.codec_context.max_b_frames = 0

    def write(self, picture: NDArray[np.uint8], *, key_frame: bool) -> None:
        """
        Append a picture, (h, w, 3) uint8 RGB.

        :param key_frame: whether an episode begins here.
        :raises InputError: if it has another size.
        """
        if picture.shape[:2] != self._size:
            raise InputError(
                f'{self.file}: a picture of {picture.shape[0]}x{picture.shape[1]} among those of '
                f'{self._size[0]}x{self._size[1]}'
            )
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format='rgb24')
        frame.pts = self.count
        if key_frame:
            frame.pict_type = PictureType.I
        self._container.mux(self._stream.encode(frame))
        self.count += 1

    def close(self) -> None:
        """Write what is left, and close the file."""
        try:
            self._container.mux(self._stream.encode(None))
        finally:
            self._container.close()


@lru_cache(maxsize=1)
def find_encoder() -> str:
    """
    Return the name of an encoder that works here.

    :raises InputError: if none does.
    """
    for name in _ENCODERS:
        try:
            context = av.CodecContext.create(name, 'w')
            assert isinstance(context, VideoCodecContext)
            context.width = context.height = 64
            context.pix_fmt, context.time_base = PIXELS, Fraction(1, 30)
            context.open()
        except (ValueError, av.error.FFmpegError):
            continue
        return name
    raise InputError(f'the installed av has no encoder of {" or ".join(_ENCODERS)} that works')
