# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The teacher at work in the simulator: episodes with stumbles, and what it would do for every task.

A policy that has only seen a teacher's perfect paths is lost a step beside them. So the hand
starts anywhere, is pushed off course now and then, drops things, and is told something else in
mid-motion; at every look the teacher's plans from *there* are recorded, for every task, whichever
one it is following. It knows neither images' use nor training.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pi0_ros.sim.expert import STEP_S, Goals, expect, feasible, plan, step
from pi0_ros.sim.kinematics import arm_joints, hand_of, polar
from pi0_ros.sim.robot import (
    ARMS,
    GRIPPER_CLOSED_M,
    GRIPPER_OPEN_M,
    JOINT_NAMES,
    SimRobot,
)
from pi0_ros.sim.task import Success, all_tasks
from pi0_ros.types import NS_PER_S

Array = NDArray[np.float64]

STEP_NS = int(STEP_S * NS_PER_S)
RIGHT = slice(len(JOINT_NAMES) // len(ARMS), None)  # the arm that works; the other one rests
RIGHT_NAMES = JOINT_NAMES[RIGHT]

EPISODE_STEPS = 500
STEPS_PER_LOOK = 9
AFTERWARDS_STEPS = 25  # for which the teacher goes on once a task is done
PUT_SHARE, ANYWHERE_SHARE = 0.65, 0.5
CHANGE_CHANCE, STUMBLE_CHANCE = 0.003, 0.01  # of another task, and of a stumble, in each step
STUMBLE_STEPS = (6, 25)
# Spread of a stumble's velocity: azimuth [rad/s], radius and height [m/s], pitch [rad/s], grip.
STUMBLE = np.array([0.5, 0.15, 0.15, 0.6, 1.2])
HAND_LOWER = np.array([-np.pi, 0.20, 0.030, -0.20, 0.2])
HAND_UPPER = np.array([np.pi, 0.50, 0.330, 1.35, 1.0])
# Where the hand may start: x, y, height [m], pitch [rad], grip.
START_LOWER, START_UPPER = (
    np.array([-0.02, 0.36, 0.12, -0.1, 0.2]),
    np.array([0.26, 0.66, 0.32, 1.3, 0.97]),
)


class Look(NamedTuple):
    """
    One instant of an episode.

    :param task: number of the task that the teacher is following.
    :param positions: measured joints, (J,) [rad], [m].
    :param plans: targets of the right arm for every task, (tasks, H, 7) [rad], [m].
    :param feasible: which of the tasks can be done from here, (tasks,).
    """

    task: int
    positions: Array
    plans: Array
    feasible: NDArray[np.bool_]


def targets_of(hands: Array) -> Array:
    """Return the right arm's joint targets for hands, (..., 5), as (..., 7) [rad], [m]."""
    grip_m = GRIPPER_CLOSED_M + hands[..., 4:] * (GRIPPER_OPEN_M - GRIPPER_CLOSED_M)
    return np.concatenate([arm_joints(hands[..., :4]), grip_m], axis=-1)


def hand_from(targets: Array) -> Array:
    """Undo :func:`targets_of`."""
    grip = (targets[..., 6:] - GRIPPER_CLOSED_M) / (GRIPPER_OPEN_M - GRIPPER_CLOSED_M)
    return np.concatenate([hand_of(targets[..., :6]), grip], axis=-1)


def hand_anywhere(rng: np.random.Generator) -> Array:
    """Return a hand somewhere over the table, (5,)."""
    x, y, *rest = rng.uniform(START_LOWER, START_UPPER)
    return np.array([*polar(np.array([x, y])), *rest])


class Demonstrator:
    """
    Plays episodes in a simulated robot.

    :param robot: with the scene 'cubes'; whoever looks may draw its cameras.
    :param horizon: length of the plans, H, in steps of STEP_S.
    """

    def __init__(self, robot: SimRobot, horizon: int) -> None:
        self._robot = robot
        self._horizon = horizon
        self.tasks = all_tasks(robot.cubes)
        self._goals = Goals.of(self.tasks, robot.cubes)

    def episode(self, rng: np.random.Generator, scene_seed: int) -> Iterator[Look]:
        """
        Play one episode, pausing at every look.

        :param rng: decides about starts, tasks and stumbles.
        :param scene_seed: places the cubes.
        """
        hand = self._begin(rng, scene_seed)
        task, success, done_steps = self._choose(rng), None, 0
        offset, stumble_left, stumble = int(rng.integers(STEPS_PER_LOOK)), 0, np.zeros(5)
        for k in range(EPISODE_STEPS):
            cubes = self._cubes()
            if (k + offset) % STEPS_PER_LOOK == 0:
                yield self._look(task, hand, cubes)
            if done_steps > AFTERWARDS_STEPS or rng.random() < CHANGE_CHANCE:
                task, success, done_steps = self._choose(rng), None, 0
            if not stumble_left and rng.random() < STUMBLE_CHANCE:
                stumble_left = int(rng.integers(*STUMBLE_STEPS))
                stumble = rng.normal(size=5) * STUMBLE
                stumble[2] = abs(stumble[2])  # never down, into the table
            if stumble_left:
                stumble_left -= 1
                hand = np.clip(hand + stumble * STEP_S, HAND_LOWER, HAND_UPPER)
            else:
                cubes = expect(cubes, hand, self._measured())
                hand = step(hand[None], cubes[None], self._one(task))[0]
            self._robot.set_targets(RIGHT_NAMES, targets_of(hand))
            self._robot.step(STEP_NS)
            success = success or Success(self.tasks[task])
            done_steps += success.update(self._robot.time_ns, self._robot.world())

    def _begin(self, rng: np.random.Generator, scene_seed: int) -> Array:
        """Set the scene; return the hand."""
        self._robot.reset(scene_seed)
        pose = self._robot.targets()
        if rng.random() < ANYWHERE_SHARE:
            hand = hand_anywhere(rng)
            pose[RIGHT] = targets_of(hand)
            self._robot.reset(scene_seed, pose)
            return hand
        return hand_from(pose[RIGHT])

    def _cubes(self) -> Array:
        return np.array(list(self._robot.cube_positions().values()))

    def _measured(self) -> Array:
        return hand_from(self._robot.positions()[RIGHT])

    def _one(self, task: int) -> Goals:
        return Goals(self._goals.cube[task : task + 1], self._goals.onto[task : task + 1])

    def _choose(self, rng: np.random.Generator) -> int:
        """Return one of the tasks that can be done now."""
        can = feasible(self._cubes(), self._goals)
        to_put = self._goals.onto >= 0
        weight = can * np.where(
            to_put, PUT_SHARE / to_put.sum(), (1 - PUT_SHARE) / (~to_put).sum()
        )
        return int(rng.choice(len(self.tasks), p=weight / weight.sum()))

    def _look(self, task: int, hand: Array, cubes: Array) -> Look:
        expected = expect(cubes, hand, self._measured())
        plans = targets_of(plan(hand, expected, self._goals, self._horizon))
        can = feasible(cubes, self._goals)
        return Look(task, self._robot.positions(), plans, can)
