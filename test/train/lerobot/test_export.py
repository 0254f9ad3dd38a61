# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Episodes come back from a LeRobot dataset as they went in, and training takes it."""

from dataclasses import replace
import importlib.util
import json
from pathlib import Path

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal
import pytest

if importlib.util.find_spec('pyarrow') is None or importlib.util.find_spec('av') is None:
    pytest.skip('pyarrow and av are not installed', allow_module_level=True)

import av
import lerobot_by_hand as by_hand
from lerobot_by_hand import LENGTHS, NAMES, TASK_OF, TASKS, numbers, picture
import pyarrow.parquet as pq

from pi0_ros.robots.spec import load_robot
from pi0_ros.train.__main__ import main as train_main
from pi0_ros.train.episode import Episode, EpisodeExamples
from pi0_ros.train.export_lerobot import export, main
from pi0_ros.train.lerobot import video
from pi0_ros.train.lerobot.dataset import open_lerobot
from pi0_ros.train.lerobot.files import DataFiles, VideoFiles
from pi0_ros.train.run import Job, train
from pi0_ros.train.settings import TrainSettings
from pi0_ros.types import InputError

BOTH = pytest.mark.parametrize('version', ['v2.1', 'v3.0'])
# The pictures are smooth and greyish, so what is left of the error is 8-bit YUV of reduced range
# (2 levels) and the quantiser at crf 18. The brightness of neighbouring ones differs by 4.
CODEC_ERROR = 3.5
UNTRAINED = Path(__file__).parents[3] / 'checkpoints' / 'untrained'


@pytest.fixture(scope='module')
def robot_file(tmp_path_factory):
    file = tmp_path_factory.mktemp('robot') / 'small.yaml'
    file.write_text(by_hand.ROBOT)
    return file


@pytest.fixture(scope='module')
def robot(robot_file):
    return load_robot(robot_file)


def make_episode(i, cameras=('top', 'wrist')):
    length = LENGTHS[i]
    return Episode(
        name=f'episode {i}',
        prompt=TASKS[TASK_OF[i]],
        stamps_ns=5_000_000_000 + 100_000_000 * np.arange(length),
        positions=numbers('observation.state', i),
        targets=numbers('action', i),
        pictures={camera: [picture(camera, i, t) for t in range(length)] for camera in cameras},
    )


@pytest.fixture(scope='module')
def examples(robot):
    return EpisodeExamples([make_episode(i) for i in range(3)], robot, 4)


def check_same(folder, robot, examples):
    found = open_lerobot(folder, robot, 4).episodes
    assert len(found) == len(examples.episodes)
    for ours, theirs in zip(examples.episodes, found, strict=True):
        assert_array_equal(theirs.positions, ours.positions)
        assert_array_equal(theirs.targets, ours.targets)
        assert_array_equal(theirs.stamps_ns, ours.stamps_ns - ours.stamps_ns[0])
        assert theirs.prompt == ours.prompt
        for camera, pictures in ours.pictures.items():
            for t, expected in enumerate(pictures):
                error = np.abs(theirs.pictures[camera][t].astype(float) - expected)
                assert error.mean() < CODEC_ERROR


@BOTH
def test_episodes_come_back(robot, examples, version, tmp_path):
    export(examples, tmp_path / 'new' / 'set', robot, version)
    check_same(tmp_path / 'new' / 'set', robot, examples)
    assert [file.name for file in (tmp_path / 'new').iterdir()] == ['set']


def test_full_files_are_followed_by_others(robot, examples, tmp_path, monkeypatch):
    monkeypatch.setattr(DataFiles, 'limit_mb', 0)
    monkeypatch.setattr(VideoFiles, 'limit_mb', 0)
    export(examples, tmp_path / 'set', robot)
    assert len(list((tmp_path / 'set' / 'data').rglob('*.parquet'))) == 3
    assert len(list((tmp_path / 'set' / 'videos').rglob('*.mp4'))) == 6
    check_same(tmp_path / 'set', robot, examples)


def test_without_h264_it_is_mpeg4(robot, examples, tmp_path, monkeypatch):
    real = av.CodecContext.create

    def create(name, mode):
        if name == 'h264':
            raise av.codec.codec.UnknownCodecError(name)
        return real(name, mode)

    video.find_encoder.cache_clear()
    monkeypatch.setattr(video.av, 'CodecContext', type('Fake', (), {'create': create}))
    monkeypatch.setattr(video, 'VideoCodecContext', object)
    try:
        export(examples, tmp_path / 'set', robot)
    finally:
        video.find_encoder.cache_clear()
    check_same(tmp_path / 'set', robot, examples)
    info = json.loads((tmp_path / 'set' / 'meta' / 'info.json').read_text())
    assert info['features']['observation.images.top']['info']['video.codec'] == 'mpeg4'


