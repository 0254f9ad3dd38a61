# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What has arrived last: the newest picture of each camera, a short history of states, the command.

Callbacks put in, the inference thread takes out an Observation or learns what is missing. It
reads no clock and knows no message: stamps and the present time are arguments [ns], pictures may
come as a function that decodes them, called once for each Observation, on the caller's thread.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
import math
import threading

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pi0_ros.policy.command import check_command
from pi0_ros.robots.spec import Robot
from pi0_ros.types import NS_PER_S, InputError, Observation, finite_array

Picture = NDArray[np.uint8]
_State = tuple[int, NDArray[np.float64]]  # stamp [ns] and positions, (J,)


@dataclass(frozen=True)
class BufferSettings:
    """
    How old and how far apart inputs may be.

    :param max_image_age_s: of a picture at the time of inference [s].
    :param max_state_age_s: of the newest joint state at the time of inference [s].
    :param max_spread_s: between the newest picture and every other input paired with it, and how
        far ahead of the clock a stamp may be [s].
    :raises InputError: if one isn't a positive finite number.
    """

    max_image_age_s: float = 0.5
    max_state_age_s: float = 0.2
    max_spread_s: float = 0.1

    def __post_init__(self) -> None:
        """Check."""
        for name, value in vars(self).items():
            if not (math.isfinite(value) and value > 0):
                raise InputError(f'{name}: expected a number above 0, found {value}')


class NotReady(RuntimeError):  # noqa: N818 it is a state, not an error
    """
    There is no Observation yet.

    :param reasons: one sentence for each input that is missing or out of date.
    """

    def __init__(self, reasons: list[str]) -> None:
        super().__init__('; '.join(reasons))
        self.reasons = tuple(reasons)


@dataclass(frozen=True)
class _Image:
    """The newest picture of a camera, decoded or not."""

    stamp_ns: int
    source: Picture | Callable[[], Picture]

    def decode(self) -> Picture:
        """Return the picture, (h, w, 3)."""
        return self.source() if callable(self.source) else self.source


