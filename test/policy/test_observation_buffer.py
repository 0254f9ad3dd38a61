# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The buffer: what it keeps, what it pairs, and what it says is missing."""

from dataclasses import replace
from pathlib import Path
import threading

import numpy as np
import pytest

from pi0_ros.policy.observation_buffer import (
    BufferSettings,
    NotReady,
    ObservationBuffer,
)
from pi0_ros.robots.spec import load_robot
from pi0_ros.types import InputError

MS = 1_000_000
NOW = 10_000 * MS
ROBOT = load_robot(Path(__file__).parents[2] / 'config' / 'robots' / 'aloha_sim.yaml')
SETTINGS = BufferSettings(max_image_age_s=0.5, max_state_age_s=0.2, max_spread_s=0.1)


def picture(value):
    return np.full((2, 2, 3), value, dtype=np.uint8)


def state(value):
    return np.full(14, float(value))


@pytest.fixture
def buffer():
    return ObservationBuffer(ROBOT, SETTINGS)


@pytest.fixture
def full(buffer):
    """A buffer in which all is well at NOW."""
    buffer.update_image('cam_high', NOW - 20 * MS, picture(1))
    buffer.update_image('cam_right_wrist', NOW - 30 * MS, picture(2))
    buffer.update_state(NOW - 10 * MS, state(0.5))
    buffer.update_command('pick up the red cube')
    return buffer


def reasons(buffer, now_ns=NOW):
    with pytest.raises(NotReady) as error:
        buffer.observation(now_ns)
    assert str(error.value) == '; '.join(error.value.reasons)
    return list(error.value.reasons)


def test_an_observation_holds_all(full):
    observation = full.observation(NOW)
    assert observation.stamp_ns == NOW - 20 * MS
    assert {name: image[0, 0, 0] for name, image in observation.images.items()} == {
        'cam_high': 1,
        'cam_right_wrist': 2,
    }
    assert observation.state.tolist() == [0.5] * 14
    assert observation.prompt == 'pick up the red cube'
    assert observation.stamps_ns == {
        'cam_high': NOW - 20 * MS,
        'cam_right_wrist': NOW - 30 * MS,
        'joint_states': NOW - 10 * MS,
    }


def test_an_empty_buffer_names_everything(buffer):
    assert reasons(buffer) == [
        'camera cam_high: nothing yet',
        'camera cam_right_wrist: nothing yet',
        'joint state: nothing yet',
        'command: none',
    ]


def test_newest_wins_whatever_the_order_of_arrival(full):
    full.update_image('cam_high', NOW - 5 * MS, picture(8))
    full.update_image('cam_high', NOW - 15 * MS, picture(7))
    full.update_state(NOW - 400 * MS, state(-1))
    observation = full.observation(NOW)
    assert observation.stamp_ns == NOW - 5 * MS
    assert observation.images['cam_high'][0, 0, 0] == 8
    assert observation.state[0] == 0.5


def test_stale_inputs_are_named_with_age_and_limit(full):
    assert full.observation(NOW + 190 * MS)
    assert reasons(full, NOW + 191 * MS) == ['joint state: 0.201 s old (limit 0.2 s)']
    full.update_state(NOW + 480 * MS, state(0))
    assert reasons(full, NOW + 500 * MS)[:2] == [
        'camera cam_high: 0.520 s old (limit 0.5 s)',
        'camera cam_right_wrist: 0.530 s old (limit 0.5 s)',
    ]


def test_an_input_without_a_stamp_is_refused(full):
    with pytest.raises(InputError, match='camera cam_high: its stamp is not set'):
        full.update_image('cam_high', 0, picture(0))
    with pytest.raises(InputError, match='joint state: its stamp is not set'):
        full.update_state(0, state(0))
    assert full.observation(NOW).images['cam_high'][0, 0, 0] == 1


def test_pictures_too_far_apart_are_named(full):
    full.update_image('cam_high', NOW + 80 * MS, picture(1))
    full.update_state(NOW + 80 * MS, state(1))
    assert reasons(full, NOW + 90 * MS) == [
        'camera cam_right_wrist: 0.110 s away from the newest picture (limit 0.1 s)'
    ]


def test_the_state_of_the_pictures_instant_is_taken(full):
    for k in range(1, 16):
        full.update_state(NOW + 10 * k * MS, state(k))
    full.update_image('cam_high', NOW + 42 * MS, picture(1))
    full.update_image('cam_right_wrist', NOW + 42 * MS, picture(1))
    assert full.observation(NOW + 160 * MS).state[0] == 4
    full.update_image('cam_high', NOW + 46 * MS, picture(1))
    assert full.observation(NOW + 160 * MS).state[0] == 5


def test_a_state_too_far_from_the_picture_is_named(buffer):
    buffer.update_image('cam_high', NOW - 300 * MS, picture(1))
    buffer.update_image('cam_right_wrist', NOW - 300 * MS, picture(1))
    buffer.update_state(NOW - 50 * MS, state(1))
    buffer.update_command('go')
    assert reasons(buffer) == ['joint state: 0.250 s away from the newest picture (limit 0.1 s)']


def test_old_states_are_forgotten(buffer):
    for k in range(1, 5001):
        buffer.update_state(k * MS, state(0))
    assert len(buffer._states) == 601


