# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Bounds of position, velocity and acceleration, and the step that never breaks them.

The limiter takes the last command and where the target goes, and gives the next command one
period later. It is exact in discrete time: a command's velocity is the step that led to it
divided by the period, and distances to stop are sums over whole periods, not v² / 2a. It knows
nothing of chunks, and treats every joint by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pi0_ros.execution.timeline import Instants
from pi0_ros.types import NS_PER_S, InputError, check_joint_names, finite_array

#: Joint targets (..., J) in [rad] or [m] as a function of instants (...) [ns of the ROS clock].
Target = Callable[[Instants], NDArray[np.float64]]

REACHED = 1e-6  # distance from a target that is none [rad], [m], [rad/s], [m/s]


class Motion(NamedTuple):
    """
    Where a command stands and how it moves.

    Velocity and acceleration are what the limiter at work takes for them: see its ``read``.

    :param position: (J,), in [rad] or [m].
    :param velocity: (J,), in [rad/s] or [m/s].
    :param acceleration: (J,), in [rad/s²] or [m/s²].
    """

    position: NDArray[np.float64]
    velocity: NDArray[np.float64]
    acceleration: NDArray[np.float64]

    @classmethod
    def at_rest(cls, position: NDArray[np.float64]) -> Motion:
        """Stand still at a position, (J,)."""
        return cls(position, np.zeros_like(position), np.zeros_like(position))


class Limited(Protocol):
    """A robot's description, as far as it is about limits; names and units are JointLimits'."""

    @property
    def joint_names(self) -> tuple[str, ...]:
        """Length J."""

    @property
    def position_limits(self) -> NDArray[np.float64]:
        """Lowest and highest, (2, J)."""

    @property
    def velocity_limits(self) -> NDArray[np.float64]:
        """Highest, (J,)."""

    @property
    def acceleration_limits(self) -> NDArray[np.float64]:
        """Highest, (J,)."""

    @property
    def jerk_limits(self) -> NDArray[np.float64]:
        """Highest, (J,)."""


@dataclass(frozen=True)
class JointLimits:
    """
    What the joints can do.

    :param names: joint names, length J; their order is the order of every array.
    :param lower: lowest position, (J,), in [rad] or [m]; -inf for a joint without an end.
    :param upper: highest position, (J,), in [rad] or [m]; inf for a joint without an end.
    :param velocity: highest speed either way, (J,), in [rad/s] or [m/s], positive.
    :param acceleration: highest change of velocity either way, (J,), in [rad/s²] or [m/s²],
        positive.
    :param jerk: highest change of acceleration either way, (J,), in [rad/s³] or [m/s³], positive;
        inf for a joint without such a limit, as they all are if it is left out.
    :raises InputError: naming the limit and the joint.
    """

    names: tuple[str, ...]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    velocity: NDArray[np.float64]
    acceleration: NDArray[np.float64]
    jerk: NDArray[np.float64] = field(default_factory=lambda: np.array(np.inf))

    def __post_init__(self) -> None:
        """Check and freeze."""
        names = check_joint_names(self.names, 'limits')
        object.__setattr__(self, 'names', names)
        for kind in ('velocity', 'acceleration'):
            where = f'{kind} limits'
            values = finite_array(getattr(self, kind), (len(names),), where, names)
            _require(values > 0, names, values, f'{where}: expected a positive value')
            object.__setattr__(self, kind, values)
        for end in ('lower', 'upper'):
            values = _bounds(getattr(self, end), names, f'{end} position limits')
            object.__setattr__(self, end, values)
        jerk = self.jerk if np.ndim(self.jerk) else np.full(len(names), self.jerk)
        jerk = _bounds(jerk, names, 'jerk limits')
        _require(jerk > 0, names, jerk, 'jerk limits: expected a positive value')
        object.__setattr__(self, 'jerk', jerk)
        _require(
            self.lower < self.upper,
            names,
            np.stack([self.lower, self.upper], axis=-1),
            'position limits: expected lower < upper',
        )

    @classmethod
    def of(cls, robot: Limited) -> JointLimits:
        """Return a robot's limits, in its joint order."""
        lower, upper = robot.position_limits
        return cls(
            robot.joint_names,
            lower,
            upper,
            robot.velocity_limits,
            robot.acceleration_limits,
            robot.jerk_limits,
        )


def _bounds(values: ArrayLike, names: Sequence[str], where: str) -> NDArray[np.float64]:
    """Return bounds as a read-only array, (J,); infinity is a value here, NaN is not."""
    array = np.array(values, dtype=np.float64)
    if array.shape != (len(names),):
        raise InputError(f'{where}: expected shape ({len(names)},), found {array.shape}')
    _require(~np.isnan(array), names, array, f'{where}: expected a number')
    array.setflags(write=False)
    return array


def _require(
    holds: NDArray[np.bool_], names: Sequence[str], found: NDArray[np.float64], expected: str
) -> None:
    """Raise for the first joint for which something doesn't hold, (J,)."""
    if not holds.all():
        j = int(np.argmin(holds))
        raise InputError(f'{expected} for {names[j]}, found {found[j]}')


