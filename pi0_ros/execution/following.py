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
from pi0_ros.execution.seams import FORESEEING, STRATEGIES, Handover
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
        self.rest_ns: int | None = None
        """Since when commands have been still [ns]; None if they move, or did when last told."""
        self.forget()

    def rest(self, now_ns: int) -> None:
        """Hear that commands are still."""
        if self.rest_ns is None:
            self.rest_ns = now_ns

    def ends_ns(self, chunk: Chunk, now_ns: int) -> int:
        """When a chunk's last point is due, as it is followed or would be from now on [ns]."""
        if chunk is self.chunk:
            return self._courses[-1].ends_ns
        return chunk.end_ns + self._late_ns(chunk, now_ns)

    def _late_ns(self, chunk: Chunk, now_ns: int) -> int:
        """How much later than it says a chunk would happen if it were taken over now [ns]."""
        untouched = self.rest_ns is not None and chunk.stamp_ns >= self.rest_ns
        if not untouched or self._settings.strategy in FORESEEING:
            return 0
        begins_ns = chunk.stamp_ns + int(chunk.times_ns[0])
        return max(0, now_ns - self._settings.period_ns - begins_ns)

    def forget(self) -> None:
        """Follow nothing: what comes next is joined to nothing but the last command."""
        self.chunk: Chunk | None = None
        """The chunk that is followed; None if none is."""
        self._target: Target | None = None
        self._courses: tuple[Course, ...] = ()  # of the chunks that were followed, oldest first

    def take_over(self, chunk: Chunk, motion: Motion, before: Motion, now_ns: int) -> None:
        """
        Join a chunk to the motion.

        :param motion: the last command.
        :param before: the command before it.
        :param now_ns: when the next command, the first to follow the chunk, is due [ns].
        """
        settings, (slope, bend) = self._settings, self._reach
        time_ns, late_ns = now_ns - settings.period_ns, self._late_ns(chunk, now_ns)
        self.rest_ns = None
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
