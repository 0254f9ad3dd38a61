# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A LeRobot dataset becomes the robot's episodes, and what doesn't fit is named."""

from dataclasses import replace
import importlib.util
import json
import shutil

import numpy as np
from numpy.testing import assert_array_equal
import pytest

if importlib.util.find_spec('pyarrow') is None or importlib.util.find_spec('av') is None:
    pytest.skip('pyarrow and av are not installed', allow_module_level=True)

import lerobot_by_hand as by_hand
from lerobot_by_hand import LENGTHS, NAMES, TASK_OF, TASKS, WRITE, numbers, picture, table
import pyarrow as pa
import pyarrow.parquet as pq

from pi0_ros.robots.spec import load_robot
from pi0_ros.train.lerobot.dataset import open_lerobot
from pi0_ros.train.sources import open_examples
from pi0_ros.types import InputError

BOTH = pytest.mark.parametrize('version', WRITE)
# The pictures are smooth and greyish: what is left is 8-bit YUV of reduced range (2 levels) and
# x264's quantiser at crf 10. The brightness of neighbouring ones differs by 4.
CODEC_ERROR = 3.0


@pytest.fixture(scope='module')
def robot(tmp_path_factory):
    file = tmp_path_factory.mktemp('robot') / 'small.yaml'
    file.write_text(by_hand.ROBOT)
    return load_robot(file)


@pytest.fixture(scope='module')
def originals(tmp_path_factory):
    folder = tmp_path_factory.mktemp('lerobot')
    return {version: write(folder / version) for version, write in WRITE.items()}


@pytest.fixture
def dataset(originals, version, tmp_path):
    """A dataset to be spoilt."""
    return shutil.copytree(originals[version], tmp_path / 'copy')


def mean_error(found, camera, episode, t):
    return np.abs(found.astype(float) - picture(camera, episode, t)).mean()


def change_info(folder, change):
    file = folder / 'meta' / 'info.json'
    info = json.loads(file.read_text())
    change(info)
    file.write_text(json.dumps(info))


def change_rows(folder, version, column, change, *, episode=1):
    """Change a column of an episode's file; its first row of the episode is given."""
    name = 'chunk-000/episode_000001' if version == 'v2.1' else 'chunk-000/file-000'
    file = folder / 'data' / f'{name}.parquet'
    rows = pq.read_table(file)
    values = rows.column(column).to_pylist()
    change(values, rows.column('episode_index').to_pylist().index(episode))
    place = rows.column_names.index(column)
    pq.write_table(rows.set_column(place, column, pa.array(values)), file)


@BOTH
def test_episodes_hold_what_was_written(originals, version, robot):
    examples = open_examples(originals[version], robot, 4)
    assert [len(episode) for episode in examples.episodes] == list(LENGTHS)
    for i, episode in enumerate(examples.episodes):
        assert_array_equal(episode.positions, numbers('observation.state', i))
        assert_array_equal(episode.targets, numbers('action', i))
        assert episode.prompt == TASKS[TASK_OF[i]]
        assert_array_equal(np.diff(episode.stamps_ns), 100_000_000)
        for camera in ('top', 'wrist'):
            for t in (*range(LENGTHS[i]), 2, 0):
                assert mean_error(episode.pictures[camera][t], camera, i, t) < CODEC_ERROR
    last = examples[len(examples) - 1]
    assert_array_equal(last.targets, np.tile(numbers('action', 2)[-1], (4, 1)))


@BOTH
def test_pictures_in_parquet_are_exact(version, robot, tmp_path):
    folder = WRITE[version](tmp_path / 'set', dtype='image')
    episodes = open_lerobot(folder, robot, 4).episodes
    for i, t, camera in ((0, 0, 'top'), (1, 4, 'wrist'), (2, 8, 'top'), (1, 0, 'top')):
        assert_array_equal(episodes[i].pictures[camera][t], picture(camera, i, t))