class Limiter:
    """
    Steps from command to command within limits of position, velocity and acceleration.

    Given a start that is within the limits and could stop before their end, every further command
    is so too, whatever the targets. Given a start outside the position limits, no command is
    farther outside than the start.

    Velocity and acceleration are differences of commands: the velocity is that of the last
    period, the acceleration that between the last two.

    :param limits: what the joints can do.
    :param period_ns: time between two commands [ns].
    :param free: mask of the joints whose velocity counts and not their position, (J,); None if
        there are none.
    """

    def __init__(
        self, limits: JointLimits, period_ns: int, free: NDArray[np.bool_] | None = None
    ) -> None:
        self.limits = limits
        self._free = np.zeros(len(limits.names), bool) if free is None else free
        self._period_s = self.lag_s = period_ns / NS_PER_S
        """How old an acceleration is that :meth:`read` gives; a velocity is half as old [s]."""
        self._notch = limits.acceleration * self._period_s  # velocity changes by this much, (J,)
        self._instants = period_ns * np.arange(-2, 1)  # at which a target is read [ns]
        notches = np.floor(limits.velocity / self._notch)
        # Distance from which the highest speed is allowed: more room changes nothing, (J,)
        self._run_out = self._period_s * (
            (notches + 1) * limits.velocity - self._notch * notches * (notches + 1) / 2
        )

    def read(self, target: Target, time_ns: int) -> Motion:
        """Return what a target does at an instant [ns], measured as motion is here."""
        earliest, before, now = target(time_ns + self._instants)
        velocity = (now - before) / self._period_s
        change = velocity - (before - earliest) / self._period_s
        return Motion(now, velocity, change / self._period_s)

    def step(self, motion: Motion, aim: Motion) -> Motion:
        """
        Go after a moving target, as fast as the limits allow.

        A command that was on the target stays on it, up to rounding, as long as the target itself
        keeps the limits. A command that wasn't closes the distance in the target's own frame, at
        the highest speed from which it can still come to rest relative to it, so a target that
        stands still or moves evenly is reached without overshoot. A target that brakes harder
        than the joint can while it is being caught up with is overshot: no step could avoid it.

        :param motion: the last command.
        :param aim: what the target does now, from :meth:`read`.
        :return: the next command.
        """
        before = np.where(
            self._free, motion.position, aim.position - aim.velocity * self._period_s
        )
        target = before + aim.velocity * self._period_s
        before = before.clip(self.limits.lower, self.limits.upper)
        target = target.clip(self.limits.lower, self.limits.upper)
        distance = before - motion.position
        closing = np.copysign(self._fastest(np.abs(distance)), distance)
        return self._advance(motion, (target - before) / self._period_s + closing)

    def reaches(self, motion: Motion, aim: Motion) -> bool:
        """Return whether a command is where it was to go."""
        reached = np.where(self._free, motion.velocity, motion.position)
        wanted = np.where(self._free, aim.velocity, aim.position)
        return bool(np.abs(reached - wanted).max() <= REACHED)

    def brake(self, motion: Motion) -> Motion:
        """
        Slow down by as much as the acceleration limit allows.

        From velocity v a joint rests after ceil(v / (a period)) commands.
        """
        return self._advance(motion, np.zeros_like(motion.velocity))

    def _advance(self, motion: Motion, wish: NDArray[np.float64]) -> Motion:
        """Take the velocity nearest to the wished one, (J,), that the limits allow."""
        position, velocity, _ = motion
        lower, upper = self.limits.lower, self.limits.upper
        # The order matters: what acceleration allows always holds a velocity that may stop in
        # time, because the velocity before it did.
        down, up = self._fastest(np.array([position - lower, upper - position]))
        taken = wish.clip(-down, up).clip(velocity - self._notch, velocity + self._notch)
        moved = position + taken * self._period_s
        # Takes off the last bit by which rounding may pass an end; moves nothing else.
        moved = moved.clip(np.minimum(lower, position), np.maximum(upper, position))
        return Motion(moved, taken, (taken - velocity) / self._period_s)

    def _fastest(self, distance: NDArray[np.float64]) -> NDArray[np.float64]:
        """
        Highest speed of the next period from which one can rest within a distance, (..., J).

        With d the period and w = a d, a period at speed v and then braking goes

            d (v + (v - w) + (v - 2 w) + ... ) = d ((n + 1) v - w n (n + 1) / 2),   n = ⌊v / w⌋

        and this is its inverse. It is piecewise linear and continuous, so a rounded n that is one
        off costs no more than rounding.
        """
        pace = distance.clip(0.0, self._run_out) / self._period_s
        n = np.floor(np.sqrt(2 * pace / self._notch + 0.25) - 0.5)
        speed = pace / (n + 1) + self._notch / 2 * n
        return np.asarray(np.minimum(speed, self.limits.velocity))