@BOTH
def test_descriptions_hold_what_lerobot_reads(robot, examples, version, tmp_path):
    export(examples, tmp_path / 'set', robot, version)
    meta = tmp_path / 'set' / 'meta'
    info = json.loads((meta / 'info.json').read_text())
    totals = {key: value for key, value in info.items() if key.startswith('total_')}
    expected = {'total_episodes': 3, 'total_frames': 21, 'total_tasks': 2}
    if version == 'v2.1':
        expected |= {'total_videos': 6, 'total_chunks': 1}
    assert totals == expected
    assert info['features']['action'] == {'dtype': 'float32', 'shape': [3], 'names': NAMES}
    assert info['features']['observation.images.wrist']['info']['video.codec'] == 'h264'
    if version == 'v2.1':
        lines = (meta / 'episodes_stats.jsonl').read_text().splitlines()
        stats = [json.loads(line)['stats'] for line in lines]
        assert_allclose(stats[1]['action']['mean'], numbers('action', 1).mean(axis=0))
        return
    rows = pq.read_table(meta / 'episodes').to_pylist()
    assert [row['dataset_from_index'] for row in rows] == [0, 7, 12]
    assert [row['dataset_to_index'] for row in rows] == [7, 12, 21]
    assert [row['videos/observation.images.top/from_timestamp'] for row in rows] == [0, 0.7, 1.2]
    assert_allclose(rows[1]['stats/action/max'], numbers('action', 1)[-1])
    tasks = pq.read_table(meta / 'tasks.parquet')
    assert json.loads(tasks.schema.metadata[b'pandas'])['index_columns'] == ['task']
    stats = json.loads((meta / 'stats.json').read_text())
    every = np.concatenate([numbers('action', i) for i in range(3)])
    assert_allclose(stats['action']['mean'], every.mean(axis=0))
    assert_allclose(stats['action']['std'], every.std(axis=0))
    assert stats['action']['count'] == [21]
    top = [picture('top', i, t) / 255 for i in range(3) for t in range(LENGTHS[i])]
    colours = np.concatenate([one.reshape(-1, 3) for one in top])
    assert_allclose(np.ravel(stats['observation.images.top']['mean']), colours.mean(axis=0))
    assert_allclose(np.ravel(stats['observation.images.top']['std']), colours.std(axis=0))


def test_what_can_not_be_exported_is_named(robot, examples, tmp_path):
    (tmp_path / 'set').mkdir()
    with pytest.raises(InputError, match='set: exists already'):
        export(examples, tmp_path / 'set', robot)
    with pytest.raises(InputError, match=r'rate_hz: LeRobot knows whole numbers only, not 12.5'):
        export(examples, tmp_path / 'new', replace(robot, rate_hz=12.5))
    mixed = EpisodeExamples([make_episode(0), make_episode(1, ['top'])], robot, 4)
    with pytest.raises(InputError, match='episode 1: cameras: expected those of the first'):
        export(mixed, tmp_path / 'new', robot)
    for change, text in (
        (lambda one: one[:-2], 'top.*: a picture of 30x48 among those of 32x48'),
        (lambda one: one[:-1], 'top.*: a picture of 31x48'),
    ):
        odd = make_episode(1)
        odd = replace(
            odd, pictures={**odd.pictures, 'top': list(map(change, odd.pictures['top']))}
        )
        with pytest.raises(InputError, match=text):
            export(EpisodeExamples([make_episode(0), odd], robot, 4), tmp_path / 'new', robot)
    with pytest.raises(InputError, match='31x48: expected even numbers'):
        export(EpisodeExamples([odd], robot, 4), tmp_path / 'new', robot)
    assert [file.name for file in tmp_path.iterdir()] == ['set']


def test_command_line_turns_one_version_into_the_other(robot, robot_file, tmp_path, capsys):
    old = by_hand.write_v21(tmp_path / 'old', dtype='image')
    order = [str(old), str(tmp_path / 'new'), '--robot', str(robot_file)]
    assert main(order) == 0
    check_same(tmp_path / 'new', robot, open_lerobot(old, robot, 4))
    assert main(order) == 1
    assert 'new: exists already' in capsys.readouterr().err
    assert main([str(tmp_path), str(tmp_path / 'no'), '--robot', str(robot_file)]) == 1
    assert 'or demonstrations.json' in capsys.readouterr().err


def test_a_policy_is_trained_on_it(robot_file, tmp_path):
    data = by_hand.write_v30(tmp_path / 'data', cameras=('wrist',))
    output = tmp_path / 'output'
    settings = TrainSettings(steps=2, batch_size=2)
    cameras = {'top': 'observation.images.wrist'}
    train(Job(robot_file, (data,), UNTRAINED, output, settings, 'cpu', cameras=cameras))
    assert (output / 'model.safetensors').is_file()
    losses = (output / 'curve.csv').read_text().splitlines()[1:]
    assert len(losses) >= 1
    assert all(np.isfinite(float(value)) for line in losses for value in line.split(','))


def test_cameras_are_named_on_the_command_line(robot_file, tmp_path, capsys):
    data = by_hand.write_v30(tmp_path / 'data', cameras=('wrist',))
    order = ['--robot', str(robot_file), '--data', str(data), '--start', str(UNTRAINED),
             '--output', str(tmp_path / 'output')]  # fmt: skip
    assert train_main([*order, '--cameras', 'top=observation.images.side']) == 1
    assert 'images.side: no such pictures for camera top' in capsys.readouterr().err
    with pytest.raises(SystemExit):
        train_main([*order, '--cameras', 'top'])
    assert 'expected NAME=KEY' in capsys.readouterr().err
