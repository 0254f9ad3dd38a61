# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Joints that chunks tell velocities, led through code that thinks in positions.

Seams and timeline join and read numbers without asking what they are, so for these joints they
are given velocities where others have positions, and accelerations where others have velocities.
Only the last step, from what the seam says to what the limiter is to reach, makes positions of
them. Masks over the joints, (J,), pick them out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pi0_ros.execution.limits import JointLimits, Motion
from pi0_ros.execution.settings import ExecutorSettings
from pi0_ros.types import Chunk, InputError

Array = NDArray[np.float64]


class VelocityJoints:
    """
    Which joints are told velocities, and what that changes.

    :param names: joint names in the executor's order, length J.
    :param settings: name them.
    """

    def __init__(self, names: Sequence[str], settings: ExecutorSettings) -> None:
        self.told = np.array([name in settings.velocity_joints for name in names])
        """Those that are told velocities, (J,) bool."""
        self._names = settings.velocity_joints
        self._period_s = settings.period_s
        self.forwarded = np.array([name in settings.forwarded_joints for name in names])
        """Those whose robot is told velocities too, (J,) bool."""

    def reach(self, limits: JointLimits) -> tuple[Array, Array]:
        """Return how fast the joints' targets may change, and how fast that may, (J,) each."""
        return (
            np.where(self.told, limits.acceleration, limits.velocity),
            np.where(self.told, limits.jerk, limits.acceleration),
        )

    def check(self, chunk: Chunk) -> None:
        """
        Require velocities of a chunk where they are needed.

        :raises InputError: if it has none.
        """
        if self._names and chunk.velocities is None:
            raise InputError(f'chunk: no velocities, expected them for {", ".join(self._names)}')

    def course(self, chunk: Chunk) -> Chunk:
        """Return a checked chunk with velocities in place of the positions of these joints."""
        if chunk.velocities is None or not self._names:
            return chunk
        return replace(chunk, positions=np.where(self.told, chunk.velocities, chunk.positions))

    def anchor(self, motion: Motion, measured: Array) -> Motion:
        """Return the last command, where forwarded joints stand as measured, (J,)."""
        return motion._replace(position=np.where(self.forwarded, measured, motion.position))

    def at_seam(self, motion: Motion, before: Motion) -> Motion:
        """
        Return the last command as a seam is to take it over.

        :param before: the command before it.
        """
        _, velocity, acceleration = motion
        change = (acceleration - before.acceleration) / self._period_s
        return self._for_told(motion, Motion(velocity, acceleration, change))

    def aim(self, read: Motion) -> Motion:
        """Return what is to be reached; a joint told velocities is to reach no position."""
        return self._for_told(read, Motion(read.position, *read[:2]))

    def _for_told(self, motion: Motion, told: Motion) -> Motion:
        """Return the second motion for the joints that are told velocities, else the first."""
        if not self._names:
            return motion
        pairs = zip(told, motion, strict=True)
        return Motion(*(np.where(self.told, mine, others) for mine, others in pairs))
