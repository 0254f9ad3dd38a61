# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What one tick of the executor costs, and whether a loop of 500 Hz holds.

ALOHA's 14 joints follow chunks of 50 points at 50 Hz that are 100 ms old when they come, each a
little off the last. Ticks are timed one by one, first as fast as they go, then in a process of its
own that sleeps until each is due and also makes the message. On a loaded machine the tails are the
load's, so that is printed too.

    python benchmarks/executor.py [--seconds 10]
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
import multiprocessing
import os
from pathlib import Path
import time

import numpy as np
from numpy.typing import NDArray

from pi0_ros.convert import command_to_array, command_to_joint_state, command_to_trajectory
from pi0_ros.execution.executor import ChunkExecutor
from pi0_ros.execution.limits import JointLimits
from pi0_ros.execution.seams import STRATEGIES
from pi0_ros.execution.settings import ExecutorSettings
from pi0_ros.execution.stopping import StoppingPath
from pi0_ros.robots.spec import load_robot
from pi0_ros.types import NS_PER_S, Chunk, Command

ROOT = Path(__file__).resolve().parents[1]
RATE_HZ = 500
PERIOD_NS = NS_PER_S // RATE_HZ
TIMES_NS = np.arange(50) * (NS_PER_S // 50)  # of a chunk's points
DELAY_NS = NS_PER_S // 10  # from a chunk's stamp to its coming
CHUNK_RATES_HZ = (5, 10)
JERK_PER_ACCELERATION = 10.0  # for a robot with limits of jerk [1/s]
GOAL_US = 200.0  # for the median


class Case:
    """
    An executor that follows one chunk after another.

    :param chunk_hz: how many chunks come in a second.
    :param jerk: whether jerk is limited.
    """

    def __init__(self, strategy: str, chunk_hz: int, *, jerk: bool) -> None:
        robot = load_robot(ROOT / 'config/robots/aloha.yaml')
        limits = JointLimits.of(robot)
        most = JERK_PER_ACCELERATION * limits.acceleration if jerk else np.array(np.inf)
        self.limits = replace(limits, jerk=most)
        settings = ExecutorSettings(
            PERIOD_NS, strategy=strategy, gripper_joints=tuple(robot.grippers)
        )
        self.label = f'{strategy}{", jerk" if jerk else ""}, {chunk_hz} chunks/s'
        self._chunk_ticks = RATE_HZ // chunk_hz
        self._rng = np.random.default_rng(0)
        self._executor = ChunkExecutor(self.limits, settings)
        self._executor.set_enabled(enabled=True)

    def ticks(self, dues_ns: Iterable[int]) -> Iterator[tuple[bool, float, Command]]:
        """Tick at each instant; yield whether a chunk was new, the time it took [µs], and what."""
        robot = self._chunk(NS_PER_S).positions[0]
        for k, now_ns in enumerate(dues_ns):
            is_new = k % self._chunk_ticks == 0
            if is_new:
                self._executor.add_chunk(self._chunk(now_ns - DELAY_NS), now_ns)
            self._executor.update_state(now_ns, robot)
            begun_ns = time.perf_counter_ns()
            command = self._executor.tick(now_ns)
            took_us = (time.perf_counter_ns() - begun_ns) / 1e3
            assert command is not None, self._executor.status
            robot = command.positions
            yield is_new, took_us, command

    def _chunk(self, stamp_ns: int) -> Chunk:
        """Return a chunk along slow waves: off them by an offset of its own, and noisy."""
        bounded = np.isfinite(self.limits.lower) & np.isfinite(self.limits.upper)
        lower = np.where(bounded, self.limits.lower, -1.0)
        upper = np.where(bounded, self.limits.upper, 1.0)
        seconds = (stamp_ns + TIMES_NS) % (1000 * NS_PER_S) / NS_PER_S
        joints = np.arange(len(lower))
        wave = np.sin(seconds[:, None] + joints)
        wave += 0.02 * self._rng.normal(size=joints.shape)
        wave += 0.002 * self._rng.normal(size=wave.shape)
        path = (lower + upper) / 2 + 0.2 * (upper - lower) * wave
        return Chunk(stamp_ns, self.limits.names, TIMES_NS, path)


def row(label: str, *groups: list[float] | NDArray[np.float64]) -> None:
    """Print quantiles and maximum of groups of numbers [µs]."""
    figures = (figure for group in groups for figure in np.percentile(group, (50, 95, 99, 100)))
    print(f'{label:36}' + ''.join(f'{figure:9.0f}' for figure in figures))


def print_ticks(seconds: float) -> list[Command]:
    """Time every strategy; return the commands of the last."""
    print(f'{"one tick [µs]":36}{"with the chunk before":>36}{"with a new chunk":>36}')
    print(f'{"":36}' + 2 * ''.join(f'{head:>9}' for head in ('p50', 'p95', 'p99', 'max')))
    for jerk in (False, True):
        for strategy in STRATEGIES:
            for chunk_hz in CHUNK_RATES_HZ:
                case = Case(strategy, chunk_hz, jerk=jerk)
                dues_ns = range(10**15, 10**15 + int(seconds * NS_PER_S), PERIOD_NS)
                new, took_us, commands = zip(*case.ticks(dues_ns), strict=True)
                is_new, took = np.array(new), np.array(took_us)
                row(case.label, took[~is_new], took[is_new][1:])
    print(f'{"goal":36}{GOAL_US:9.0f}')
    return list(commands)


def converters(limits: JointLimits) -> dict[str, Callable[[Command], object]]:
    """Return what makes each kind of message, for all joints."""
    names, stopping = limits.names, StoppingPath(limits, limits.names, PERIOD_NS)
    return {
        'float64_multi_array': lambda c: command_to_array(c, names, 'position'),
        'joint_state': lambda c: command_to_joint_state(c, names),
        'joint_trajectory': lambda c: command_to_trajectory(stopping.of(c), names, PERIOD_NS),
    }


def print_messages(limits: JointLimits, commands: list[Command]) -> None:
    """Time what makes messages of commands."""
    print('\none message, beside it [µs]')
    for kind, convert in converters(limits).items():
        took_us = []
        for command in commands:
            begun_ns = time.perf_counter_ns()
            convert(command)
            took_us.append((time.perf_counter_ns() - begun_ns) / 1e3)
        row(kind, took_us)


def loop(seconds: float, *, jerk: bool) -> tuple[list[float], int]:
    """
    Tick in real time, and make the costliest message each time.

    :return: how late each tick began [µs], and how many ended after the next one was due.
    """
    case = Case(ExecutorSettings.strategy, CHUNK_RATES_HZ[-1], jerk=jerk)
    convert = converters(case.limits)['joint_trajectory']
    late_us: list[float] = []
    begin_ns = time.monotonic_ns() + PERIOD_NS
    dues_ns = range(begin_ns, begin_ns + int(seconds * NS_PER_S), PERIOD_NS)

    def on_time() -> Iterator[int]:
        for due_ns in dues_ns:
            time.sleep(max(0, due_ns - time.monotonic_ns()) / NS_PER_S)
            now_ns = time.monotonic_ns()
            late_us.append((now_ns - due_ns) / 1e3)
            yield now_ns

    overruns = 0
    for due_ns, (_, _, command) in zip(dues_ns, case.ticks(on_time()), strict=True):
        convert(command)
        overruns += time.monotonic_ns() > due_ns + PERIOD_NS
    return late_us, overruns


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument('--seconds', type=float, default=10.0, help='of motion, for each row')
    seconds = parser.parse_args().seconds
    print(f'{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}')
    commands = print_ticks(seconds)
    print_messages(Case('replace', CHUNK_RATES_HZ[0], jerk=False).limits, commands)
    print(f'\nloop of {RATE_HZ} Hz for {seconds:.0f} s: how late each tick began [µs]')
    spawn = multiprocessing.get_context('spawn')
    for jerk in (False, True):
        with ProcessPoolExecutor(1, mp_context=spawn) as process:
            late_us, overruns = process.submit(loop, seconds, jerk=jerk).result()
        row('with limits of jerk' if jerk else 'without limits of jerk', late_us)
        print(f'  {overruns} of {len(late_us)} ticks ended after the next one was due')
    print(f'load average {os.getloadavg()[0]:.1f}')


if __name__ == '__main__':
    main()
