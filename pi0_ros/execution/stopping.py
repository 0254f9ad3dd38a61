# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The way to rest that goes with a command, for controllers that can follow one by themselves.

If no further command comes, because the executor's process has died or the network has failed,
such a controller brakes instead of stopping dead. Braking is as hard as the acceleration limit
allows: what follows a failure isn't made gentle.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pi0_ros.execution.limits import JointLimits
from pi0_ros.types import NS_PER_S, Command


class StoppingPath:
    """
    Goes on from a command to rest, in few points.

    Positions are those of :meth:`.limits.Limiter.brake`, repeated, in closed form. The velocity in
    a point is the mean of the steps before and after it, where the parabola of even braking has
    it, but at most thrice the mean velocity until the next point. A cubic through both, as
    joint_trajectory_controller makes it, then turns nowhere (Fritsch & Carlson, "Monotone
    piecewise cubic interpolation", SIAM J. Numer. Anal. 17(2), 1980) but in the first period, and
    there by less than a p² / 6 with acceleration limit a and period p: 0.2 mrad for 12.5 rad/s² at
    100 Hz. It brakes evenly, but for the periods next to the command and to rest, where it may be
    up to 4 times as hard.

    :param limits: what the joints can do.
    :param joints: those of one controller.
    :param period_ns: time between two commands [ns].
    """

    def __init__(self, limits: JointLimits, joints: Sequence[str], period_ns: int) -> None:
        self._names = tuple(joints)
        self._index = np.array([limits.names.index(joint) for joint in joints])
        self._period_ns = period_ns
        self._period_s = period_ns / NS_PER_S
        self._notch = limits.acceleration[self._index] * self._period_s

    def of(self, command: Command) -> list[Command]:
        """
        Return the command, and what it would be followed by: the last one stands still.

        :param command: its joints are those of the limits, in their order.
        :return: that one, the one a period later, and one for each time at which a joint stops.
        """
        velocity = command.velocities[self._index]  # (J,)
        speed, notch = np.abs(velocity), self._notch
        rest = np.ceil(speed / notch).astype(int)  # periods until then, (J,)
        steps = sorted({1, *rest[rest > 0].tolist()})
        k = np.array(steps)[:, None]  # periods until each point, (K, 1)
        moving = np.minimum(k, np.floor(speed / notch))
        way = self._period_s * moving * (speed - notch * (moving + 1) / 2)  # (K, J)
        before = speed - k * notch
        pace = np.maximum(before - notch / 2, before / 2).clip(0.0)  # (K, J)
        mean = np.diff(way, axis=0) / (np.diff(k, axis=0) * self._period_s)
        pace[:-1] = np.minimum(pace[:-1], 3 * mean)
        pace[-1] = 0.0
        positions = command.positions[self._index] + np.copysign(way, velocity)
        velocities = np.copysign(pace, velocity)
        path = [
            Command(command.stamp_ns + n * self._period_ns, self._names, position, speeds)
            for n, position, speeds in zip(steps, positions, velocities, strict=True)
        ]
        return [command, *path]
