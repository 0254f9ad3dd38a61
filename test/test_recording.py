# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Recordings are written whole or not at all, and a full disk costs no more than one."""

import json
import resource

import pytest
from rclpy.serialization import serialize_message
from rosbags.rosbag2 import Reader
from std_msgs.msg import String

from pi0_ros.recording import (
    EPISODE_FILE,
    STORAGES,
    EpisodeInfo,
    Recording,
    episode_folders,
    next_episode,
    read_info,
    write_info,
)
from pi0_ros.types import InputError

TOPIC = '/command'
TOPICS = {TOPIC: 'std_msgs/msg/String', '/joint_states': 'sensor_msgs/msg/JointState'}
INFO = EpisodeInfo('arm', ('pick it up', 'let go'), True, 5, 9, {'command': TOPIC}, {TOPIC: 2})
DATA = serialize_message(String(data='pick it up'))


@pytest.mark.parametrize('storage', STORAGES)
def test_messages_come_back_with_type_and_definition(tmp_path, storage):
    recording = Recording(tmp_path / 'bag', storage, TOPICS)
    for stamp_ns in (5, 7):
        recording.write(TOPIC, stamp_ns, DATA)
    recording.close(INFO)
    assert recording.counts == {TOPIC: 2, '/joint_states': 0}
    assert read_info(tmp_path / 'bag') == INFO
    with Reader(tmp_path / 'bag') as reader:
        assert {c.topic: c.msgtype for c in reader.connections} == TOPICS
        assert all(c.msgdef.data and c.digest.startswith('RIHS01_') for c in reader.connections)
        assert [(time, data) for _, time, data in reader.messages()] == [(5, DATA), (7, DATA)]


@pytest.mark.parametrize('storage', STORAGES)
def test_full_disk_ends_one_recording_and_leaves_the_others(tmp_path, storage):
    first = Recording(tmp_path / 'first', storage, TOPICS)
    first.write(TOPIC, 5, DATA)
    first.close(INFO)
    second = Recording(tmp_path / 'second', storage, TOPICS)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(OSError, match='second'):  # noqa: PT012 it may fail at any of them
            for stamp_ns in range(40):
                second.write(TOPIC, stamp_ns, bytes(100_000))
            second.close(INFO)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not (tmp_path / 'second' / EPISODE_FILE).exists()
    with Reader(tmp_path / 'first') as reader:
        assert [data for _, _, data in reader.messages()] == [DATA]


@pytest.mark.parametrize('name', ['odd?name', 'a#b', '50%'])
def test_sqlite_is_kept_from_paths_that_it_would_misread(tmp_path, name):
    with pytest.raises(OSError, match='sqlite3 can not write'):
        Recording(tmp_path / name, 'sqlite3', TOPICS)
    Recording(tmp_path / name, 'mcap', TOPICS).close(INFO)
    assert read_info(tmp_path / name) == INFO


def test_numbers_go_on_behind_what_is_there(tmp_path):
    assert next_episode(tmp_path / 'nowhere').name == 'episode_000000'
    for name in ('episode_000000', 'episode_000004', 'episode_old', 'notes'):
        (tmp_path / name).mkdir()
    assert [f.name for f in episode_folders(tmp_path)] == ['episode_000000', 'episode_000004']
    assert next_episode(tmp_path).name == 'episode_000005'


def test_discarded_is_gone(tmp_path):
    recording = Recording(tmp_path / 'bag', 'mcap', TOPICS)
    recording.write(TOPIC, 5, DATA)
    recording.discard()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ('change', 'words'),
    [({'robot': None}, 'robot'), ({'success': 'yes'}, 'success'), ({'start_ns': '0'}, 'start_ns'),
     ({'sentences': 'go'}, 'sentences'), ({'counts': [1]}, 'counts'), ({'color': 1}, 'the keys')],
)  # fmt: skip
def test_bad_info_is_named(tmp_path, change, words):
    write_info(tmp_path, INFO)
    file = tmp_path / EPISODE_FILE
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    with pytest.raises(InputError, match=rf'episode\.json: .*{words}'):
        read_info(tmp_path)


def test_unfinished_info_is_named(tmp_path):
    (tmp_path / EPISODE_FILE).write_text('{"robot": ')
    with pytest.raises(InputError, match=r'episode\.json'):
        read_info(tmp_path)
