# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
How a new chunk takes over from what the robot is doing.

A strategy takes a :class:`Handover` (where the commands have got to, and where the new chunk
wants to go) and gives a target, a function from time to joint targets. It is called once per
seam, keeps nothing, and knows neither limits nor whether the chunk is any good. Strategies are
chosen by name from :data:`STRATEGIES`.

What the robot was doing is its last command, not the old chunk: the two are the same as long as
no limit is met, and where they differ (a start, a resumed hold, a limited motion) only the
command is a place from which one can go on without a jump. So a chunk that arrives while an
earlier seam is still being faded needs no rule of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import replace as changed
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from pi0_ros.execution.limits import Limiter, Motion, Target
from pi0_ros.execution.timeline import Course, Instants
from pi0_ros.types import NS_PER_S

SHARE = 0.75  # of a joint's limits that a fade may take


@dataclass(frozen=True)
class Handover:
    """
    The instant of a seam.

    :param time_ns: when the last command was due [ns].
    :param motion: the last command.
    :param limiter: says what its velocity and acceleration are.
    :param new: the new chunk.
    :param earlier: the chunks before it that have points left, the oldest first.
    :param slope: how fast the joints' targets may change, (J,): the limits of their velocities,
        or of their accelerations if it is velocities that they are told.
    :param bend: how fast that may change, (J,).
    :param fade_s: time in which a fading strategy gives way to the new chunk [s].
    :param decay_per_s: how much less a chunk counts than an older one, m in exp(-m t) [1/s].
    :param unfaded: mask of the joints that follow the new chunk at once, (J,). A gripper is meant
        to open and close at an instant; between two such intentions there is no useful middle.
    """

    time_ns: int
    motion: Motion
    limiter: Limiter
    new: Course
    earlier: tuple[Course, ...]
    slope: NDArray[np.float64]
    bend: NDArray[np.float64]
    fade_s: float
    decay_per_s: float
    unfaded: NDArray[np.bool_]

    def offset(self) -> Motion:
        """Return what the last command and the new chunk differ by, at the instant of the seam."""
        meant = self.limiter.read(self.new, self.time_ns)
        return Motion(*(mine - its for mine, its in zip(self.motion, meant, strict=True)))


def replace(seam: Handover) -> Target:
    """
    Follow the new chunk from now on, at the points meant for now.

    Past points are skipped by the clock. What the two chunks disagree by is a step, which is left
    to the limiter. The time base is that of Isaac ROS Deploy's action chunk player and of
    joint_trajectory_controller's legacy path.
    """
    return seam.new


def crossfade(seam: Handover) -> Target:
    """
    Start on the last command with its velocity and acceleration, and fade into the new chunk.

    The offset of the last command from the new chunk, in position p, velocity v and acceleration
    a, is added to the chunk and faded to zero within T = fade_s by the quintic Hermite
    polynomials, s = t / T:

        offset(t) = (1 - s)³ ((1 + 3 s + 6 s²) p + s (1 + 3 s) T v + s² T² a / 2)

    Neither the target nor its first two derivatives jump at either end. The idea of an offset
    that is taken at arrival and faded is that of axol (almond-bot/axol), which fades the position
    alone. With the velocity in it the offset also shrinks if chunks come faster than fades end:
    in the limit of a new chunk at every tick it obeys p''' = -60 p / T³ - 36 p' / T² - 9 p'' / T,
    which is stable, where an offset of position alone would stay for ever.
    """
    position, velocity, acceleration = (
        np.where(seam.unfaded, 0.0, part) for part in seam.offset()
    )
    lag_s = seam.limiter.lag_s
    fade_s = _fade_s(seam, position, velocity)
    # Velocity and acceleration are differences, thus of a little ago. That they have changed since
    # then as the fade will go on to change them makes the formula above true of the commands.
    jerk = -(
        60 * position + 36 * fade_s * (velocity + lag_s / 2 * acceleration)
        + 9 * fade_s**2 * acceleration
    ) / (fade_s**3 + 9 * fade_s**2 * lag_s + 12 * fade_s * lag_s**2)  # fmt: skip
    velocity = velocity + lag_s / 2 * acceleration + lag_s**2 / 3 * jerk
    acceleration = acceleration + lag_s * jerk
    # As a polynomial in s times (1 - s)³
    linear = 3 * position + fade_s * velocity
    square = 6 * position + 3 * fade_s * velocity + fade_s**2 / 2 * acceleration

    def target(time_ns: Instants) -> NDArray[np.float64]:
        elapsed_s = np.asarray((time_ns - seam.time_ns) / NS_PER_S)[..., None]
        s = (elapsed_s / fade_s).clip(0.0, 1.0)  # (..., J)
        fade = (1 - s) ** 3 * (position + s * (linear + s * square))
        return np.asarray(seam.new(time_ns) + fade)

    return target


