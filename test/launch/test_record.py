# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Record, train, run: the running demo becomes a recording, and that a policy that runs."""

import subprocess
import sys

from harness import (
    CHECKPOINT,
    NAMES,
    PATIENCE_S,
    ROBOT,
    ROBOT_FILE,
    end,
    needs_simulator,
    node_command,
    process,
)
import numpy as np
import pytest
from rosbags.rosbag2 import Reader
from std_srvs.srv import SetBool, Trigger

from pi0_ros.recording import read_info
from pi0_ros.train.rosbag.recordings import open_recordings

pytestmark = pytest.mark.ros

SENTENCE = 'pick up the red cube'
HORIZON = 5
SIM = node_command('sim_node')
EXECUTOR = node_command('executor_node', use_sim_time='true')


def policy_command(checkpoint):
    """Return what starts a policy of no training, whose noise may ask for anything at first."""
    return node_command(
        'policy_node',
        checkpoint=checkpoint,
        preflight='warn',
        autostart='true',
        use_sim_time='true',
    )


def call(watcher, kind, name, children, **fields):
    """Call a service of the recorder and return the answer."""
    client = watcher.create_client(kind, f'recorder/{name}')
    watcher.until(client.service_is_ready, f'{name} is there', children)
    future = client.call_async(kind.Request(**fields))
    watcher.until(future.done, f'{name} answers', children)
    watcher.destroy_client(client)
    return future.result()


def record(watcher, folder):
    """Record two seconds of the demo, once the robot moves."""
    recorder = node_command('record_node', folder=folder, use_sim_time='true')
    with (
        process(SIM) as sim,
        process(EXECUTOR) as executor,
        process(policy_command(CHECKPOINT)) as policy,
        process(recorder) as recorder,
    ):
        children = [sim, executor, policy, recorder]
        assert not call(watcher, Trigger, 'start', children).success, 'nothing was said yet'
        watcher.until(
            lambda: watcher.executor_state == 'RUNNING',
            'the robot moves',
            children,
            meanwhile=lambda: watcher.say(SENTENCE),
        )
        answer = call(watcher, Trigger, 'start', children)
        assert answer.success, answer.message
        mark = len(watcher.states)
        watcher.until(lambda: len(watcher.states) > mark + 100, 'two seconds pass', children)
        answer = call(watcher, SetBool, 'stop', children, data=True)
        assert answer.success, answer.message
        assert 'nothing came' not in answer.message


@needs_simulator
@pytest.mark.slow
def test_record_train_run(watcher, tmp_path):
    recordings, trained = tmp_path / 'recordings', tmp_path / 'trained'
    record(watcher, recordings)
    check_recordings(watcher, recordings)
    train(recordings, trained)
    run(watcher, trained)


def test_interrupted_recorder_closes_its_episode(watcher, tmp_path):
    with process(node_command('record_node', folder=tmp_path, storage='sqlite3')) as recorder:
        client = watcher.create_client(Trigger, 'recorder/start')
        watcher.until(client.service_is_ready, 'it is there', [recorder])
        started = []

        def try_to_start():
            watcher.say(SENTENCE)
            client.call_async(Trigger.Request()).add_done_callback(
                lambda future: started.append(future.result().success)
            )

        watcher.until(lambda: any(started), 'it starts', [recorder], meanwhile=try_to_start)
        end(recorder)
        assert recorder.returncode == 0
    folder = tmp_path / 'episode_000000'
    info = read_info(folder)
    assert info.success is None
    with Reader(folder) as reader:
        assert reader.message_count == sum(info.counts.values()) > 0


def check_recordings(watcher, recordings):
    """See that what was recorded is what was on the topics."""
    folder = recordings / 'episode_000000'
    info = read_info(folder)
    assert (info.success, info.sentences, info.robot) == (True, (SENTENCE,), 'aloha_sim')
    with Reader(folder) as reader:
        assert reader.message_count == sum(info.counts.values())
    examples = open_recordings(recordings, ROBOT, HORIZON)
    (episode,) = examples.episodes
    assert episode.prompt == SENTENCE
    assert len(episode) > 50
    assert np.unique(np.diff(episode.stamps_ns)).tolist() == [20_000_000]
    assert info.start_ns < episode.stamps_ns[-1] <= info.end_ns
    measured = {
        state.header.stamp.sec * 10**9 + state.header.stamp.nanosec: state.position
        for state in watcher.states
    }
    # Neither subscription promises to get all.
    both = [t for t, stamp_ns in enumerate(episode.stamps_ns) if int(stamp_ns) in measured]
    assert len(both) > len(episode) / 2
    for t in both:
        assert list(measured[int(episode.stamps_ns[t])]) == episode.positions[t].tolist()
    assert np.ptp(episode.targets, axis=0).max() > 0.0
    example = examples[0]
    assert example.targets.shape == (HORIZON, len(NAMES))
    assert list(example.observation.images) == list(ROBOT.cameras)
    for picture in example.observation.images.values():
        assert picture.dtype == np.uint8
        assert picture.ndim == 3
        assert np.ptp(picture) > 50


def train(recordings, trained):
    """Take three steps from the untrained checkpoint."""
    arguments = {'robot': ROBOT_FILE, 'data': recordings, 'start': CHECKPOINT, 'output': trained,
                 'steps': 3, 'batch_size': 2, 'device': 'cpu'}  # fmt: skip
    words = [word for key, value in arguments.items() for word in (f'--{key}', str(value))]
    done = subprocess.run(
        [sys.executable, '-m', 'pi0_ros.train', *words],
        capture_output=True, text=True, timeout=PATIENCE_S, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def run(watcher, trained):
    """See that the result makes chunks."""
    watcher.chunks.clear()
    with process(SIM) as sim, process(policy_command(trained)) as policy:
        watcher.until(
            lambda: len(watcher.chunks) > 2,
            'chunks arrive',
            [sim, policy],
            meanwhile=lambda: watcher.say(SENTENCE),
        )
    assert list(watcher.chunks[-1].joint_names) == NAMES
