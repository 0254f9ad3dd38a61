# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The whole line with real processes: it runs, it survives the death of the policy, it holds."""

import signal
import subprocess

import cv2
from harness import (
    CHECKPOINT,
    PATIENCE_S,
    ROBOT,
    ROBOT_FILE,
    ROOT,
    assert_within_limits,
    end,
    needs_simulator,
    node_command,
    process,
)
import numpy as np
import pytest

pytestmark = pytest.mark.ros

RATE_HZ = 50
SIM = node_command('sim_node')
# An untrained policy comes back wherever it has wandered before.
POLICY = node_command(
    'policy_node', checkpoint=CHECKPOINT, autostart='true', use_sim_time='true', preflight='warn'
)
EXECUTOR = node_command('executor_node', rate_hz=float(RATE_HZ), use_sim_time='true')


@needs_simulator
def test_demo_runs_and_ends_by_itself(watcher, tmp_path):
    film = tmp_path / 'demo.webm'
    file = ROOT / 'launch' / 'demo.launch.py'
    command = ['ros2', 'launch', file, 'duration:=5', f'film:={film}']
    with process(command) as demo:
        watcher.until(lambda: len(watcher.chunks) > 3, 'chunks arrive', [demo])
        watcher.until(lambda: watcher.executor_state == 'RUNNING', 'the robot moves', [demo])
        watcher.until(lambda: demo.poll() is not None, 'the demo ends')
        assert demo.returncode == 0
    assert list(watcher.chunks[0].joint_names) == list(ROBOT.joint_names)
    positions = np.array([state.position for state in watcher.states])
    assert np.ptp(positions, axis=0).max() > 0.02
    assert_within_limits(watcher.commands, 0.01)
    reader = cv2.VideoCapture(str(film))
    assert reader.isOpened()
    assert reader.get(cv2.CAP_PROP_FRAME_COUNT) > 20


@needs_simulator
def test_policy_dies_and_comes_back(watcher):
    with process(SIM), process(EXECUTOR):
        with process(POLICY) as policy:
            watcher.until(
                lambda: watcher.executor_state == 'RUNNING' and watcher.ticks > 50,
                'the robot moves',
                [policy],
                meanwhile=lambda: watcher.say('pick up the red cube'),
            )
            end(policy, signal.SIGKILL)
        watcher.until(lambda: watcher.executor_state == 'HOLDING', 'the executor holds')
        assert 'chunk' in watcher.statuses[-1].message
        mark = watcher.ticks
        watcher.until(lambda: watcher.ticks > mark + 100, 'it goes on holding')
        assert np.ptp(watcher.last_commands(20), axis=0).max() == 0.0
        with process(POLICY) as policy:
            watcher.until(
                lambda: watcher.executor_state == 'RUNNING',
                'it moves again',
                [policy],
                meanwhile=lambda: watcher.say('pick up the blue cube'),
            )
            mark = watcher.ticks
            watcher.until(lambda: watcher.ticks > mark + 50, 'for a while', [policy])
    assert np.ptp(watcher.last_commands(50), axis=0).max() > 0.0
    # Holding and going on again included: not one step beyond the limits.
    assert_within_limits(watcher.commands, 1 / RATE_HZ)


@needs_simulator
@pytest.mark.parametrize(
    ('sentence', 'words'),
    [('', 'empty'), ('x' * 10_000, '10000 characters'), ('pick up the “red” cube', 'U+201C')],
)
def test_bad_sentence_is_named_and_the_robot_holds(watcher, sentence, words):
    with process(SIM), process(EXECUTOR), process(POLICY) as policy:
        watcher.until(
            lambda: watcher.executor_state == 'RUNNING',
            'it moves',
            [policy],
            meanwhile=lambda: watcher.say('pick up the red cube'),
        )
        watcher.until(
            lambda: words in watcher.diagnosis('pi0_policy'),
            'it is named',
            [policy],
            meanwhile=lambda: watcher.say(sentence),
        )
        watcher.until(lambda: watcher.executor_state == 'HOLDING', 'it holds', [policy])


@pytest.mark.parametrize(
    ('text', 'words'),
    [('wheels: 4', 'wheels'), ('name: twice', 'name'), ('joints: [}', 'robot.yaml')],
)
@pytest.mark.parametrize('node', ['policy_node', 'executor_node'])
def test_nodes_refuse_a_bad_robot(tmp_path, node, text, words):
    robot = tmp_path / 'robot.yaml'
    robot.write_text(ROBOT_FILE.read_text() + text + '\n')
    parameters = {'checkpoint': CHECKPOINT, 'autostart': 'true'} if node == 'policy_node' else {}
    assert words in refusal(node_command(node, **parameters | {'robot': robot}))


@pytest.mark.parametrize(
    ('name', 'value'), [('rate_hz', 'fast'), ('rate_hz', '0.0'), ('strategy', 'hope')]
)
def test_nodes_refuse_a_bad_parameter(name, value):
    assert name in refusal(node_command('executor_node', **{name: value}))


def test_policy_refuses_a_missing_checkpoint(tmp_path):
    command = node_command('policy_node', autostart='true', checkpoint=tmp_path / 'nowhere')
    assert 'nowhere' in refusal(command)


def refusal(command):
    """What a node says that will not start."""
    done = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 1
    assert 'Traceback' not in done.stderr
    return done.stderr
