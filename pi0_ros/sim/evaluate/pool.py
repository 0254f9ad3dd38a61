# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Trials on every core: processes of one thread each, so that none of them waits for another.

Which process plays a trial makes no difference to it.
"""

from __future__ import annotations

import atexit
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
import multiprocessing
import os
from pathlib import Path

from pi0_ros.policy.policy import Policy
from pi0_ros.policy.steering import Rtc
from pi0_ros.robots.spec import load_robot
from pi0_ros.sim.evaluate.rollout import Stage, rollout
from pi0_ros.sim.evaluate.trial import Outcome, Trial


@dataclass(frozen=True)
class Job:
    """
    A trial and whom to try.

    :param robot: file of the robot's description.
    :param checkpoint: folder of the policy.
    :param picture: whether to draw how it ends.
    """

    robot: Path
    checkpoint: Path
    trial: Trial
    picture: bool = False


def play(jobs: Sequence[Job], processes: int) -> Iterator[Outcome]:
    """
    Play trials; yield what came of them, in their order.

    :raises InputError: if a robot, a checkpoint or a sentence can't be used.
    """
    os.environ['OMP_NUM_THREADS'] = '1'  # read by the processes when they start
    context = multiprocessing.get_context('spawn')  # a fork would share OpenGL's and torch's state
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        try:
            yield from pool.map(_play, jobs)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _play(job: Job) -> Outcome:
    policy = _policy(job.robot, job.checkpoint, job.trial.rtc, job.trial.num_steps)
    return rollout(_stage(job.robot), policy, job.trial, picture=job.picture)


@cache
def _stage(robot: Path) -> Stage:
    """Return this process's simulated robot."""
    stage = Stage(load_robot(robot))
    atexit.register(stage.close)
    return stage


@cache
def _policy(robot: Path, checkpoint: Path, rtc: Rtc, num_steps: int) -> Policy:
    return Policy.load(
        checkpoint, load_robot(robot), dtype='float32', rtc=rtc, num_steps=num_steps
    )