def test_the_future_is_refused_and_does_not_shut_out_the_present(full):
    full.update_image('cam_high', NOW + 60_000 * MS, picture(3))
    full.update_state(NOW + 60_000 * MS, state(3))
    assert 'camera cam_high: stamped 60.000 s in the future' in reasons(full)
    full.update_image('cam_high', NOW - 2 * MS, picture(4))
    full.update_state(NOW - 2 * MS, state(4))
    observation = full.observation(NOW)
    assert observation.images['cam_high'][0, 0, 0] == 4
    assert observation.state[0] == 4


def test_a_stamp_slightly_ahead_of_the_clock_is_accepted(full):
    full.update_image('cam_high', NOW + 50 * MS, picture(3))
    assert full.observation(NOW).stamp_ns == NOW + 50 * MS


def test_a_clock_that_goes_back_empties_the_sensors_and_keeps_the_command(full):
    full.observation(NOW)
    assert [text.split(':')[1] for text in reasons(full, 50 * MS)] == [' nothing yet'] * 3
    full.update_image('cam_high', 40 * MS, picture(5))
    full.update_image('cam_right_wrist', 40 * MS, picture(6))
    full.update_state(45 * MS, state(7))
    observation = full.observation(60 * MS)
    assert observation.stamp_ns == 40 * MS
    assert observation.prompt == 'pick up the red cube'


def test_clear_forgets_all(full):
    full.clear()
    assert len(reasons(full)) == 4


def test_decoding_happens_when_an_observation_is_taken(full):
    decoded = []

    def decode(value):
        decoded.append((value, threading.current_thread()))
        return picture(value)

    full.update_image('cam_high', NOW - 9 * MS, lambda: decode(3))
    full.update_image('cam_high', NOW - 8 * MS, lambda: decode(4))
    assert decoded == []
    assert full.observation(NOW).images['cam_high'][0, 0, 0] == 4
    assert decoded == [(4, threading.current_thread())]


@pytest.mark.parametrize('age_ms', [110, 600])
def test_a_camera_that_may_be_missing_is_left_out(age_ms):
    cameras = dict(ROBOT.cameras)
    cameras['cam_right_wrist'] = replace(cameras['cam_right_wrist'], missing='mask')
    buffer = ObservationBuffer(replace(ROBOT, cameras=cameras), SETTINGS)
    buffer.update_image('cam_high', NOW, picture(1))
    buffer.update_image('cam_right_wrist', NOW - age_ms * MS, picture(1))
    buffer.update_state(NOW, state(1))
    buffer.update_command('go')
    assert list(buffer.observation(NOW).images) == ['cam_high']


def test_all_cameras_may_not_be_missing_at_once():
    cameras = {name: replace(camera, missing='mask') for name, camera in ROBOT.cameras.items()}
    buffer = ObservationBuffer(replace(ROBOT, cameras=cameras), SETTINGS)
    buffer.update_state(NOW, state(1))
    buffer.update_command('go')
    assert reasons(buffer) == [
        'camera cam_high: nothing yet',
        'camera cam_right_wrist: nothing yet',
    ]


def test_bad_inputs_are_refused_and_change_nothing(full):
    with pytest.raises(InputError, match=r"camera 'top': unknown, .* cam_high, cam_right_wrist"):
        full.update_image('top', NOW, picture(0))
    with pytest.raises(InputError, match=r'joint state: expected shape \(14,\), found \(13,\)'):
        full.update_state(NOW, np.zeros(13))
    with pytest.raises(InputError, match=r'joint state: nan .*left_elbow'):
        full.update_state(NOW, np.where(np.arange(14) == 2, np.nan, 0.0))
    assert full.observation(NOW).state[0] == 0.5


def test_the_stored_state_is_a_copy(buffer, full):
    mine = state(1)
    full.update_state(NOW, mine)
    mine[:] = 9
    full.update_image('cam_high', NOW, picture(0))
    assert full.observation(NOW).state[0] == 1


@pytest.mark.parametrize('name', ['max_image_age_s', 'max_state_age_s', 'max_spread_s'])
@pytest.mark.parametrize('value', [0.0, -1.0, float('nan'), float('inf')])
def test_settings_are_checked(name, value):
    with pytest.raises(InputError, match=f'{name}: expected a number above 0'):
        BufferSettings(**{name: value})


def test_a_bad_command_ends_the_one_before(full):
    with pytest.raises(InputError, match=r'U\+2019'):
        full.update_command('don’t')
    assert reasons(full) == ['command: none']


def test_many_threads(buffer):
    buffer.update_command('go')
    failures = []

    def feed(offset):
        for k in range(300):
            stamp = NOW + (3 * k + offset) * MS // 10
            buffer.update_image('cam_high', stamp, picture(k % 256))
            buffer.update_image('cam_right_wrist', stamp, picture(k % 256))
            buffer.update_state(stamp, state(stamp))

    threads = [threading.Thread(target=feed, args=(offset,)) for offset in range(3)]
    for thread in threads:
        thread.start()
    last = 0
    while any(thread.is_alive() for thread in threads):
        try:
            observation = buffer.observation(NOW + 90 * MS)
        except NotReady:
            continue
        if observation.stamp_ns < last:
            failures.append(observation.stamp_ns)
        last = observation.stamp_ns
    assert not failures
    stamps = [stamp for stamp, _ in buffer._states]
    assert stamps == sorted(set(stamps))
    assert buffer.observation(NOW + 90 * MS).stamp_ns == NOW + (3 * 299 + 2) * MS // 10
