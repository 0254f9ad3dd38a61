# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What joint_trajectory_controller makes of the messages on its topic: a model, as small as can be.

After ros-controls/ros2_controllers, folder joint_trajectory_controller/src, branches humble
(ad559d9), jazzy (ed360c9), kilted (0f8eb14) and master (94e74de): joint_trajectory_controller.cpp
(validate_trajectory_msg, update, blend_with_active_trajectory) and trajectory.cpp
(set_point_before_trajectory_msg, sample, interpolate_between_points). Left out: partial goals,
tolerances, actions, speed scaling, accelerations, and more interfaces than the position.

`humble` is Humble; `legacy` is Jazzy and Kilted, and a newer one without
`allow_trajectory_replacement`; `spliced` is a newer one with it.
"""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from pi0_ros.convert import time_to_ns
from pi0_ros.types import NS_PER_S

VERSIONS = ('humble', 'legacy', 'spliced')


class RejectedError(Exception):
    """The controller takes no notice of a message."""


@dataclass
class Point:
    """Where to be at a time; without a velocity it is reached and left in a straight line."""

    time_s: float
    position: np.ndarray
    velocity: np.ndarray | None


class Trajectory:
    """Points after a start, which may be left open until the first sample, and one before."""

    def __init__(self, start_s, points):
        self.start_s = start_s
        self.points = points
        self.before = None

    def sample(self, time_s):
        if self.start_s is None:
            self.start_s = time_s
        points = [replace(p, time_s=self.start_s + p.time_s) for p in self.points]
        if time_s < points[0].time_s:
            return interpolate(self.before, points[0], time_s)
        for a, b in pairwise(points):
            if a.time_s <= time_s < b.time_s:
                return interpolate(a, b, time_s)
        last = points[-1]
        velocity = np.zeros_like(last.position) if last.velocity is None else last.velocity
        return Point(time_s, last.position, velocity)


def interpolate(a, b, time_s):
    """Cubic if both points have a velocity, else linear."""
    span, t = b.time_s - a.time_s, time_s - a.time_s
    slope = (b.position - a.position) / span
    if a.velocity is None or b.velocity is None:
        return Point(time_s, a.position + slope * t, slope)
    square = (3 * slope - 2 * a.velocity - b.velocity) / span
    cube = (a.velocity + b.velocity - 2 * slope) / span**2
    position = a.position + a.velocity * t + square * t**2 + cube * t**3
    return Point(time_s, position, a.velocity + 2 * square * t + 3 * cube * t**2)


class Controller:
    """
    A controller, to be updated once per period.

    :param open_loop: what Humble calls so, and the others `interpolate_from_desired_state`.
    """

    def __init__(self, version, joints, period_s, position, *, open_loop=True):
        self.version, self.joints, self.period_s = version, list(joints), period_s
        self.open_loop = open_loop
        rest = Point(0.0, np.array(position, float), np.zeros(len(joints)))
        self.active = Trajectory(0.0, [rest])
        self.active.before = rest
        self.new = None
        self.last = rest  # command of the last update, with the time of that update
        self.cursor_s = 0.0

    def receive(self, message, now_s):
        """Take a message; only the newest before an update counts."""
        self.check(message, now_s)
        order = [list(message.joint_names).index(joint) for joint in self.joints]
        points = [
            Point(
                time_to_ns(point.time_from_start) / NS_PER_S,
                np.array(point.positions)[order],
                np.array(point.velocities)[order] if len(point.velocities) else None,
            )
            for point in message.points
        ]
        stamp_s = time_to_ns(message.header.stamp) / NS_PER_S
        self.new = Trajectory(stamp_s or None, points)

    def check(self, message, now_s):
        """Reject what validate_trajectory_msg does, with a zero last velocity demanded."""
        if sorted(message.joint_names) != sorted(self.joints):
            raise RejectedError('joints')
        if not message.points:
            raise RejectedError('no points')
        if any(abs(v) > np.finfo(np.float32).eps for v in message.points[-1].velocities):
            raise RejectedError('velocity of the last point is not zero')
        stamp_ns = time_to_ns(message.header.stamp)
        times_ns = [time_to_ns(point.time_from_start) for point in message.points]
        if stamp_ns and (stamp_ns + times_ns[-1]) / NS_PER_S < now_s:
            raise RejectedError('ends in the past')
        if (np.diff(times_ns) <= 0).any():
            raise RejectedError('time is not strictly increasing')
        for point in message.points:
            if len(point.positions) != len(self.joints):
                raise RejectedError('positions')
            if len(point.velocities) not in {0, len(self.joints)}:
                raise RejectedError('velocities')

    def update(self, now_s, measured=None):
        """Return the position that is written to the hardware, and its velocity."""
        if self.new is not None:
            if self.version == 'spliced' and len(self.active.points) > 1:
                self.new = self.splice(self.new, now_s)
            self.active, self.new = self.new, None
        if self.active.before is None:
            self.active.before = self.point_before(now_s, measured)
            self.cursor_s = now_s
        else:
            self.cursor_s += self.period_s
        reference = self.active.sample(self.cursor_s)
        if self.version != 'humble':
            reference = self.active.sample(self.cursor_s + self.period_s)
        self.last = replace(reference, time_s=now_s)
        return self.last.position, self.last.velocity

    def point_before(self, now_s, measured):
        """Newer versions ascribe the last command to the update that wrote it, Humble to this."""
        if not self.open_loop:
            return Point(now_s, np.array(measured, float), np.zeros(len(self.joints)))
        return replace(self.last, time_s=now_s) if self.version == 'humble' else self.last

    def splice(self, new, now_s):
        """Let a trajectory go on from the active one, where that is at its start, if in future."""
        cursor_s, stamp_s = self.cursor_s, new.start_s or 0.0
        start_s = cursor_s + max(stamp_s - now_s, 0.0)
        kept = [
            replace(p, time_s=self.active.start_s + p.time_s - cursor_s)
            for p in self.active.points
            if cursor_s < self.active.start_s + p.time_s < start_s
        ]
        bridge = replace(self.active.sample(start_s), time_s=start_s - cursor_s)
        rest = [replace(p, time_s=p.time_s + start_s - cursor_s) for p in new.points]
        if bridge.time_s < rest[0].time_s:
            kept.append(bridge)
        return Trajectory(None, kept + rest)
