# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Policies whose intentions are known: an instant of observation goes in, a chunk comes out.

What they intend is a motion in time, the reference, wherever the robot is.
Letters in shapes: J joints, K points, T instants.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pi0_ros.model.guidance import soft_mask
from pi0_ros.policy.continuation import Rest
from pi0_ros.robots.chunks import point_times_ns
from pi0_ros.robots.spec import Robot
from pi0_ros.types import NS_PER_S, Chunk

Array = NDArray[np.float64]

HORIZON = 50


class Intends(Protocol):
    """A policy with a motion in mind."""

    @property
    def duration_s(self) -> float:
        """How long the motion is known [s]."""

    def plan(self, stamp_ns: int, measured: Array) -> Chunk:
        """
        Return the chunk that follows an observation.

        :param stamp_ns: when it was made [ns].
        :param measured: where the robot stood, (J,) [rad], [m].
        """

    def reference(self, times_ns: NDArray[np.int64]) -> Array:
        """Return the motion itself, (T, J) [rad], [m]."""


class Synthetic:
    """
    A smooth motion, and chunks that miss it as the demo's policy misses its own.

    Every joint goes on a sum of three slow sines through the middle of its range. A chunk is the
    motion, plus an offset that is the chunk's own, plus a drift that grows along the chunk, plus
    noise on every point. Their deviations are the recorded policy's (doc/seams.md); they are drawn
    anew, independently, for every instant of observation.

    :param robot: whose joints, limits and point times they are.
    :param returning_s: if given, chunks begin where the robot stands (but for the misses), and
        come back to the motion with this time constant [s]; else they are on the motion at once.
    :param drift: deviation of the drift at the last point [rad]; None for the measured one.
    :param seed: of the motion and of the misses.
    """

    SINES = 3
    FREQUENCIES_HZ = (0.1, 0.5)
    FASTEST = (0.5, 1.0)  # highest speed of each joint, [rad/s]
    GRIPPER_FASTEST = (0.01, 0.02)  # the same of each gripper, [m/s]
    RANGE_SHARE = 0.8  # of the joint's range at most
    OFFSET = 0.009  # [rad]
    DRIFT = 0.05  # at the last point [rad]
    NOISE = 2.3e-4  # [rad]
    GRIPPER_SHARE = 0.01  # of the above, in [m]

    duration_s = 20.0

    def __init__(
        self,
        robot: Robot,
        returning_s: float | None = None,
        drift: float | None = None,
        seed: int = 0,
    ) -> None:
        self._names = robot.joint_names
        self._times_ns = point_times_ns(robot, HORIZON)
        self._returning_s = returning_s
        self._drift = self.DRIFT if drift is None else drift
        self._seed = seed
        gripper = np.isin(self._names, list(robot.grippers))  # (J,)
        self._unit = np.where(gripper, self.GRIPPER_SHARE, 1.0)
        rng = np.random.default_rng(seed)
        shape = (self.SINES, len(self._names))
        self._omegas = 2 * np.pi * rng.uniform(*self.FREQUENCIES_HZ, shape)
        self._phases = rng.uniform(0, 2 * np.pi, shape)
        fastest = np.where(
            gripper,
            rng.uniform(*self.GRIPPER_FASTEST, len(self._names)),
            rng.uniform(*self.FASTEST, len(self._names)),
        )
        amplitudes = fastest / self._omegas / self.SINES
        lower, upper = robot.position_limits
        room = self.RANGE_SHARE * (upper - lower) / 2
        self._amplitudes = amplitudes * np.minimum(1.0, room / amplitudes.sum(axis=0))
        self._middle = (lower + upper) / 2

    def reference(self, times_ns: NDArray[np.int64]) -> Array:
        """Return the motion itself, (T, J)."""
        angles = times_ns[:, None, None] / NS_PER_S * self._omegas + self._phases
        return np.asarray(self._middle + (self._amplitudes * np.sin(angles)).sum(axis=1))

    def plan(self, stamp_ns: int, measured: Array) -> Chunk:
        """Return the motion from an instant on, missed."""
        rng = np.random.default_rng((self._seed, stamp_ns))
        joints = len(self._names)
        misses = (
            self.OFFSET * rng.standard_normal(joints)
            + np.linspace(0, self._drift, HORIZON)[:, None] * rng.standard_normal(joints)
            + self.NOISE * rng.standard_normal((HORIZON, joints))
        )
        positions = self.reference(stamp_ns + self._times_ns) + self._unit * misses
        if self._returning_s is not None:
            away = measured - self.reference(np.array([stamp_ns]))  # (1, J)
            positions += np.exp(-self._times_ns[:, None] / NS_PER_S / self._returning_s) * away
        return Chunk(stamp_ns, self._names, self._times_ns, positions)


class Recorded:
    """
    Chunks of the demo's policy, for the pictures of one motion in the simulator.

    An observation is the newest picture, up to one of the camera's periods old. The reference is
    what the robot was told in the recording.

    :param robot: the recording's.
    :param file: from :func:`.record.record`.
    """

    def __init__(self, robot: Robot, file: Path) -> None:
        self._names = robot.joint_names
        with np.load(file) as recording:
            self._stamps_ns = recording['stamps_ns']
            self._times_ns = recording['times_ns']
            self._chunks = recording['chunks'].astype(np.float64)
            self._command_times_ns = recording['command_times_ns']
            self._commands = recording['commands'].astype(np.float64)
        self.duration_s = float(self._stamps_ns[-1] / NS_PER_S)

    def reference(self, times_ns: NDArray[np.int64]) -> Array:
        """Return what the robot was told, (T, J)."""
        columns = self._commands.T
        told = [np.interp(times_ns, self._command_times_ns, column) for column in columns]
        return np.stack(told, axis=1)

    def plan(self, stamp_ns: int, measured: Array) -> Chunk:  # noqa: ARG002 - as Intends has it
        """Return the chunk of the newest picture, wherever the robot stands."""
        newest = int(np.searchsorted(self._stamps_ns, stamp_ns, side='right')) - 1
        positions = self._chunks[newest]
        return Chunk(int(self._stamps_ns[newest]), self._names, self._times_ns, positions)


def go_on(chunk: Chunk, rest: Rest) -> Chunk:
    """
    Return a chunk as real-time chunking would have made it: the rest, fading to its own plan.

    It stands for guidance that reaches its aim, with the paper's weights
    (:func:`pi0_ros.model.guidance.soft_mask`): the rest is kept to for as long as the delay, and
    given up softly until it ends.
    """
    weights = soft_mask(len(chunk.times_ns), rest.delay, rest.overlap).numpy()[:, None]  # (K, 1)
    positions = weights * rest.targets + (1 - weights) * chunk.positions
    return Chunk(chunk.stamp_ns, chunk.names, chunk.times_ns, positions)
