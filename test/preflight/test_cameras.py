# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Topics and pictures: absent, slow, of another clock, black, frozen, the same twice."""

from dataclasses import replace

import numpy as np
from preflight_rig import SECONDS, camera, noise, stream
import pytest

from pi0_ros.policy.observation_buffer import BufferSettings
from pi0_ros.preflight.findings import Level
from pi0_ros.preflight.observed import CameraSeen, JointsSeen, Observed, Stream
from pi0_ros.preflight.pictures import check_black, check_pictures, check_routing
from pi0_ros.preflight.streams import check_camera_stream, check_joint_stream, check_pose_stream

SIDE = 96
NONE = np.empty((0, 14))


def check_stream(robot, seen):
    observed = Observed(SECONDS, {'cam_high': CameraSeen(seen)}, JointsSeen(seen), NONE)
    return check_camera_stream(robot, observed, 'cam_high', BufferSettings())


@pytest.mark.parametrize(
    ('seen', 'level', 'words'),
    [
        (stream('/a', 30.0), 'PASS', '30.0 Hz, 10 ms'),
        (stream('/a', 4.0), 'WARN', '4.0 Hz'),
        (stream('/a', 1.0), 'FAIL', 'too few'),
        (stream('/a', 0.4), 'FAIL', '1 messages'),
        (stream('/a', 30.0, age_s=7.0), 'FAIL', '7 s old'),
        (stream('/a', 30.0, age_s=-60.0), 'FAIL', '60 s in the future'),
        (Stream('/a', (0, 0), (5, 6)), 'FAIL', 'not set'),
        (Stream('/a', others=('/b', '/c')), 'FAIL', '/b, /c'),
        (Stream('/a', found_type='sensor_msgs/msg/CompressedImage'), 'FAIL', 'CompressedImage'),
    ],
)
def test_streams(robot, seen, level, words):
    finding = check_stream(robot, seen)
    assert finding.level.name == level
    assert words in finding.reason


def test_camera_that_may_be_missing_only_warns(robot):
    cameras = {'cam_high': replace(robot.cameras['cam_high'], missing='mask')}
    assert check_stream(replace(robot, cameras=cameras), Stream('/a')).level == Level.WARN


def test_joint_states_must_be_quicker_than_pictures(robot):
    slow = stream('/joint_states', 4.0)
    observed = Observed(SECONDS, {}, JointsSeen(slow), NONE)
    assert check_joint_stream(observed, BufferSettings()).level == Level.FAIL
    assert check_stream(robot, slow).level == Level.WARN


def test_pose_is_looked_at_if_there_is_one():
    seen = stream('/joint_states')
    observed = Observed(SECONDS, {}, JointsSeen(seen), NONE)
    assert not check_pose_stream(observed, BufferSettings())
    (finding,) = check_pose_stream(replace(observed, pose=Stream('/pose')), BufferSettings())
    assert finding.level == Level.FAIL
    assert '/pose' in finding.reason


def test_pictures(robot):
    good = camera('cam_high')
    assert check_pictures('cam_high', good, SIDE).level == Level.PASS
    for fields, words in (
        ({'pictures': (noise(0), np.zeros((48, 64, 3), np.uint8))}, 'black'),
        ({'pictures': (noise(0, (200, 200, 3)),) * 2}, 'frozen'),
        ({'pictures': (noise(0), noise(1))}, 'enlarged to 96'),
        ({'encoding': 'mono8'}, 'without colour'),
    ):
        finding = check_pictures('cam_high', replace(good, **fields), SIDE)
        assert finding.level == Level.WARN
        assert words in finding.reason
    broken = check_pictures('cam_high', replace(good, problem='encoding yuv422 ...'), SIDE)
    assert broken.level == Level.FAIL
    assert 'yuv422' in broken.reason


def test_one_camera_on_two_slots_is_noticed():
    one, other = camera('a', 0), camera('b', 10)
    assert not check_routing({'a': one, 'b': other})
    (finding,) = check_routing({'a': one, 'b': replace(other, pictures=one.pictures)})
    assert 'a and b' in finding.reason


def test_black_is_noticed():
    black = np.full((4, 4, 3), 2, np.uint8)
    assert [f.check for f in check_black({'a': noise(0), 'b': black})] == ['picture b']
