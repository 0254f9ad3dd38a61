# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is tried, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pi0_ros.execution.settings import ExecutorSettings
from pi0_ros.policy.policy import NUM_STEPS
from pi0_ros.policy.replanning import Replanning
from pi0_ros.policy.steering import Rtc
from pi0_ros.sim.sentences import Skill, skill_of
from pi0_ros.sim.task import Task

# How long a robot may take, from the sentence to the success [s].
LIMIT_S: Mapping[Skill, float] = {'pick': 8.0, 'put': 15.0}
# From the capture of the pictures to the chunk's arrival at the executor, on two CPU cores [s].
LATENCY_S = 0.06


@dataclass(frozen=True)
class Trial:
    """
    One sentence in one scene.

    :param task: what is to be done; it alone is judged.
    :param sentence: what the robot is told.
    :param seed: places the cubes, and seeds the policy's noise and every disturbance.
    :param latency_s: from the capture of the pictures to the chunk's arrival [s].
    :param replan: when the policy infers anew, as :class:`Replanning` says it.
    :param replan_rate_hz: chunks per second at most, if by rate [Hz].
    :param replan_threshold: part of a chunk that is left when the next one arrives, if by that.
    :param blocking: whether the robot runs half a chunk and then waits for the next one instead.
    :param strategy: how the executor takes over a chunk.
    :param rtc: how the policy lets a chunk go on from the last one.
    :param num_steps: Euler steps of the policy.
    :param shuffled: whether the pictures show cubes that lie elsewhere.
    :param moved: whether the cube jumps while the hand approaches it.
    :param then: commanded instead while the hand approaches the cube, and judged from then on.
    :param anywhere: whether the hand starts somewhere over the table, not in the usual pose.
    """

    task: Task
    sentence: str
    seed: int
    latency_s: float = LATENCY_S
    replan: str = Replanning.mode
    replan_rate_hz: float = Replanning.rate_hz
    replan_threshold: float = Replanning.threshold
    blocking: bool = False
    strategy: str = ExecutorSettings.strategy
    rtc: Rtc = 'none'
    num_steps: int = NUM_STEPS
    shuffled: bool = False
    moved: bool = False
    then: Task | None = None
    anywhere: bool = False

    @property
    def skill(self) -> Skill:
        """What the task needs."""
        return skill_of(self.task)


@dataclass(frozen=True)
class Outcome:
    """
    What came of a trial.

    :param success: whether the task was done in time.
    :param time_s: from the sentence to the success, or to the end of the patience [s].
    :param first_held: the cube that was held first; None if none ever was.
    :param wrong: whether a cube that the task doesn't name as the one to move was ever held.
    :param picked: whether the right cube was ever held.
    :param disturbed: whether the cube has jumped, or the other sentence was said.
    :param chunks: how many the policy has made.
    :param executor: what the executor said last about itself.
    :param picture: how it ended, small, (h, w, 3) uint8 RGB; None if nobody asked.
    """

    trial: Trial
    success: bool
    time_s: float
    first_held: str | None
    wrong: bool
    picked: bool
    disturbed: bool
    chunks: int
    executor: str
    picture: NDArray[np.uint8] | None = None
