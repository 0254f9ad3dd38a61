# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The simulated robot obeys, repeats itself exactly, shows what is there and refuses nonsense."""

from __future__ import annotations

import numpy as np
import pytest

from pi0_ros.sim.robot import GRIPPER_OPEN_M, JOINT_NAMES, START_ARM, SimRobot
from pi0_ros.types import InputError

SIZE = (120, 160)


@pytest.fixture(scope='module')
def shared_robot():
    robot = SimRobot('cubes', seed=3, image_size=SIZE)
    yield robot
    robot.close()


@pytest.fixture
def robot(shared_robot):
    shared_robot.reset(3)
    return shared_robot


def snapshot(robot):
    cubes = np.concatenate(list(robot.cube_positions().values()))
    return np.concatenate([robot.positions(), robot.velocities(), cubes])


def test_joints_are_in_the_order_of_aloha():
    assert len(JOINT_NAMES) == 14
    assert JOINT_NAMES[0] == 'left_waist'
    assert JOINT_NAMES[6] == 'left_gripper'
    assert JOINT_NAMES[7:9] == ('right_waist', 'right_shoulder')
    assert JOINT_NAMES[13] == 'right_gripper'


def test_same_seed_gives_exactly_the_same_run(robot):
    def run():
        robot.reset(11)
        robot.set_targets(['right_waist'], [0.4])
        robot.step(400_000_000)
        return snapshot(robot), robot.render('cam_high')

    (first, first_picture), (second, second_picture) = run(), run()
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(first_picture, second_picture)
    robot.reset(12)
    robot.step(400_000_000)
    assert np.abs(snapshot(robot)[28:] - first[28:]).max() > 0.01


def test_holds_the_start_pose_until_told_otherwise(robot):
    robot.step(1_000_000_000)
    assert robot.time_ns == 1_000_000_000
    np.testing.assert_allclose(robot.positions()[7:13], START_ARM, atol=0.02)
    np.testing.assert_allclose(robot.velocities(), 0.0, atol=1e-3)


def test_a_subset_of_targets_is_reached_and_the_rest_stay(robot):
    before = robot.positions()
    names = ['right_gripper', 'right_elbow', 'right_waist']
    robot.set_targets(names, [0.05, 0.9, 0.5])
    robot.step(1_500_000_000)
    after = dict(zip(JOINT_NAMES, robot.positions(), strict=True))
    assert after['right_waist'] == pytest.approx(0.5, abs=0.07)
    assert after['right_elbow'] == pytest.approx(0.9, abs=0.09)
    assert after['right_gripper'] == pytest.approx(0.05, abs=0.003)
    np.testing.assert_allclose(robot.positions()[:7], before[:7], atol=0.02)


def test_both_fingers_move_together(robot):
    robot.set_targets(['left_gripper'], [GRIPPER_OPEN_M])
    robot.step(1_000_000_000)
    data = robot._data
    left = data.joint('vx300s_left/left_finger').qpos[0]
    assert left == pytest.approx(robot.positions()[6])
    assert left > 0.05
    assert data.joint('vx300s_left/right_finger').qpos[0] == pytest.approx(-left, abs=2e-3)


@pytest.mark.parametrize(
    ('names', 'positions', 'complaint'),
    [
        (['right_waist', 'right_elbow'], [0.1, np.nan], r'right_elbow.*not finite'),
        (['right_waist', 'tail'], [0.1, 0.2], 'tail'),
        (['right_waist', 'right_waist'], [0.1, 0.2], 'right_waist'),
        (['right_waist'], [0.1, 0.2], 'shape'),
        ([], [], 'no joint names'),
    ],
)
def test_bad_targets_are_refused_and_change_nothing(robot, names, positions, complaint):
    before = robot.targets()
    with pytest.raises(InputError, match=complaint):
        robot.set_targets(names, positions)
    np.testing.assert_array_equal(robot.targets(), before)


def test_time_passes_in_whole_steps(robot):
    assert robot.step_ns == 2_000_000
    with pytest.raises(InputError, match='multiple of 2000000 ns'):
        robot.step(3_000_000)
    assert robot.time_ns == 0


def test_starts_where_it_is_told(robot):
    start = np.linspace(-0.3, 0.3, 14)
    start[[6, 13]] = 0.04
    robot.reset(0, start)
    np.testing.assert_array_equal(robot.positions(), start)
    np.testing.assert_array_equal(robot.targets(), start)
    with pytest.raises(InputError, match=r'start pose.*\(14,\)'):
        robot.reset(0, start[:7])


def test_cubes_lie_apart_within_reach_of_the_right_arm(robot):
    for seed in range(20):
        robot.reset(seed)
        places = np.array(list(robot.cube_positions().values()))
        assert places[:, 0].min() >= 0.0
        assert places[:, 0].max() <= 0.22
        gaps = np.linalg.norm(places[:, None] - places[None], axis=2)[np.triu_indices(3, 1)]
        assert gaps.min() > 0.085


def test_the_three_colours_are_seen(robot):
    picture = robot.render('cam_high').astype(int)
    assert picture.shape == (*SIZE, 3)
    for channel in range(3):
        others = np.delete(picture, channel, axis=2).max(axis=2)
        assert (picture[:, :, channel] > 2 * others).sum() > 30


def test_pictures_follow_the_robot(robot):
    before = robot.render('cam_right_wrist')
    robot.set_targets(['right_waist'], [0.6])
    robot.step(1_000_000_000)
    assert np.abs(robot.render('cam_right_wrist').astype(int) - before).mean() > 1.0
    with pytest.raises(InputError, match='cam_high, cam_right_wrist'):
        robot.render('cam_low')


def test_a_cube_at_the_finger_tips_is_held(robot):
    assert robot.world().held_cube() is None
    robot.place_cube('green', robot.tip_positions()[1])
    assert robot.world().held_cube() == 'green'
    robot.place_cube('green', (0.1, 0.5, 0.3))
    assert robot.world().held_cube() is None
    with pytest.raises(InputError, match='red, green, blue'):
        robot.place_cube('pink', (0.1, 0.5, 0.3))


def test_the_shipped_scene_is_there_too():
    robot = SimRobot('transfer_cube', seed=0, image_size=SIZE)
    assert robot.cameras == ('cam_high',)
    picture = robot.render('cam_high')
    assert picture.std() > 5
    robot.step(600_000_000)
    assert robot.cube_positions()['box'][2] == pytest.approx(0.02, abs=0.003)
    robot.close()


def test_an_unknown_scene_is_named():
    with pytest.raises(InputError, match=r"'kitchen'.*cubes, transfer_cube"):
        SimRobot('kitchen')
