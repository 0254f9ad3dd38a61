# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The executor: one command per tick, from whatever is known at that tick.

It takes chunks, measured joint positions, and the operator's word, each when it comes, and gives
a Command (or silence) when asked. A tick goes through three questions:

1. Is there an obstacle to following a chunk? All of them meet in ``_obstacle``, as sentences.
2. If not: follow. The target comes from the seam strategy, the step towards it from the limiter.
3. If so: brake within limits, and keep sending the position in which that ends.

It is not thread-safe, reads no clock, and knows neither ROS nor where chunks come from.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from pi0_ros.execution.following import Following
from pi0_ros.execution.inputs import Inputs
from pi0_ros.execution.limits import JointLimits, Motion
from pi0_ros.execution.operator import Operator
from pi0_ros.execution.report import Counters, Report
from pi0_ros.execution.settings import ExecutorSettings
from pi0_ros.execution.status import State, Status
from pi0_ros.types import NS_PER_S, Chunk, Command, InputError


class ChunkExecutor:
    """
    Turns chunks into commands that never leave the limits and never jump.

    It starts disabled. What an input that raises InputError means for the motion is for the
    caller to say: ``reject_chunk`` and ``report_bad_state`` take the sentence, whether it was
    raised here or on the way here.

    A motion begins at the measured position, at rest: at first, after being disabled, after a
    fault, and after a jump of the clock, since in all of these something else may have moved the
    robot. From any other hold it goes on from the held command.

    A robot that is told velocities goes on for ever with the last one, so silence is no stop: its
    motion is braked to zero before anything is forgotten.

    A chunk is followed by the clock: points that are past are skipped. Only if the robot has been
    at rest ever since the chunk was conceived does it begin at its first point, as nothing of it
    has happened yet. Otherwise a robot whose inference is slow would be told by one chunk to be
    where it would be by now, and by the next, conceived while it still stood, to be back.

    Two faults can't heal by themselves and last until the operator enables again: a robot that
    has parted from its commands, since it would leap after them when freed, and a result that is
    not finite, since it is not understood.

    :param limits: what the joints can do; their order is that of all commands and measurements.
    :param settings: what the user chose.
    :raises InputError: if a joint in the settings is not among the limits', or if there are limits
        of jerk and ruckig isn't installed.
    """

    def __init__(self, limits: JointLimits, settings: ExecutorSettings) -> None:
        for field in ('gripper_joints', 'velocity_joints'):
            unknown = sorted(set(getattr(settings, field)) - set(limits.names))
            if unknown:
                raise InputError(
                    f'{field}: expected some of {", ".join(limits.names)}, '
                    f'found {", ".join(unknown)}'
                )
        self._limits = limits
        self._settings = settings
        self._following = Following(limits, settings)
        self._velocities = self._following.velocities
        self._report = Report(limits.names, settings.period_s)
        self._counters = self._report.counters
        self._status = Status(State.IDLE, 'not enabled')
        self._operator = Operator(settings.heartbeat_timeout_s)
        self._fault: str | None = None
        self._last_tick_ns: int | None = None
        self._motion: Motion | None = None  # last command; None while the next begins a motion
        self._before: Motion | None = None  # the command before it
        self._ending: str | None = None  # why the motion is not gone on with, but only braked
        self._forget('yet')

    def _forget(self, since: str) -> None:
        """Know nothing of chunks and robot; say since when."""
        self._inputs = Inputs(self._limits.names, self._settings, self._velocities, since)
        self._begin_anew(f'nothing known {since}')
        self._following.forget()
        self._following.rest_ns = None

    def _begin_anew(self, reason: str) -> None:
        """Let the next motion begin at the robot, which first must not be left rolling."""
        if self._motion is not None and self._motion.velocity[self._velocities.forwarded].any():
            self._ending = reason
        else:
            self._motion = None

    @property
    def status(self) -> Status:
        """State at the last tick, and why."""
        return self._status

    @property
    def counters(self) -> Counters:
        """What has happened since the start."""
        return self._counters

    @property
    def active_chunk(self) -> Chunk | None:
        """Chunk that was followed at the last tick; None if none was."""
        return self._following.chunk

    def figures(self) -> dict[str, float | str | int]:
        """Return what :class:`.report.Report` says, by name."""
        return self._report.values()

    def chunk_age_ns(self, now_ns: int) -> int | None:
        """Age of the newest chunk, followed or not [ns]; None if there is none."""
        chunk = self._inputs.chunk
        return None if chunk is None else now_ns - chunk.stamp_ns

    def add_chunk(self, chunk: Chunk, now_ns: int) -> bool:
        """
        Offer a chunk, to be followed from the next tick on.

        :param chunk: its names may stand in any order; none may be missing, or besides.
        :return: False if it came too late to be of use: not newer than the newest, or stale.
        :raises InputError: naming the fault; nothing has changed then.
        """
        accepted = self._inputs.add_chunk(chunk, now_ns)
        if accepted:
            self._report.arrived(now_ns - chunk.stamp_ns)
        self._counters.chunks_accepted += accepted
        self._counters.chunks_dropped += not accepted
        return accepted

    def reject_chunk(self, reason: str) -> None:
        """Hear that a chunk was unsound: brake, and hold until a sound one comes."""
        self._inputs.reject_chunk(reason)
        self._counters.chunks_rejected += 1

    def update_state(self, stamp_ns: int, positions: ArrayLike) -> None:
        """
        Take measured joint positions.

        :param stamp_ns: when they were measured [ns].
        :param positions: (J,), in the order of the limits, in [rad] or [m].
        :raises InputError: naming the fault; nothing has changed then.
        """
        self._inputs.update_state(stamp_ns, positions)

    def report_bad_state(self, reason: str) -> None:
        """Hear that a joint state was unsound: brake, and hold until a sound one comes."""
        self._inputs.report_bad_state(reason)

    def set_enabled(self, enabled: bool) -> None:
        """
        Take or release the robot.

        Enabling ends a stop and a fault. Disabling brakes within limits, then falls silent.
        """
        self._operator.enabled = enabled
        if enabled:
            self._operator.stop_reason = None
            if self._fault is not None:
                self._fault = None
                self._begin_anew('braking after a fault')

    def beat(self, now_ns: int) -> None:
        """Hear that the operator is still there."""
        self._operator.beat(now_ns)

    def stop(self, reason: str) -> None:
        """Brake within limits, and hold until enabled again."""
        self._operator.stop_reason = reason

    def tick(self, now_ns: int) -> Command | None:
        """
        Give the command for now; None for silence.

        To be called once per period. The target is read at the true time, but a command is never
        more than one nominal period's motion away from the one before, however late the tick.

        A clock that goes back at all, or forward by more than ``clock_jump_s``, ends all that was
        known: a simulation has begun anew, or the process stood still and the robot with it.
        """
        self._counters.ticks += 1
        self._watch_clock(now_ns)
        obstacle = self._obstacle(now_ns)
        if obstacle is None:
            try:
                return self._follow(now_ns)
            except InputError as error:  # Command refuses values that are not finite
                self._fault = obstacle = str(error)
        return self._hold(now_ns, obstacle)

    def _watch_clock(self, now_ns: int) -> None:
        """Forget everything if the time since the last tick can't be true."""
        last_ns, self._last_tick_ns = self._last_tick_ns, now_ns
        if last_ns is None:
            return
        elapsed_s = (now_ns - last_ns) / NS_PER_S
        if not 0 <= elapsed_s <= self._settings.clock_jump_s:
            way = 'back' if elapsed_s < 0 else 'forward'
            self._forget(f'since the clock went {way} {abs(elapsed_s):.2f} s')

    def _obstacle(self, now_ns: int) -> str | None:
        """Why no chunk may be followed now; None if one may."""
        if self._ending is not None:
            return self._ending
        blind = self._inputs.no_state(now_ns)
        astray = self._astray() if blind is None else None
        if astray is not None and self._motion is not None:
            self._fault = astray
        obstacle = self._fault or self._operator.forbids(now_ns) or blind or astray
        if obstacle is None:
            obstacle = self._inputs.no_aim(now_ns) or self._ran_out(now_ns)
            self._counters.ticks_stalled += bool(obstacle and self._inputs.chunk)
        return obstacle

    def _ran_out(self, now_ns: int) -> str | None:
        """Why the newest chunk has nothing left to follow."""
        left_s = self._left_s(now_ns)
        return f'newest chunk ran out {-left_s:.2f} s ago' if left_s < 0 else None

    def _left_s(self, now_ns: int) -> float:
        """Time until the last point of the newest chunk, as it is or would be followed [s]."""
        chunk = self._inputs.chunk
        assert chunk is not None
        return (self._following.ends_ns(chunk, now_ns) - now_ns) / NS_PER_S

    def _astray(self) -> str | None:
        """Why the robot is too far from where commands are: the last one, or the limits."""
        measured = self._inputs.positions
        assert measured is not None
        if self._motion is not None:
            place, nearest = 'its command', self._motion.position
        else:
            place, nearest = 'its limits', measured.clip(self._limits.lower, self._limits.upper)
        distance = np.abs(measured - nearest)  # (J,)
        distance[self._following.grippers] = 0.0
        if self._motion is not None:
            distance[self._velocities.forwarded] = 0.0
        j, tolerance = int(np.argmax(distance)), self._settings.tracking_tolerance
        if distance[j] <= tolerance:
            return None
        name = self._limits.names[j]
        return f'{name} is {distance[j]:.3f} away from {place}, tolerance {tolerance:.3f}'

    def _follow(self, now_ns: int) -> Command:
        """Take one step after the newest chunk."""
        chunk, measured = self._inputs.chunk, self._inputs.positions
        assert chunk is not None
        assert measured is not None
        motion = self._velocities.anchor(self._motion or Motion.at_rest(measured), measured)
        # A chunk may hold finite numbers whose differences are not; Command looks at the result.
        with np.errstate(over='ignore', invalid='ignore'):
            if chunk is not self._following.chunk:
                self._take_over(chunk, motion, now_ns)
            motion, limited = self._following.step(motion, now_ns)
        command = self._emit(motion, now_ns)
        self._counters.ticks_limited += limited
        age_s = (now_ns - chunk.stamp_ns) / NS_PER_S
        text = f'chunk is {age_s:.2f} s old, {self._left_s(now_ns):.2f} s of it left'
        self._status = Status(State.RUNNING, text)
        return command

    def _take_over(self, chunk: Chunk, motion: Motion, now_ns: int) -> None:
        """Let the next command be the first to follow a chunk."""
        last = self._following.chunk
        left_ns = None if last is None else self._following.ends_ns(last, now_ns) - now_ns
        self._report.taken_over(now_ns - chunk.stamp_ns, left_ns)
        self._following.take_over(chunk, motion, self._before or motion, now_ns)

    def _hold(self, now_ns: int, text: str) -> Command | None:
        """Brake and stay, or be silent if there is no motion to end."""
        self._counters.holds += self._status.state is State.RUNNING
        self._following.forget()
        if self._motion is None or not self._motion.velocity.any():
            self._following.rest(now_ns)
        over = not self._operator.enabled or self._ending is not None
        if over and self._motion is not None and not self._motion.velocity.any():
            self._motion = self._ending = None
        state = State.IDLE if self._motion is None else State.HOLDING
        self._status = Status(State.FAULT if self._fault is not None else state, text)
        if self._motion is None:
            self._report.silent()
            return None
        return self._emit(self._following.brake(self._motion), now_ns)

    def _emit(self, motion: Motion, now_ns: int) -> Command:
        """Return a motion as a command, and go on from there if it could be one."""
        command = Command(now_ns, self._limits.names, motion.position, motion.velocity)
        self._before, self._motion = self._motion, motion
        self._report.sent(motion.position)
        return command
