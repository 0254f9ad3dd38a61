# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The preflight as a program, and the policy that will not act before it."""

import subprocess
import sys

import cv2
from harness import (
    CHECKPOINT,
    NAMES,
    ROBOT_FILE,
    Sensors,
    changed,
    node_command,
    process,
)
from lifecycle_msgs.srv import ChangeState, GetState
import numpy as np
import pytest

pytestmark = pytest.mark.ros

EXCHANGED = [NAMES.index('left_shoulder'), NAMES.index('left_elbow')]
PROGRAM = 'from pi0_ros.nodes.preflight_node import main; main()'


def exchange(state):
    """Give two joints each other's names."""
    position = np.array(state.position)
    position[EXCHANGED] = position[EXCHANGED[::-1]]
    return changed(state, position=position.tolist())


@pytest.fixture
def sensors(watcher):
    """A robot at home, before whose cameras something moves."""
    sensors = Sensors(watcher)
    rng = np.random.default_rng(0)
    sensors.spoil_image = lambda image: changed(
        image, data=rng.integers(0, 256, 64 * 48 * 3, np.uint8).tobytes()
    )
    watcher.create_timer(0.05, sensors.send)
    return sensors


def run_preflight(watcher, sheet):
    """Run the program beside the robot; return its exit code and what it printed."""
    command = [sys.executable, '-c', PROGRAM, '--robot', ROBOT_FILE, '--checkpoint', CHECKPOINT]
    command = [*command, '--sheet', sheet, '--seconds', '2']
    child = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True)
    watcher.until(lambda: child.poll() is not None, 'the preflight ends')
    return child.returncode, child.communicate()[0]


def test_preflight_prints_its_table_and_draws_its_sheet(watcher, sensors, tmp_path):
    sheet = tmp_path / 'sheet.png'
    code, text = run_preflight(watcher, sheet)
    assert code == 0, text
    assert '0 FAIL' in text
    assert 'all 14 are there' in text
    assert cv2.imread(str(sheet)).shape[1] > 900


def test_preflight_names_what_is_wrong(watcher, sensors, tmp_path):
    sensors.spoil_state = exchange
    sensors.spoil_image = lambda _: None  # of cam_high
    code, text = run_preflight(watcher, tmp_path / 'sheet.png')
    assert code == 1, text
    assert 'left_shoulder and left_elbow look exchanged' in text
    assert 'nothing came on /cam_high/image_raw' in text


def call(watcher, child, service, name, request):
    client = watcher.create_client(service, f'pi0_policy/{name}')
    watcher.until(client.service_is_ready, f'{name} is there', [child])
    future = client.call_async(request)
    watcher.until(future.done, f'{name} answers', [child])
    watcher.destroy_client(client)
    return future.result()


def test_policy_refuses_publishes_nothing_and_can_be_activated_again(watcher, sensors):
    sensors.spoil_state = exchange
    command = node_command('policy_node', checkpoint=CHECKPOINT, autostart='true')
    with process(command) as policy:
        watcher.until(
            lambda: 'look exchanged' in watcher.diagnosis('pi0_policy'),
            'it is refused',
            [policy],
            meanwhile=lambda: watcher.say('pick up the red cube'),
        )
        state = call(watcher, policy, GetState, 'get_state', GetState.Request())
        assert state.current_state.label == 'inactive'
        assert not watcher.chunks
        sensors.spoil_state = lambda message: message
        for _ in range(2):  # until what came before has left the policy's buffer
            watcher.until(lambda: watcher.diagnostics.pop('pi0_policy', None), 'time passes')
        request = ChangeState.Request()
        request.transition.label = 'activate'
        assert call(watcher, policy, ChangeState, 'change_state', request).success
        watcher.until(
            lambda: watcher.chunks,
            'it acts',
            [policy],
            meanwhile=lambda: watcher.say('pick up the red cube'),
        )