def _fade_s(
    seam: Handover, position: NDArray[np.float64], velocity: NDArray[np.float64]
) -> NDArray[np.float64]:
    """
    Return how long each joint's offset takes to fade, (J,) [s].

    That is seam.fade_s, or so much longer that the fade needs no more than a share of what the
    joint can do: the rest is the chunk's, and where the two exceed it together, the limiter would
    cut off what has been planned so evenly. A fade of p goes at up to 15/8 p / T and bends by up
    to 10/√3 p / T²; one of v bends by up to 3.95 v / T, unless v is what a fade of p needs anyway.
    """
    slope, bend = SHARE * seam.slope, SHARE * seam.bend
    p, v = np.abs(position), np.abs(velocity)
    fade_s = np.maximum(np.sqrt(10 / 3**0.5 * p / bend), 15 / 8 * p / slope)
    # Twice the peak, for far into a fade the velocity is large beside what is left of the way.
    needed = np.where(position * velocity < 0, 2 * 15 / 8 * p / np.maximum(fade_s, 1e-9), 0.0)
    # A chunk that begins steeper than it goes on must not make its own fade longer and longer.
    fade_s = fade_s + np.minimum(3.95 * np.maximum(v - needed, 0.0) / bend, seam.fade_s)
    return np.asarray(np.maximum(fade_s, seam.fade_s))


def ensemble(seam: Handover) -> Target:
    """
    Follow the weighted mean of all that chunks have meant for an instant.

    A chunk's weight is exp(-m t), t seconds after the oldest's observation: the temporal ensemble
    of ACT (Zhao et al., arXiv 2304.13705, algorithm 2, where t counts chunks). So the oldest
    counts most. Whose points come to an end loses its weight over the last fade_s of them, so that
    nobody leaves with a jump; the mean itself is joined to the last command by :func:`crossfade`.
    """
    new, instants = seam.new, seam.new.times_ns
    total, weights = new.chunk.positions.copy(), np.ones((len(instants), 1))
    for course in seam.earlier:
        age_s = (new.chunk.stamp_ns - course.chunk.stamp_ns) / NS_PER_S
        left_s = (course.ends_ns - instants) / NS_PER_S  # (K,)
        fade = np.clip(left_s / seam.fade_s, 0.0, 1.0)[:, None]
        weight = np.exp(seam.decay_per_s * age_s) * fade
        total += weight * course(instants)
        weights += weight
    mean = np.where(seam.unfaded, new.chunk.positions, total / weights)
    return crossfade(changed(seam, new=new.with_positions(mean)))


def rtc(seam: Handover) -> Target:
    """
    Follow a chunk that the policy has already let go on from the last one; fade what is left.

    Real-time chunking (Black et al., arXiv 2506.07339) happens in the policy, by the clock alone:
    see :mod:`pi0_ros.model.guidance`. What is left are a delay that was misjudged, and a command
    that has been limited. A motion from rest too follows the clock, as the policy expects.
    """
    return crossfade(seam)


STRATEGIES: MappingProxyType[str, Callable[[Handover], Target]] = MappingProxyType(
    {'replace': replace, 'crossfade': crossfade, 'ensemble': ensemble, 'rtc': rtc}
)
# Those that follow the clock from rest too: the policy has foreseen what is past by then.
FORESEEING = frozenset({'rtc'})
