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
    ROOT,
    assert_within_limits,
    end,
    needs_simulator,
    node_command,
    process,
)
import numpy as np
import pytest

pytestmark = [pytest.mark.ros, needs_simulator]

RATE_HZ = 50
SIM = node_command('sim_node')
POLICY = node_command('policy_node', checkpoint=CHECKPOINT, autostart='true', use_sim_time='true')
EXECUTOR = node_command('executor_node', rate_hz=float(RATE_HZ), use_sim_time='true')


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


def test_policy_dies_and_comes_back(watcher):
    with process(SIM), process(EXECUTOR):
        with process(POLICY) as policy:
            watcher.say('pick up the red cube')
            watcher.until(
                lambda: watcher.executor_state == 'RUNNING' and len(watcher.commands) > 50,
                'the robot moves',
                [policy],
            )
            end(policy, signal.SIGKILL)
        watcher.until(lambda: watcher.executor_state == 'HOLDING', 'the executor holds')
        assert 'chunk' in watcher.statuses[-1].message
        mark = len(watcher.commands)
        watcher.until(lambda: len(watcher.commands) > mark + 100, 'it goes on holding')
        held = np.array(watcher.commands[-20:])
        assert np.ptp(held, axis=0).max() == 0.0
        with process(POLICY) as policy:
            watcher.say('pick up the blue cube')
            watcher.until(lambda: watcher.executor_state == 'RUNNING', 'it moves again', [policy])
            mark = len(watcher.commands)
            watcher.until(lambda: len(watcher.commands) > mark + 50, 'for a while', [policy])
    assert np.ptp(np.array(watcher.commands[-50:]), axis=0).max() > 0.0
    # Holding and going on again included: not one step beyond the limits.
    assert_within_limits(watcher.commands, 1 / RATE_HZ)


@pytest.mark.parametrize('sentence', ['', 'x' * 10_000, 'pick up the “red” cube'])
def test_bad_sentence_is_named_and_the_robot_holds(watcher, sentence):
    with process(SIM), process(EXECUTOR), process(POLICY) as policy:
        watcher.say('pick up the red cube')
        watcher.until(lambda: watcher.executor_state == 'RUNNING', 'it moves', [policy])
        watcher.say(sentence)
        watcher.until(
            lambda: 'command' in watcher.diagnostics['pi0_policy'].message, 'it is named', [policy]
        )
        watcher.until(lambda: watcher.executor_state == 'HOLDING', 'it holds', [policy])


def test_policy_refuses_a_bad_robot_and_a_missing_checkpoint(tmp_path):
    robot = tmp_path / 'robot.yaml'
    robot.write_text('name: broken\nwheels: 4\n')
    for parameters, words in (
        ({'robot': robot, 'checkpoint': CHECKPOINT}, 'wheels'),
        ({'checkpoint': tmp_path / 'nothing'}, 'nothing'),
    ):
        command = node_command('policy_node', autostart='true', **parameters)
        done = subprocess.run(
            [str(word) for word in command],
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert done.returncode == 1
        assert words in done.stderr
        assert 'Traceback' not in done.stderr
