# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
How a new chunk takes over from what the robot is doing.

A strategy takes a :class:`Handover` (where the commands have got to, and where the new chunk
wants to go) and gives a :data:`Target`, a function from time to joint targets. It is called once
per seam, keeps nothing, and knows neither limits nor whether the chunk is any good. Strategies
are chosen by name from :data:`STRATEGIES`.

What the robot was doing is its last command, not the old chunk: the two are the same as long as
no limit is met, and where they differ (a start, a resumed hold, a limited motion) only the
command is a place from which one can go on without a jump. So a chunk that arrives while an
earlier seam is still being faded needs no rule of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from pi0_ros.execution.limits import Motion
from pi0_ros.types import NS_PER_S

#: Joint targets (J,) in [rad] or [m] as a function of time [ns of the ROS clock].
Target = Callable[[int], NDArray[np.float64]]


@dataclass(frozen=True)
class Handover:
    """
    The instant of a seam.

    :param time_ns: when the last command was due [ns].
    :param period_ns: time between two commands [ns].
    :param motion: the last command.
    :param new: the new chunk.
    :param begins_ns: when the new chunk has its first point [ns].
    :param fade_s: time in which a fading strategy gives way to the new chunk [s].
    :param unfaded: indices of the joints that follow the new chunk at once. A gripper is meant to
        open and close at an instant; between two such intentions there is no useful middle.
    """

    time_ns: int
    period_ns: int
    motion: Motion
    new: Target
    begins_ns: int
    fade_s: float
    unfaded: tuple[int, ...] = ()


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
    Start on the last command with its velocity, and fade into the new chunk.

    The offset of the last command from the new chunk, in position p and velocity v, is added to
    the chunk and faded to zero within T = fade_s by the cubic Hermite polynomials, s = t / T:

        offset(t) = (1 - s)² ((1 + 2 s) p + s T v)

    Neither the target nor its velocity jumps at either end. The idea of an offset that is taken at
    arrival and faded is that of axol (almond-bot/axol), which fades the position alone. With the
    velocity in it the offset also shrinks if chunks come faster than fades end: in the limit of a
    new chunk at every tick it obeys p'' = -3 p / T² - 2 p' / T, which is damped (ζ = 0.58), where
    an offset of position alone would stay for ever.
    """
    # The command's velocity is that of the last period, so the chunk's is too where it has one.
    since_ns = max(seam.time_ns - seam.period_ns, seam.begins_ns)
    step = seam.new(since_ns + seam.period_ns) - seam.new(since_ns)
    rate = step / (seam.period_ns / NS_PER_S)  # (J,)
    offset = seam.motion.position - seam.new(seam.time_ns)  # (J,)
    drift = seam.motion.velocity - rate  # (J,)
    faded = np.ones_like(offset)
    faded[list(seam.unfaded)] = 0.0

    def target(time_ns: int) -> NDArray[np.float64]:
        s = min(max((time_ns - seam.time_ns) / NS_PER_S / seam.fade_s, 0.0), 1.0)
        fade = (1 - s) ** 2 * ((1 + 2 * s) * offset + s * seam.fade_s * drift)
        return np.asarray(seam.new(time_ns) + faded * fade)  # (J,)

    return target


def rtc(seam: Handover) -> Target:
    """
    Follow a chunk that the policy has already let go on from the last one; fade what is left.

    Real-time chunking (Black et al., arXiv 2506.07339) happens in the policy, by the clock alone:
    see :mod:`pi0_ros.model.guidance`. What is left are a delay that was misjudged, and a command
    that has been limited. A motion from rest too follows the clock, as the policy expects.
    """
    return crossfade(seam)


STRATEGIES: MappingProxyType[str, Callable[[Handover], Target]] = MappingProxyType(
    {'replace': replace, 'crossfade': crossfade, 'rtc': rtc}
)
# Those that follow the clock from rest too: the policy has foreseen what is past by then.
FORESEEING = frozenset({'rtc'})
