# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Everything together: a good robot passes, each thing spoilt is named, the sheet shows it."""

from dataclasses import replace

import numpy as np
from numpy.testing import assert_array_equal
from preflight_rig import CHECKPOINT, complaints, noise, only

from pi0_ros.policy.images import resize_with_pad
from pi0_ros.policy.observation_buffer import BufferSettings
from pi0_ros.policy.policy import Policy
from pi0_ros.preflight.examine import examine
from pi0_ros.preflight.observed import CameraSeen, JointsSeen, Observed, Stream
from pi0_ros.preflight.sheet import MARGIN_PX, SIDE_PX, TITLE_PX
from pi0_ros.preflight.subject import Subject
from pi0_ros.viz.canvas import GRID, paste

PROMPT = 'pick up the red cube'


def run(subject, observed):
    return examine(subject, observed, PROMPT, BufferSettings())


def panel(sheet, k):
    left = MARGIN_PX + k * (SIDE_PX + MARGIN_PX)
    return sheet[TITLE_PX : TITLE_PX + SIDE_PX, left : left + SIDE_PX]


def test_good_robot_passes_and_the_sheet_shows_what_the_model_sees(subject, observed):
    report = run(subject, observed)
    assert not complaints(report.findings)
    expected = np.zeros((SIDE_PX, SIDE_PX, 3), np.uint8)
    last = observed.cameras['cam_high'].pictures[-1]
    paste(expected, resize_with_pad(last, 96).permute(1, 2, 0).numpy(), 0, 0, SIDE_PX)
    assert_array_equal(panel(report.sheet, 0), expected)
    assert (panel(report.sheet, 1)[:40] == GRID).all()  # left_wrist_0_rgb: no camera takes it


def test_missing_camera_fails_and_the_rest_is_still_examined(subject, observed):
    cameras = dict(observed.cameras, cam_right_wrist=CameraSeen(Stream('/wrist')))
    report = run(subject, replace(observed, cameras=cameras))
    assert complaints(report.findings) == [('FAIL', 'camera cam_right_wrist')]
    assert only(report.findings, 'inference').level == 0
    assert 'first chunk' not in [finding.check for finding in report.findings]
    assert (panel(report.sheet, 2)[:40] == GRID).all()


def test_without_joint_states_what_can_be_examined_is(subject, observed):
    silent = replace(
        observed, joints=JointsSeen(Stream('/joint_states')), states=observed.states[:0]
    )
    report = run(subject, silent)
    assert complaints(report.findings) == [('FAIL', 'joint states')]
    assert only(report.findings, 'picture cam_high').level == 0


def test_states_that_no_policy_would_take_fail(subject, observed):
    report = run(subject, replace(observed, complaints=('joint state: left_waist is nan',)))
    assert complaints(report.findings) == [('FAIL', 'joint values')]


def test_picture_that_cannot_be_decoded_fails(subject, observed):
    bad = replace(observed.cameras['cam_high'], pictures=(), problem="encoding 'yuv422' ...")
    report = run(subject, replace(observed, cameras=dict(observed.cameras, cam_high=bad)))
    assert complaints(report.findings) == [('FAIL', 'picture cam_high')]


def test_the_same_picture_twice_is_noticed(subject, observed):
    pictures = noise(1, (100, 100, 3)), noise(2, (100, 100, 3))
    cameras = {n: replace(seen, pictures=pictures) for n, seen in observed.cameras.items()}
    report = run(subject, replace(observed, cameras=cameras))
    assert complaints(report.findings) == [('WARN', 'camera routing')]


def test_camera_that_may_be_missing_is_masked(robot, observed):
    name = 'cam_right_wrist'
    cameras = dict(robot.cameras, **{name: replace(robot.cameras[name], missing='mask')})
    masked = replace(robot, cameras=cameras)
    seen = dict(observed.cameras, **{name: CameraSeen(Stream('/wrist'))})
    report = run(Subject(masked, Policy.load(CHECKPOINT, masked)), replace(observed, cameras=seen))
    assert complaints(report.findings) == [('WARN', 'camera cam_right_wrist')]
    assert only(report.findings, 'first chunk').level == 0


def test_nothing_at_all(robot, subject, observed):
    silent = {name: CameraSeen(Stream(f'/{name}')) for name in robot.cameras}
    report = run(
        subject, Observed(3.0, silent, JointsSeen(Stream('/joint_states')), observed.states[:0])
    )
    assert [level for level, _ in complaints(report.findings)] == ['FAIL'] * 3
