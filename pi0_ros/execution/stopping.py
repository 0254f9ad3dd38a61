# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The way to rest that goes with a command, for controllers that can follow one by themselves.

If no further command comes, because the executor's process has died or the network has failed,
such a controller brakes within limits instead of stopping dead. Braking is as hard as the
acceleration limit allows: what follows a failure isn't made gentle.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pi0_ros.execution.limits import JointLimits
from pi0_ros.types import NS_PER_S, Command


class StoppingPath:
    """
    Goes on from a command to rest, in few points.

    Positions are those of :meth:`.limits.Limiter.brake`, repeated, in closed form; the velocity
    in a point is the mean of the steps before and after it. A cubic through them (positions and
    velocities, as joint_trajectory_controller makes it) is the parabola of even braking. For want
    of points in between it may pass the place of rest by a p² / 7, with acceleration limit a and
    period p, which is 0.2 mrad for 12.5 rad/s² at 100 Hz.

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
        :return: one command for each time at which a joint comes to rest, the given one before.
        """
        velocity = command.velocities[self._index]  # (J,)
        speed, notch = np.abs(velocity), self._notch
        rest = np.ceil(speed / notch)  # periods until then, (J,)
        k = np.unique(rest[rest > 0])[:, None]  # periods until each point, (K, 1)
        moving = np.minimum(k, np.floor(speed / notch))
        way = self._period_s * moving * (speed - notch * (moving + 1) / 2)  # (K, J)
        before = speed - k * notch
        pace = np.where(k < rest, np.maximum(before - notch / 2, before / 2), 0.0)
        positions = command.positions[self._index] + np.copysign(way, velocity)
        velocities = np.copysign(pace, velocity)
        times_ns = command.stamp_ns + (k[:, 0] * self._period_ns).astype(np.int64)
        return [
            command,
            *(
                Command(int(time_ns), self._names, position, velocity)
                for time_ns, position, velocity in zip(
                    times_ns, positions, velocities, strict=True
                )
            ),
        ]