class ObservationBuffer:
    """
    Collects inputs from any thread and pairs them by their stamps.

    :param robot: says which cameras and joints there are.
    :param settings: how old and how far apart inputs may be.
    """

    def __init__(self, robot: Robot, settings: BufferSettings) -> None:
        self._robot = robot
        self._settings = settings
        self._lock = threading.Lock()
        self._now_ns = 0
        self._command: str | None = None
        self._images: dict[str, _Image] = {}
        self._states: list[_State] = []  # in order of their stamps

    def update_image(
        self, camera: str, stamp_ns: int, image: Picture | Callable[[], Picture]
    ) -> None:
        """
        Keep a picture if it is newer than the one that is there.

        :param camera: its name in the robot's description.
        :param image: (h, w, 3) uint8 RGB, or a function that returns it.
        :raises InputError: if there is no such camera, or the stamp isn't set.
        """
        if camera not in self._robot.cameras:
            known = ', '.join(self._robot.cameras)
            raise InputError(f'camera {camera!r}: unknown, expected one of {known}')
        _check_stamp(stamp_ns, f'camera {camera}')
        with self._lock:
            last = self._images.get(camera)
            if last is None or stamp_ns > last.stamp_ns:
                self._images[camera] = _Image(stamp_ns, image)

    def update_state(self, stamp_ns: int, positions: ArrayLike) -> None:
        """
        Keep a joint state if it is newer than the last one.

        :param positions: in the order and units of the robot's state, (S,).
        :raises InputError: if there is another number of positions, one isn't finite, or the
            stamp isn't set.
        """
        _check_stamp(stamp_ns, 'joint state')
        names = self._robot.state_names
        state = finite_array(positions, (len(names),), 'joint state', names)
        with self._lock:
            if self._states and stamp_ns <= self._states[-1][0]:
                return
            self._states.append((stamp_ns, state))
            # A picture may be this old, and its state a little older still.
            reach_s = self._settings.max_image_age_s + self._settings.max_spread_s
            while self._states[0][0] < stamp_ns - reach_s * NS_PER_S:
                del self._states[0]

    def update_command(self, text: str) -> None:
        """
        Follow another sentence from now on.

        :raises InputError: if it can't be followed; then there is no command any more, since
            whoever sent it no longer wants the one before.
        """
        with self._lock:
            self._command = None
            self._command = check_command(text)

    def clear(self) -> None:
        """Forget everything, the command too."""
        with self._lock:
            self._command = None
            self._clear_sensors()

    def observation(self, now_ns: int) -> Observation:
        """
        Return what the policy is to look at now.

        A clock that went backwards (a simulation that was reset) empties the buffer of what it
        measured before; the command stays.

        :raises NotReady: naming every input that is missing or out of date, with its age.
        :raises InputError: from a picture that can't be decoded.
        """
        with self._lock:
            if now_ns < self._now_ns:
                self._clear_sensors()
            self._now_ns = now_ns
            images, (state_ns, state), command = self._select(now_ns)
        stamps_ns = {camera: image.stamp_ns for camera, image in images.items()}
        return Observation(
            stamp_ns=max(stamps_ns.values()),
            images={camera: image.decode() for camera, image in images.items()},
            state=state,
            prompt=command,
            stamps_ns={**stamps_ns, 'joint_states': state_ns},
        )

    def _select(self, now_ns: int) -> tuple[dict[str, _Image], _State, str]:
        reasons = self._drop_future(now_ns)
        images = self._fresh_images(now_ns, reasons)
        stamp_ns = max((image.stamp_ns for image in images.values()), default=now_ns)
        images = self._together(images, stamp_ns, reasons)
        state = self._paired_state(now_ns, stamp_ns, reasons)
        if self._command is None:
            reasons.append('command: none')
        if reasons or state is None or self._command is None:
            raise NotReady(reasons)
        return images, state, self._command

    def _drop_future(self, now_ns: int) -> list[str]:
        """Forget what is ahead of the clock: it would shut out everything that comes after it."""
        limit_ns = now_ns + self._settings.max_spread_s * NS_PER_S
        reasons = []
        for camera, image in list(self._images.items()):
            if image.stamp_ns > limit_ns:
                ahead_s = (image.stamp_ns - now_ns) / NS_PER_S
                reasons.append(f'camera {camera}: stamped {ahead_s:.3f} s in the future')
                del self._images[camera]
        if self._states and self._states[-1][0] > limit_ns:
            ahead_s = (self._states[-1][0] - now_ns) / NS_PER_S
            reasons.append(f'joint state: stamped {ahead_s:.3f} s in the future')
            self._states = [entry for entry in self._states if entry[0] <= limit_ns]
        return reasons

    def _fresh_images(self, now_ns: int, reasons: list[str]) -> dict[str, _Image]:
        fresh: dict[str, _Image] = {}
        excuses: list[str] = []
        for name, camera in self._robot.cameras.items():
            image = self._images.get(name)
            stamp_ns = image.stamp_ns if image else None
            limit_s = self._settings.max_image_age_s
            reason = _stale(f'camera {name}', stamp_ns, now_ns, limit_s)
            if image and not reason:
                fresh[name] = image
            elif reason:
                (reasons if camera.missing == 'refuse' else excuses).append(reason)
        if not fresh and not reasons:
            reasons.extend(excuses)  # all may be masked, but not all at once
        return fresh

    def _together(
        self, images: dict[str, _Image], stamp_ns: int, reasons: list[str]
    ) -> dict[str, _Image]:
        """Leave out pictures that are too far from the newest, if their camera may be missing."""
        together: dict[str, _Image] = {}
        for name, image in images.items():
            reason = self._apart(f'camera {name}', image.stamp_ns, stamp_ns)
            if reason is None:
                together[name] = image
            elif self._robot.cameras[name].missing == 'refuse':
                reasons.append(reason)
        return together

    def _paired_state(self, now_ns: int, stamp_ns: int, reasons: list[str]) -> _State | None:
        newest_ns = self._states[-1][0] if self._states else None
        reason = _stale('joint state', newest_ns, now_ns, self._settings.max_state_age_s)
        if reason is not None:
            reasons.append(reason)
            return None
        # The state of the picture's instant, not the newest: actions may be relative to it.
        after = bisect_left(self._states, stamp_ns, key=lambda entry: entry[0])
        near = self._states[max(0, after - 1) : after + 1]
        paired_ns, state = min(near, key=lambda entry: abs(entry[0] - stamp_ns))
        reason = self._apart('joint state', paired_ns, stamp_ns)
        if reason is not None:
            reasons.append(reason)
        return paired_ns, state

    def _apart(self, what: str, stamp_ns: int, newest_ns: int) -> str | None:
        spread_s, limit_s = abs(stamp_ns - newest_ns) / NS_PER_S, self._settings.max_spread_s
        if spread_s > limit_s:
            return f'{what}: {spread_s:.3f} s away from the newest picture (limit {limit_s:g} s)'
        return None

    def _clear_sensors(self) -> None:
        self._images.clear()
        self._states.clear()


def _check_stamp(stamp_ns: int, what: str) -> None:
    """Refuse a stamp of zero, which in ROS means that nobody has set it."""
    if stamp_ns <= 0:
        raise InputError(f'{what}: its stamp is not set ({stamp_ns} ns)')


def _stale(what: str, stamp_ns: int | None, now_ns: int, limit_s: float) -> str | None:
    if stamp_ns is None:
        return f'{what}: nothing yet'
    age_s = (now_ns - stamp_ns) / NS_PER_S
    if age_s > limit_s:
        return f'{what}: {age_s:.3f} s old (limit {limit_s:g} s)'
    return None
