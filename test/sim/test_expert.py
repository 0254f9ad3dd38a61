# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The teacher does every task, from anywhere, and its plans are its own future steps."""

import importlib.util

import numpy as np
from numpy.testing import assert_allclose
import pytest

from pi0_ros.sim.demonstrator import RIGHT, RIGHT_NAMES, STEP_NS, hand_from, targets_of
from pi0_ros.sim.expert import (
    CLOSED_GRIP,
    GRASP_ABOVE_M,
    GRIP_1_S,
    OPENING_GRIP,
    OPENING_M,
    PITCH_RAD_S,
    PLACED_M,
    STEP_S,
    VERTICAL_M_S,
    Goals,
    expect,
    feasible,
    plan,
    step,
)
from pi0_ros.sim.kinematics import polar
from pi0_ros.sim.robot import SimRobot
from pi0_ros.sim.sentences import say
from pi0_ros.sim.task import Success, Task, all_tasks

CUBES = ('red', 'green', 'blue')
PLACES = np.array([[0.05, 0.45, 0.02], [0.12, 0.55, 0.02], [0.20, 0.42, 0.02]])
HAND = np.array([0.0, 0.3, 0.2, 0.9, 0.5])

needs_simulator = pytest.mark.skipif(
    importlib.util.find_spec('mujoco') is None or importlib.util.find_spec('gym_aloha') is None,
    reason='the simulated robot needs mujoco and gym-aloha',
)


def test_a_plan_is_the_steps_that_follow():
    goals = Goals.of(all_tasks(CUBES), CUBES)
    planned = plan(HAND, PLACES, goals, 20)
    assert planned.shape == (9, 20, 5)
    hands = np.tile(HAND, (9, 1))
    for k in range(20):  # nothing is held yet, so the cubes stay
        hands = step(hands, np.tile(PLACES, (9, 1, 1)), goals)
        assert_allclose(planned[:, k], hands)


def test_a_plan_moves_no_faster_than_allowed():
    goals = Goals.of(all_tasks(CUBES), CUBES)
    change = np.abs(np.diff(plan(HAND, PLACES, goals, 200), axis=1))
    limits = np.array([VERTICAL_M_S, PITCH_RAD_S, GRIP_1_S]) * STEP_S
    assert (change[..., 2:] <= limits + 1e-12).all()


def test_a_plan_carries_the_cube_that_it_holds():
    goals = Goals.of([Task('red', 'blue')], CUBES)
    planned = plan(HAND, PLACES, goals, 250)[0]
    assert planned[-1, 4] == 1.0
    assert planned[-1, 2] == pytest.approx(0.20)
    assert (planned[:, 4] < 0.3).any()


def hand_at(place, grip):
    return np.array([*polar(place[:2]), place[2] + GRASP_ABOVE_M, 1.15, grip])


def test_a_held_cube_goes_along_with_an_arm_that_lags_behind():
    cubes = PLACES + np.array([0.0, 0.0, 0.1])
    measured, hand = hand_at(cubes[0], 0.6), hand_at(cubes[0] + [0.03, 0.0, 0.02], CLOSED_GRIP)
    expected = expect(cubes, hand, measured)
    assert_allclose(expected[0], cubes[0] + [0.03, 0.0, 0.02])
    assert_allclose(expected[1:], cubes[1:])
    # Seen where it is now, it would be out of the hand, which would open.
    goals = Goals.of([Task('red', 'blue')], CUBES)
    assert step(hand[None], expected[None], goals)[0, 4] == CLOSED_GRIP
    assert step(hand[None], cubes[None], goals)[0, 4] > CLOSED_GRIP


def test_open_fingers_take_nothing_along():
    measured, hand = hand_at(PLACES[0], 0.9), hand_at(PLACES[0] + [0.03, 0.0, 0.0], 0.9)
    assert_allclose(expect(PLACES, hand, measured), PLACES)


@pytest.mark.parametrize(
    ('grip', 'beside_m', 'opens'),
    [
        (CLOSED_GRIP, PLACED_M - 0.001, True),
        (CLOSED_GRIP, PLACED_M + 0.001, False),
        (OPENING_GRIP + 0.01, PLACED_M + 0.001, True),
        (OPENING_GRIP + 0.01, OPENING_M - 0.001, True),
        (OPENING_GRIP + 0.01, OPENING_M + 0.001, False),
    ],
)
def test_fingers_that_have_begun_to_open_go_on(grip, beside_m, opens):
    cubes = PLACES.copy()
    cubes[0] = PLACES[2] + [beside_m, 0.0, 0.04]  # red over blue
    hand = hand_at(cubes[0], grip)
    following = step(hand[None], cubes[None], Goals.of([Task('red', 'blue')], CUBES))[0]
    assert (following[4] > grip) == opens


def test_what_is_covered_can_not_be_done():
    stacked = PLACES.copy()
    stacked[0] = PLACES[1] + [0.005, 0.0, 0.04]  # red on green
    tasks = all_tasks(CUBES)
    can = feasible(stacked, Goals.of(tasks, CUBES))
    possible = {task for task, now in zip(tasks, can, strict=True) if now}
    assert possible == {
        Task('red'),
        Task('blue'),
        Task('red', 'green'),
        Task('red', 'blue'),
        Task('blue', 'red'),
    }


@pytest.fixture(scope='module')
def robot():
    return SimRobot()


def follow(robot, hand, task, seconds):
    """Let the teacher drive the simulated arm; return whether the task succeeded, and the hand."""
    goals, success = Goals.of([task], CUBES), Success(task)
    for _ in range(int(seconds / STEP_S)):
        places = np.array(list(robot.cube_positions().values()))
        hand = step(hand[None], places[None], goals)[0]
        robot.set_targets(RIGHT_NAMES, targets_of(hand))
        robot.step(STEP_NS)
        if success.update(robot.time_ns, robot.world()):
            break
    return success.reached, hand


@needs_simulator
@pytest.mark.parametrize('task', all_tasks(CUBES), ids=say)
def test_the_teacher_does_every_task(robot, task):
    for seed in range(3):
        robot.reset(seed)
        reached, _ = follow(robot, hand_from(robot.targets()[RIGHT]), task, 10.0)
        assert reached, seed


@needs_simulator
def test_the_teacher_changes_its_mind(robot):
    robot.reset(4)
    reached, hand = follow(robot, hand_from(robot.targets()[RIGHT]), Task('red'), 10.0)
    assert reached
    reached, hand = follow(robot, hand, Task('green', 'red'), 15.0)
    assert reached
    assert robot.world().stacked_on('green') == 'red'
