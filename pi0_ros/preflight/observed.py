# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What was seen of a robot while one listened for some seconds: plain data, no messages."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pi0_ros.types import NS_PER_S

Picture = NDArray[np.uint8]  # (h, w, 3) RGB


@dataclass(frozen=True)
class Stream:
    """
    The messages of a topic.

    :param topic: its full name.
    :param stamps_ns: of each message, as it came [ns].
    :param arrivals_ns: when each came, by the listener's clock [ns].
    :param others: topics of the wanted kind that somebody publishes, for remedies.
    :param found_type: type of the messages on this topic, if it isn't the wanted one.
    """

    topic: str
    stamps_ns: tuple[int, ...] = ()
    arrivals_ns: tuple[int, ...] = ()
    others: tuple[str, ...] = ()
    found_type: str = ''

    @cached_property
    def rate_hz(self) -> float:
        """Messages per second by their stamps; 0 if there are too few to tell."""
        span_ns = max(self.stamps_ns, default=0) - min(self.stamps_ns, default=0)
        return (len(self.stamps_ns) - 1) * NS_PER_S / span_ns if span_ns > 0 else 0.0

    @cached_property
    def age_s(self) -> float:
        """How old messages are when they come, typically; negative if from the future [s]."""
        ages = np.array(self.arrivals_ns) - np.array(self.stamps_ns)
        return float(np.median(ages)) / NS_PER_S


@dataclass(frozen=True)
class CameraSeen:
    """
    A camera's pictures.

    :param stream: its messages.
    :param encoding: of the last one, in the driver's words.
    :param pictures: the first and the last, which may be the same; none if there are none.
    :param problem: why a picture could not be decoded.
    """

    stream: Stream
    encoding: str = ''
    pictures: tuple[Picture, ...] = ()
    problem: str = ''


@dataclass(frozen=True)
class JointsSeen:
    """
    The joint states.

    :param stream: their messages.
    :param names: of the joints of each message, as they came.
    """

    stream: Stream
    names: tuple[tuple[str, ...], ...] = ()

    def whole(self, wanted: Collection[str]) -> tuple[str, ...]:
        """Return the names of the first message that has all of some; none if there is none."""
        return next((names for names in self.names if set(wanted) <= set(names)), ())


@dataclass(frozen=True)
class Observed:
    """
    Everything that was seen.

    :param seconds: how long one listened [s].
    :param cameras: by their names in the robot's description.
    :param states: as a policy would take them, (T, S).
    :param complaints: why a policy would not have taken a message.
    :param pose: the end effector's, of a robot whose state has one.
    """

    seconds: float
    cameras: Mapping[str, CameraSeen]
    joints: JointsSeen
    states: NDArray[np.float64]
    complaints: tuple[str, ...] = ()
    pose: Stream | None = None
