# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The limiter for joints with a limit of jerk: time-optimal motions by ruckig, that can always stop.

Ruckig (Berscheid & Kröger, "Jerk-limited real-time trajectory generation with arbitrary target
states", RSS 2021) plans from a motion to another within limits of velocity, acceleration and jerk.
It knows no ends of a joint's way; here no step is taken from which the joint could not come to
rest before them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pi0_ros.execution.limits import JointLimits, Limiter, Motion, Target
from pi0_ros.types import InputError

FASTEST_FRAME = 0.9  # of a joint's velocity limit, which leaves some of it on either side
FARTHEST_S = 10.0  # to a target at full speed; ruckig refuses ways of hours
SLACK = 1e-9  # that rounding may take of a position limit [rad], [m]


class JerkLimiter(Limiter):
    """
    Steps from command to command within limits of position, velocity, acceleration and jerk.

    Given a start that is within the limits and could stop before their end, every further command
    is so too, whatever the targets. Given a start outside the position limits, no command is
    farther outside than the start.

    Commands are instants of a continuous motion; velocity and acceleration are its derivatives.

    :param limits: what the joints can do; jerk limits may be infinite.
    :param period_ns: time between two commands [ns].
    :param free: mask of the joints whose velocity counts and not their position, (J,); None if
        there are none.
    :raises InputError: if ruckig isn't installed.
    """

    def __init__(
        self, limits: JointLimits, period_ns: int, free: NDArray[np.bool_] | None = None
    ) -> None:
        super().__init__(limits, period_ns, free)
        try:
            import ruckig  # noqa: PLC0415  # only robots with limits of jerk need it
        except ModuleNotFoundError as error:
            raise InputError(f'jerk limits: {error}; pip install ruckig') from error
        self.lag_s = 0.0
        self._instants = period_ns * np.arange(-1, 2)
        count = len(limits.names)
        modes, ways = ruckig.ControlInterface, ruckig.Synchronization
        self._error = ruckig.RuckigError
        self._planner, self._plan = ruckig.Ruckig(count), ruckig.Trajectory(count)
        self._way, self._timed_way, self._halt = (
            ruckig.InputParameter(count) for _ in range(3)
        )  # to a target, to it in just one period, to rest
        for problem in (self._way, self._timed_way, self._halt):
            problem.synchronization = ways.No
            problem.max_velocity = limits.velocity
            problem.max_acceleration = limits.acceleration
            problem.max_jerk = limits.jerk
        self._timed_way.synchronization = ways.Time
        self._timed_way.minimum_duration = self._period_s
        for problem in (self._way, self._timed_way):
            problem.per_dof_control_interface = [
                modes.Velocity if is_free else modes.Position for is_free in self._free
            ]
        self._halt.control_interface = modes.Velocity
        self._halt.target_velocity = self._halt.target_acceleration = np.zeros(count)

    def read(self, target: Target, time_ns: int) -> Motion:
        """Return what a target does at an instant [ns], by central differences."""
        before, now, after = target(time_ns + self._instants)
        velocity = (after - before) / (2 * self._period_s)
        return Motion(now, velocity, (after - 2 * now + before) / self._period_s**2)

    def step(self, motion: Motion, aim: Motion) -> Motion:
        """
        Go after a moving target, as fast as the limits allow.

        A command that was on the target stays on it as long as the target itself keeps the
        limits. A command that wasn't closes the distance in the target's own frame.

        :param motion: the last command.
        :param aim: what the target does now, from :meth:`read`.
        :return: the next command.
        """
        if not np.isfinite(np.array(aim)).all():
            return aim  # which no command can be made of
        aim = self._attainable(motion, aim)
        try:
            taken = self._solve_moving(self._way, motion, aim)
            early = np.array(self._plan.independent_min_durations) < self._period_s
            if early.any():
                self._timed_way.enabled = early.tolist()
                timed = self._solve_moving(self._timed_way, motion, aim)
                taken = _where(early, timed, taken)
            self._solve(self._halt, taken)
        except (self._error, ValueError):  # a result without a name
            return self.brake(motion)
        ends = self._plan.position_extrema
        lowest, highest = np.array([(end.min, end.max) for end in ends]).T
        lower, upper = self._ends(motion)
        endless = (lowest < lower - SLACK) | (highest > upper + SLACK)
        if endless.any():
            taken = _where(endless, self.brake(motion), taken)
        return taken._replace(position=taken.position.clip(lower, upper))

    def brake(self, motion: Motion) -> Motion:
        """Come to rest as soon as the limits of acceleration and jerk allow."""
        try:
            halting = self._solve(self._halt, motion)
        except (self._error, ValueError):
            return super().brake(motion)  # a robot must stop, if not gently
        lower, upper = self._ends(motion)
        return halting._replace(position=halting.position.clip(lower, upper))

    def _ends(self, motion: Motion) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return between where the next command must lie, (J,) each."""
        position = motion.position
        return np.minimum(self.limits.lower, position), np.maximum(self.limits.upper, position)

    def _attainable(self, motion: Motion, aim: Motion) -> Motion:
        """Return a target that a joint may pass through without breaking a limit after it."""
        limits = self.limits
        away = FARTHEST_S * limits.velocity
        near = aim.position.clip(motion.position - away, motion.position + away)
        position = near.clip(limits.lower, limits.upper)
        inside = (position == aim.position) | self._free
        velocity = np.clip(np.where(inside, aim.velocity, 0.0), -limits.velocity, limits.velocity)
        with np.errstate(invalid='ignore'):
            room = np.sqrt(2 * limits.jerk * (limits.velocity - np.abs(velocity)))
        bound = np.fmin(limits.acceleration, room)
        acceleration = np.clip(np.where(inside, aim.acceleration, 0.0), -bound, bound)
        return Motion(position, velocity, acceleration)

    def _solve_moving(self, problem: Any, motion: Motion, aim: Motion) -> Motion:
        """
        Return the motion a period later, on the way to a target that moves on.

        To ruckig a target is a place. It is planned to in a frame that moves as the target does,
        for otherwise the way would end where the target is no longer.
        """
        most = self.limits.velocity
        frame = aim.velocity.clip(-FASTEST_FRAME * most, FASTEST_FRAME * most)
        way = frame * self._period_s
        problem.max_velocity = (most - frame).tolist()  # lists are taken faster than arrays
        problem.min_velocity = (-most - frame).tolist()
        problem.target_position = (aim.position - way).tolist()
        problem.target_velocity = (aim.velocity - frame).tolist()
        problem.target_acceleration = aim.acceleration.tolist()
        position, velocity, acceleration = self._solve(
            problem, motion._replace(velocity=motion.velocity - frame)
        )
        return Motion(position + way, velocity + frame, acceleration)

    def _solve(self, problem: Any, motion: Motion) -> Motion:
        """Return the motion a period later; the whole plan is left in ``_plan``."""
        problem.current_position = motion.position.tolist()
        problem.current_velocity = motion.velocity.tolist()
        problem.current_acceleration = motion.acceleration.tolist()
        self._planner.calculate(problem, self._plan)
        return Motion(*map(np.array, self._plan.at_time(self._period_s)))


def _where(which: NDArray[np.bool_], one: Motion, other: Motion) -> Motion:
    """Return one motion for some joints, (J,), and the other for the rest."""
    return Motion(*(np.where(which, *parts) for parts in zip(one, other, strict=True)))