@pytest.mark.parametrize(
    'wrap',
    [list, lambda names: {'motors': names}, lambda names: [names]],
    ids=['list', 'motors', 'nested'],
)
def test_joints_are_matched_by_name(robot, tmp_path, wrap):
    order = ['gripper', 'waist', 'elbow']
    folder = by_hand.write_v21(tmp_path / 'set', cameras=('top',), names=wrap(order))
    episode = open_lerobot(folder, robot, 4).episodes[0]
    columns = [order.index(name) for name in NAMES]
    assert_array_equal(episode.positions, numbers('observation.state', 0)[:, columns])
    assert_array_equal(episode.targets, numbers('action', 0)[:, columns])


def test_joints_without_names_go_by_place_and_it_is_said(robot, tmp_path, caplog):
    folder = by_hand.write_v21(tmp_path / 'set', cameras=('top',), names=None)
    episode = open_lerobot(folder, robot, 4).episodes[0]
    assert_array_equal(episode.positions, numbers('observation.state', 0))
    assert 'action: no names of joints; taken in the order of robot small' in caplog.text


def test_cameras_are_mapped_masked_or_unused(robot, tmp_path, caplog):
    folder = by_hand.write_v21(tmp_path / 'set', cameras=('top', 'wrist'))
    mapped = open_lerobot(folder, robot, 4, {'top': 'observation.images.wrist'}).episodes[0]
    assert mean_error(mapped.pictures['top'][3], 'wrist', 0, 3) < CODEC_ERROR
    few = replace(robot, cameras={'top': robot.cameras['top'], 'far': robot.cameras['wrist']})
    assert set(open_lerobot(folder, few, 4).episodes[0].pictures) == {'top'}
    assert 'no observation.images.far; camera far stays masked' in caplog.text
    assert 'not used: observation.images.wrist' in caplog.text
    with pytest.raises(InputError, match=r'images.side: no such pictures for camera top, found'):
        open_lerobot(folder, robot, 4, {'top': 'observation.images.side'})
    with pytest.raises(InputError, match='camera side: unknown, robot small has top, wrist'):
        open_lerobot(folder, robot, 4, {'side': 'observation.images.top'})


def at(*path, value):
    def change(info):
        for key in path[:-1]:
            info = info[key]
        info[path[-1]] = value

    return change


@BOTH
@pytest.mark.parametrize(
    ('change', 'text'),
    [
        (at('codebase_version', value='v1.6'), r'codebase_version: expected one of v2.1, v3.0'),
        (at('fps', value=30), r'info.json: fps: 30 Hz, but robot small has 10 Hz'),
        (at('total_episodes', value=4), r'episode_index: expected 0 to 3, each once, found'),
        (at('data_path', value='data/{where}'), r'data_path: expected a template of .*where'),
        (at('video_path', value=None), r'video_path: expected a text'),
        (lambda info: info['features'].pop('action'), r'features.action: .*no such key'),
        (at('features', 'action', 'names', value=['a', 'b']),
         r'action.names: expected names, each once, for the shape \[3\]'),
        (at('features', 'action', 'names', value={'a': 0, 'b': 1}),
         r'action.names: expected a list of names'),
        (at('total_episodes', value=0), r'total_episodes: expected a number above 0'),
        (at('features', 'action', 'names', value=['waist', 'elbow', 'hand']),
         r'action: no joint gripper: expected waist, elbow, gripper'),
        (at('features', 'action', value={'dtype': 'float32', 'shape': [4], 'names': None}),
         r'action: shape \(4,\) and no names, but robot small has 3 joints'),
        (at('features', 'action', value={'dtype': 'float32', 'shape': [4],
                                         'names': [*NAMES, 'hand']}),
         r'action: unknown joint hand'),
        (lambda info: info['features'].pop('observation.images.top'),
         r'images.top: no such pictures for camera top, found observation.images.wrist'),
        (at('features', 'observation.images.top', 'shape', value=[32, 48, 1]),
         r'images.top: expected a shape of three channels, found \(32, 48, 1\)'),
    ],
)  # fmt: skip
def test_descriptions_that_do_not_fit_are_named(dataset, robot, change, text):
    change_info(dataset, change)
    with pytest.raises(InputError, match=text):
        open_lerobot(dataset, robot, 4)


