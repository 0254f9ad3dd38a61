# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A small robot with an executor, driven tick by tick."""

from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest

from pi0_ros.execution.executor import ChunkExecutor
from pi0_ros.execution.limits import JointLimits
from pi0_ros.execution.settings import ExecutorSettings
from pi0_ros.execution.status import State
from pi0_ros.types import Chunk, InputError

MS = 1_000_000
PERIOD_S = 0.01
HAS_RUCKIG = find_spec('ruckig') is not None  # without it no robot has limits of jerk
NAMES = ('shoulder', 'elbow', 'gripper')
LIMITS = JointLimits(
    NAMES,
    lower=[-2.0, -np.inf, 0.0],
    upper=[2.0, np.inf, 0.08],
    velocity=[1.5, 2.0, 0.2],
    acceleration=[8.0, 10.0, 2.0],
)
START = np.array([0.5, -0.25, 0.04])


def a_chunk(stamp_ns, curve, *, names=NAMES, horizon_ms=500, spacing_ms=20):
    """Return a chunk along a curve of the time in seconds, one (J,) at a time."""
    times = np.arange(0, horizon_ms + 1, spacing_ms) * MS
    return Chunk(stamp_ns, names, times, [curve((stamp_ns + int(t)) / 1e9) for t in times])


def a_velocity_chunk(stamp_ns, velocity, *, horizon_ms=500, spacing_ms=20):
    """Return a chunk that tells both arm joints a velocity, and leaves the gripper."""
    times = np.arange(0, horizon_ms + 1, spacing_ms) * MS
    velocities = np.array([velocity((stamp_ns + int(t)) / 1e9) for t in times])
    path = np.tile(START, (len(times), 1))  # nobody may look at the arm's
    return Chunk(stamp_ns, NAMES, times, path, velocities)


def beside(*offset):
    """Return the start position, moved."""
    return START + np.array(offset)


FAR = beside(1.0, 1.0, 0.03)


def rest(position=START):
    return lambda _: np.asarray(position)


def sway(offset=(0.0, 0.0, 0.0)):
    """Return a motion that keeps the limits of both arm joints."""
    return lambda t: START + offset + np.array([0.3, -0.2, 0.0]) * np.sin(2 * t)


class Rig:
    """An executor, its clock, a robot that follows perfectly, and a check of each command."""

    def __init__(self, jerk=np.inf, **settings):
        forwarded = settings.get('forwarded_joints', ())
        chosen = {'period_ns': 10 * MS, 'gripper_joints': ('gripper',), **settings}
        self.executor = ChunkExecutor(
            replace(LIMITS, jerk=np.full(3, jerk)), ExecutorSettings(**chosen)
        )
        self.jerk = jerk
        self.now_ns = 10_000 * MS
        self.robot = START.copy()
        self.last = None  # last command; None where the next may begin at the robot
        self.held = [j for j, name in enumerate(NAMES) if name not in forwarded]
        self.executor.set_enabled(True)

    @property
    def now_s(self):
        return self.now_ns / 1e9

    @property
    def state(self):
        return self.executor.status.state

    def offer(self, curve, *, age_ms=0, **shape):
        chunk = a_chunk(self.now_ns - age_ms * MS, curve, **shape)
        return self.executor.add_chunk(chunk, self.now_ns)

    def try_offer(self, chunk):
        """Offer as a caller does that knows what to do with an error."""
        try:
            self.executor.add_chunk(chunk, self.now_ns)
        except InputError as error:
            self.executor.reject_chunk(str(error))

    def tick(self, after_ms=10, *, measured=True):
        """Let time pass, measure, tick, check, and let the robot do what it is told."""
        self.now_ns += int(after_ms * MS)
        if measured:
            self.executor.update_state(self.now_ns, self.robot)
        command = self.executor.tick(self.now_ns)
        if command is not None:
            self.check(command)
            self.robot = command.positions
        self.last = command
        return command

    def ticks(self, n, **how):
        return [self.tick(**how) for _ in range(n)]

    def check(self, command):
        """Assert that a command is within limits and continues the last one, or the robot."""
        tight = 1 + 1e-9
        position = self.robot if self.last is None else self.last.positions
        velocity = 0.0 if self.last is None else self.last.velocities
        assert command.stamp_ns == self.now_ns
        assert command.names == NAMES
        assert (np.abs(command.velocities) <= LIMITS.velocity * tight).all()
        change = np.abs(command.velocities - velocity)
        assert (change <= LIMITS.acceleration * PERIOD_S * tight).all()
        held = self.held  # a forwarded joint goes on from where it is measured
        assert (command.positions >= np.minimum(LIMITS.lower, position))[held].all()
        assert (command.positions <= np.maximum(LIMITS.upper, position))[held].all()
        if self.jerk < np.inf:  # commands are instants of a motion, and not steps
            velocity = (velocity + command.velocities) / 2
            off = self.jerk * PERIOD_S**3 / 8
        else:
            velocity, off = command.velocities, 1e-12
        moved = command.positions - position
        assert np.abs(moved - velocity * PERIOD_S)[held].max() < off


def at_rest(command):
    return not command.velocities.any()


def running(rig):
    """Bring the rig into the middle of a motion."""
    rig.offer(lambda t: beside(t - 10, 10 - t, 0), horizon_ms=1000)
    rig.ticks(30)
    assert rig.state is State.RUNNING
    assert np.abs(rig.last.velocities[:2]).min() > 0.5
    return rig


def assert_brakes_and_holds(rig, **how):
    """The next commands come to rest in the theoretical time, and stay."""
    velocity = np.abs(rig.last.velocities)
    needed = int(np.ceil((velocity / (LIMITS.acceleration * 0.01)).max() - 1e-9))
    commands = rig.ticks(needed + 5, **how)
    assert rig.state is State.HOLDING, rig.executor.status
    assert not at_rest(commands[needed - 2])
    for command in commands[needed - 1 :]:
        assert np.abs(command.velocities).max() < 1e-12
        assert command.positions == pytest.approx(commands[-1].positions, abs=1e-12)
