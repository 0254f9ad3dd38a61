# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
How long inferences take against how long a chunk lasts.

They are timed as the policy node would run them: in the number of threads that it has given
PyTorch, no more than OMP_NUM_THREADS says. On a busy machine several threads wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch

from pi0_ros.execution.settings import ExecutorSettings
from pi0_ros.policy.policy import Inference
from pi0_ros.policy.replanning import REPLAN_RATE_HZ
from pi0_ros.policy.worker import Infers
from pi0_ros.preflight.findings import Finding, Level, failure, passed, warning
from pi0_ros.robots.spec import Robot
from pi0_ros.types import Observation

TIMED = 5  # inferences
ENOUGH_S = 10.0  # of them all: no more begin after that


def examine_timing(robot: Robot, policy: Infers, observation: Observation) -> Finding:
    """
    Time some inferences; if they are slow, look whether threads are the reason.

    :raises InputError: if the policy can't infer.
    """
    threads = torch.get_num_threads()
    finding = check_timing(robot, time_inferences(policy, observation), threads)
    if finding.level == Level.PASS or threads == 1:
        return finding
    with _one_thread():
        alone = check_timing(robot, time_inferences(policy, observation), 1)
    if alone.level >= finding.level:
        return finding
    return warning(
        finding.check,
        f'{finding.reason}\nin one thread: {alone.reason}',
        'start the policy node with OMP_NUM_THREADS=1 in its environment',
    )


def time_inferences(policy: Infers, observation: Observation) -> list[Inference]:
    """
    Infer from the same observation a few times, and once before, for what is done only once.

    :raises InputError: if the policy can't infer.
    """
    policy.infer(observation)
    inferences: list[Inference] = []
    while len(inferences) < TIMED and sum(map(duration_s, inferences)) < ENOUGH_S:
        inferences.append(policy.infer(observation))
    return inferences


def check_timing(robot: Robot, inferences: Sequence[Inference], threads: int) -> Finding:
    """
    Compare the time of an inference, and the wait for the next, with the chunk's length.

    The best of them shows what this machine can do, the median what it does just now.

    :param inferences: of the same observation, after a first that is not among them.
    :param threads: in which the CPU computed, for the text.
    """
    check, chunk = 'inference', inferences[0].chunk
    ordered = sorted(inferences, key=duration_s)
    best, median = ordered[0], ordered[len(ordered) // 2]
    points = chunk.times_ns.size
    lasts_s = points / robot.rate_hz
    stages = ', '.join(f'{stage} {ms:.0f}' for stage, ms in best.milliseconds.items())
    text = (
        f'best of {len(ordered)} {duration_s(best) * 1e3:.0f} ms ({stages}), median '
        f'{duration_s(median) * 1e3:.0f} ms, CPU threads: {threads}; {points} points at '
        f'{robot.rate_hz:g} Hz last {lasts_s:.2f} s'
    )
    faster = 'use a faster device, or fewer num_steps; leave the machine to the robot'
    timeout_s = ExecutorSettings.chunk_timeout_s
    late = f'a chunk is over or stale ({timeout_s:g} s) before it is there'
    limit_s = min(lasts_s, timeout_s)
    if duration_s(best) >= limit_s:
        return failure(check, f'{text}: {late}', faster)
    if duration_s(median) >= limit_s:
        return warning(check, f'{text}: by the median {late}', faster)
    needed_s = duration_s(median) + 1 / REPLAN_RATE_HZ + ExecutorSettings.crossfade_s
    if needed_s > lasts_s:
        return warning(
            check,
            f'{text}: with {REPLAN_RATE_HZ:g} chunks per second and the crossfade it takes '
            f'{needed_s:.2f} s, so the robot will stop between chunks',
            f'{faster}; check that rate_hz ({robot.rate_hz:g}) is that of the training data',
        )
    return passed(check, f'{text}; the checkpoint does not say at which rate it was trained')


def duration_s(inference: Inference) -> float:
    """Return how long an inference took [s]."""
    return sum(inference.milliseconds.values()) * 1e-3


@contextmanager
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
