# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Any frame of a video is found by its time, in any order, however it was encoded."""

import importlib.util

import numpy as np
from numpy.testing import assert_array_equal
import pytest

if importlib.util.find_spec('pyarrow') is None or importlib.util.find_spec('av') is None:
    pytest.skip('pyarrow and av are not installed', allow_module_level=True)

import av
from lerobot_by_hand import FPS, write_video
import pyarrow as pa
import pyarrow.parquet as pq

from pi0_ros.train.lerobot import pictures as module
from pi0_ros.train.lerobot.pictures import EmbeddedPictures, VideoPictures
from pi0_ros.types import InputError

COUNT = 60
PICTURES = [np.full((32, 48, 3), 20 + 3 * t, np.uint8) for t in range(COUNT)]
TIMES_S = np.arange(COUNT) / FPS


def numbers_of(pictures, order):
    return [round((pictures[int(t)].mean() - 20) / 3) for t in order]


@pytest.mark.parametrize(
    ('codec', 'options'),
    [
        ('libx264', {'g': '2', 'bf': '0'}),
        ('libx264', {'g': '250', 'bf': '3'}),  # frames are stored in another order than shown
        ('libx264', {'g': '12', 'bf': '2', 'flags': '-cgop', 'x264-params': 'open-gop=1'}),
        ('mpeg4', {'g': '12', 'bf': '2', 'qmax': '3'}),
        ('libsvtav1', {'g': '2', 'crf': '20', 'preset': '12'}),  # LeRobot's own choice
    ],
    ids=['x264', 'x264-long', 'x264-open', 'mpeg4', 'av1'],
)
def test_frames_are_found_in_any_order(tmp_path, codec, options):
    try:
        av.codec.Codec(codec, 'w')
    except av.codec.codec.UnknownCodecError:
        pytest.skip(f'av has no {codec}')
    big = [np.repeat(np.repeat(one, 2, 0), 2, 1) for one in PICTURES]  # AV1 wants 64 pixels
    write_video(tmp_path / 'video.mp4', big, codec=codec, options=options)
    pictures = VideoPictures(tmp_path / 'video.mp4', TIMES_S)
    order = np.random.default_rng(0).permutation(COUNT)
    assert numbers_of(pictures, order) == order.tolist()
    assert numbers_of(pictures, range(COUNT)) == list(range(COUNT))
    assert_array_equal(pictures[7], pictures[7])


def test_going_forward_does_not_seek(tmp_path, monkeypatch):
    write_video(tmp_path / 'video.mp4', PICTURES, options={'crf': '10', 'g': '250'})
    seeks = []
    real = module.Video._seek
    monkeypatch.setattr(module.Video, '_seek', lambda self, t: (seeks.append(t), real(self, t)))
    numbers_of(VideoPictures(tmp_path / 'video.mp4', TIMES_S), range(0, COUNT, 2))
    assert seeks == [0.0]


def test_a_forked_process_opens_its_own(tmp_path, monkeypatch):
    write_video(tmp_path / 'video.mp4', PICTURES)
    pictures = VideoPictures(tmp_path / 'video.mp4', TIMES_S)
    opened = module._open_video.cache_info
    before = opened().misses
    numbers_of(pictures, [0, 1])
    assert opened().misses == before + 1
    monkeypatch.setattr(module.os, 'getpid', lambda: -1)
    numbers_of(pictures, [2])
    assert opened().misses == before + 2


def test_a_time_between_frames_is_refused(tmp_path):
    file = tmp_path / 'video.mp4'
    write_video(file, PICTURES)
    assert numbers_of(VideoPictures(file, TIMES_S + 0.9e-4), [3]) == [3]
    with pytest.raises(
        InputError, match=r'video.mp4: no frame at 0.3500 s, the next is at 0.4000'
    ):
        VideoPictures(file, TIMES_S[:9] + 0.05)[3]
    with pytest.raises(InputError, match=r'video.mp4: no frame at 5.9500 s, the video ends'):
        VideoPictures(file, TIMES_S + 0.05)[59]


def test_a_file_that_is_no_video_is_named(tmp_path):
    file = tmp_path / 'video.mp4'
    file.write_text('not a video')
    with pytest.raises(InputError, match=r'video.mp4'):
        VideoPictures(file, TIMES_S)


def test_a_spoilt_frame_is_named(tmp_path):
    """What was read before is right, and the rest is not taken for pictures."""
    file = tmp_path / 'video.mp4'
    write_video(file, PICTURES, options={'crf': '10', 'movflags': 'faststart'})
    pictures = VideoPictures(file, TIMES_S)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(InputError, match=r'video.mp4'):
        pictures[COUNT - 1]


@pytest.mark.parametrize(
    ('value', 'text'),
    [
        ({'bytes': b'no picture', 'path': 'x.png'}, 'row 1: not a picture'),
        ({'bytes': None, 'path': 'x.png'}, 'row 1: expected the bytes of a picture'),
        (None, 'row 1: expected the bytes of a picture'),
    ],
)
def test_embedded_pictures_that_are_none_are_named(tmp_path, value, text):
    file = tmp_path / 'file.parquet'
    pq.write_table(pa.table({'camera': pa.array([{'bytes': b'x', 'path': 'y'}, value])}), file)
    with pytest.raises(InputError, match=f'file.parquet: camera: {text}'):
        EmbeddedPictures(file, 'camera', np.array([1]))[0]
