# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Following a chunk: a seam where it begins, then one limited step after another.

Takes the chunk to be followed and the last commands, gives the next command's motion. Whether a
chunk may be followed at all is not its business.
"""

from __future__ import annotations

import numpy as np

from pi0_ros.execution.jerk import JerkLimiter
from pi0_ros.execution.limits import JointLimits, Limiter, Motion, Target
from pi0_ros.execution.seams import STRATEGIES, Handover
from pi0_ros.execution.settings import ExecutorSettings
from pi0_ros.execution.timeline import Course
from pi0_ros.execution.velocities import VelocityJoints
from pi0_ros.types import Chunk

# A chunk that is younger than a period is taken over before it begins, and the limiter looks back
# from there.
LEAD_PERIODS = 4


class Following:
    """
    Leads commands from chunk to chunk.

    :param limits: what the joints can do.
    :param settings: what the user chose.
    :raises InputError: if there are limits of jerk and ruckig isn't installed.
    """

    def __init__(self, limits: JointLimits, settings: ExecutorSettings) -> None:
        self.velocities = VelocityJoints(limits.names, settings)
        self.grippers = np.array([name in settings.gripper_joints for name in limits.names])
        """Those of the joints that are grippers, (J,) bool."""
        self._settings = settings
        self._reach = self.velocities.reach(limits)
        limiter = JerkLimiter if np.isfinite(limits.jerk).any() else Limiter
        self._limiter = limiter(limits, settings.period_ns, self.velocities.told)
        self.forget()

    def forget(self) -> None:
        """Follow nothing: what comes next is joined to nothing but the last command."""
        self.chunk: Chunk | None = None
        """The chunk that is followed; None if none is."""
        self._target: Target | None = None
        self._courses: tuple[Course, ...] = ()  # of the chunks that were followed, oldest first

    def take_over(
        self, chunk: Chunk, motion: Motion, before: Motion, time_ns: int, late_ns: int
    ) -> None:
        """
        Join a chunk to the motion.

        :param motion: the last command.
        :param before: the command before it.
        :param time_ns: when the last command was due [ns].
        :param late_ns: how much later than it says the chunk is to happen [ns].
        """
        settings, (slope, bend) = self._settings, self._reach
        new = Course(
            self.velocities.course(chunk),
            settings.interpolation,
            settings.smoothing_s,
            exact=self.grippers,
            late_ns=late_ns,
            lead_ns=LEAD_PERIODS * settings.period_ns,
        )
        seam = Handover(
            time_ns=time_ns,
            motion=self.velocities.at_seam(motion, before),
            limiter=self._limiter,
            new=new,
            earlier=tuple(course for course in self._courses if course.ends_ns > time_ns),
            slope=slope,
            bend=bend,
            fade_s=settings.crossfade_s,
            decay_per_s=settings.ensemble_decay_per_s,
            unfaded=self.grippers,
        )
        self.chunk = chunk
        self._courses = (*seam.earlier, new)
        self._target = STRATEGIES[settings.strategy](seam)

    def step(self, motion: Motion, now_ns: int) -> tuple[Motion, bool]:
        """Return the next command, and whether a limit has kept it from the target."""
        assert self._target is not None
        aim = self.velocities.aim(self._limiter.read(self._target, now_ns))
        motion = self._limiter.step(motion, aim)
        return motion, not self._limiter.reaches(motion, aim)

    def brake(self, motion: Motion) -> Motion:
        """Return the next command on the way to rest."""
        return self._limiter.brake(motion)
