# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
One trial after another in one simulated robot.

The scene is set, the sentence said, and the line runs until the task is done or patience ends. The
world is judged as often as joints are measured.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pi0_ros.policy.replanning import Replanning
from pi0_ros.policy.worker import Infers
from pi0_ros.robots.spec import Robot
from pi0_ros.sim.evaluate.blocking import HalfChunks, WhenHalfIsOver
from pi0_ros.sim.evaluate.disturb import (
    CHANGE_DISTANCE_M,
    JUMP_DISTANCE_M,
    move_cube,
    pose_anywhere,
)
from pi0_ros.sim.evaluate.line import Line
from pi0_ros.sim.evaluate.sheet import shrink
from pi0_ros.sim.evaluate.trial import LIMIT_S, Outcome, Trial
from pi0_ros.sim.robot import SimRobot
from pi0_ros.sim.sentences import say
from pi0_ros.sim.task import Success, World
from pi0_ros.types import NS_PER_S, InputError

# Added to a seed for the scene in whose pictures the cubes lie elsewhere.
ELSEWHERE = 500_000


class Judged(Infers, Protocol):
    """What a trial needs of a policy."""

    def reseed(self, seed: int) -> None:
        """Draw the noise anew from a seed."""


class Stage:
    """
    A simulated robot with three cubes, used for many trials.

    :param robot: the description that policy and executor go by.
    :raises ImportError: if mujoco, gym-aloha's assets or a way to draw is missing.
    """

    def __init__(self, robot: Robot) -> None:
        self.robot = robot
        self.sim = SimRobot('cubes')
        self._elsewhere: SimRobot | None = None

    def see_elsewhere(self, seed: int, camera: str) -> NDArray[np.uint8]:
        """Draw what a camera would see, had another seed placed the cubes; the robot as it is."""
        if self._elsewhere is None:
            self._elsewhere = SimRobot('cubes')
        self._elsewhere.reset(seed, self.sim.positions())
        return self._elsewhere.render(camera)

    def close(self) -> None:
        """Free the OpenGL contexts."""
        for sim in (self.sim, self._elsewhere):
            if sim is not None:
                sim.close()


def rollout(stage: Stage, policy: Judged, trial: Trial, *, picture: bool = False) -> Outcome:
    """
    Play a trial.

    :param picture: whether to draw how it ends.
    :raises InputError: if the policy can't infer at all, say because of the sentence.
    """
    return _Rollout(stage, policy, trial).play(picture=picture)


class _Rollout:
    """A trial under way."""

    def __init__(self, stage: Stage, policy: Judged, trial: Trial) -> None:
        self._stage, self._sim, self._trial = stage, stage.sim, trial
        # Of the trial's own seed, but not the numbers that have placed the cubes.
        self._rng = np.random.default_rng((trial.seed, 1))
        self._sim.reset(trial.seed)
        if trial.anywhere:
            self._sim.reset(trial.seed, pose_anywhere(self._sim, self._rng))
        policy.reseed(trial.seed)
        self._line = Line(
            stage.robot,
            self._sim,
            HalfChunks(policy, trial.latency_s) if trial.blocking else policy,
            self._look,
            trial.latency_s,
            _replanning(trial),
            trial.strategy,
        )
        self._disturbed = False
        self._begin(trial.sentence, Success(trial.task))

    def _begin(self, sentence: str, success: Success) -> None:
        """Say a sentence; what it asks for counts from now on."""
        self._line.say(sentence)
        self._success = success
        self._said_ns = self._sim.time_ns
        self._first_held: str | None = None
        self._wrong = self._picked = False

    def _look(self, camera: str) -> NDArray[np.uint8]:
        if self._trial.shuffled:
            return self._stage.see_elsewhere(self._trial.seed + ELSEWHERE, camera)
        return self._sim.render(camera)

    def play(self, *, picture: bool) -> Outcome:
        limit_ns = round(LIMIT_S[self._trial.skill] * NS_PER_S)
        while not self._is_done() and self._elapsed_ns() < limit_ns:
            if self._line.tick():
                world = self._sim.world()
                self._disturb(world)
                self._judge(world)
        if not self._line.chunks:
            raise InputError(f'"{self._trial.sentence}": no inference: {self._line.waiting_for}')
        return Outcome(
            trial=self._trial,
            success=self._is_done(),
            time_s=self._elapsed_ns() / NS_PER_S,
            first_held=self._first_held,
            wrong=self._wrong,
            picked=self._picked,
            disturbed=self._disturbed,
            chunks=self._line.chunks,
            executor=str(self._line.executor.status),
            picture=shrink(self._sim.render(self._sim.cameras[0])) if picture else None,
        )

    def _elapsed_ns(self) -> int:
        return self._sim.time_ns - self._said_ns

    def _is_done(self) -> bool:
        """Return whether the task that counts is done; the first of two sentences never is."""
        return self._success.reached and (self._trial.then is None or self._disturbed)

    def _judge(self, world: World) -> None:
        held, wanted = world.held_cube(), self._success.task.cube
        self._first_held = self._first_held or held
        self._picked |= held == wanted
        self._wrong |= held not in {None, wanted}
        self._success.update(self._sim.time_ns, world)

    def _disturb(self, world: World) -> None:
        """Do what the trial has in store, once, when the hand is near enough."""
        trial = self._trial
        if self._disturbed or world.held_cube() is not None:
            return
        distance_m = world.distance_m(trial.task.cube)
        if trial.moved and distance_m < JUMP_DISTANCE_M:
            self._disturbed = True
            move_cube(self._sim, trial.task.cube, self._rng)
        elif trial.then is not None and distance_m < CHANGE_DISTANCE_M:
            self._disturbed = True
            self._begin(say(trial.then), Success(trial.then))


def _replanning(trial: Trial) -> Replanning:
    if trial.blocking:
        return WhenHalfIsOver()
    return Replanning(trial.replan, trial.replan_rate_hz, trial.replan_threshold)