@BOTH
@pytest.mark.parametrize('name', ['info.json', 'tasks', 'episodes'])
def test_missing_descriptions_are_named(dataset, robot, name):
    (found,) = (dataset / 'meta').glob(f'{name}*')
    shutil.rmtree(found) if found.is_dir() else found.unlink()
    with pytest.raises(InputError, match=f'meta/{found.name}'):
        open_examples(dataset, robot, 4)


def spoil(row, value, joint=None):
    def change(values, start):
        if joint is None:
            values[start + row] = value
        else:
            values[start + row][joint] = value

    return change


@BOTH
@pytest.mark.parametrize(
    ('column', 'change', 'text'),
    [
        ('action', spoil(3, float('nan'), 1),
         r'parquet: episode 1: action: nan at index \(3, 1\) \(elbow\) is not finite'),
        ('observation.state', spoil(2, None, 0), r'episode 1: observation.state: nan .*\(waist\)'),
        ('action', spoil(2, [0.0, 1.0]), r'action: expected 3 numbers in each row, found 2 or 3'),
        ('action', spoil(2, None), r'action: expected 3 numbers in each row, found 3 or None'),
        ('timestamp', spoil(2, 0.25),
         r'episode 1: timestamp: rows 1 and 2 are 0.1500 s apart, but fps is 10'),
        ('task_index', spoil(4, 0), r'episode 1: task_index: changes at row 4'),
        ('episode_index', spoil(4, 7), r'episode 1: length: expected 5 rows, found 4'),
    ],
)  # fmt: skip
def test_rows_that_can_not_be_used_are_named(dataset, version, robot, column, change, text):
    change_rows(dataset, version, column, change)
    with pytest.raises(InputError, match=text):
        open_lerobot(dataset, robot, 4)


@BOTH
def test_an_episode_without_rows_is_named(dataset, version, robot):
    def leave(values, start):
        values[start:] = [9] * (len(values) - start)

    change_rows(dataset, version, 'episode_index', leave)
    with pytest.raises(InputError, match=r'parquet: episode 1: no rows'):
        open_lerobot(dataset, robot, 4)


@BOTH
def test_an_unknown_task_is_named(dataset, version, robot):
    def other(values, start):
        values[start:] = [5] * (len(values) - start)

    change_rows(dataset, version, 'task_index', other)
    with pytest.raises(InputError, match=r'episode 1: task_index: no task 5'):
        open_lerobot(dataset, robot, 4)


@BOTH
def test_videos_that_can_not_be_used_are_named(dataset, robot):
    video = min((dataset / 'videos').rglob('*top/**/*.mp4'))
    whole = video.read_bytes()
    by_hand.write_video(video, [picture('top', 0, t) for t in range(4)])
    with pytest.raises(InputError, match=r'episode 0: .*top: .*mp4: the video ends at 0.400 s'):
        open_lerobot(dataset, robot, 4)
    video.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match=r'episode 0: observation.images.top: .*mp4'):
        open_lerobot(dataset, robot, 4)
    video.unlink()
    with pytest.raises(InputError, match=r'episode 0: observation.images.top: .*mp4: .*No such'):
        open_lerobot(dataset, robot, 4)


def test_parquet_files_that_can_not_be_used_are_named(robot, tmp_path):
    folder = by_hand.write_v30(tmp_path / 'set', cameras=('top',), dtype='image')
    file = folder / 'data' / 'chunk-000' / 'file-001.parquet'
    pq.write_table(table(2), file)
    with pytest.raises(InputError, match=r'file-001.parquet: observation.images.top: no such'):
        open_lerobot(folder, robot, 4)
    file.write_bytes(b'PAR1')
    with pytest.raises(InputError, match=r'file-001.parquet'):
        open_lerobot(folder, robot, 4)
    file.unlink()
    with pytest.raises(InputError, match=r'file-001.parquet'):
        open_lerobot(folder, robot, 4)
