# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What training learns from: what the robot saw at one instant, and the motion that followed.

It knows neither files nor the network. Whoever has demonstrations offers them as
:class:`Examples`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from pi0_ros.types import Observation

Array = NDArray[np.float64]


class Motion(NamedTuple):
    """
    The numbers of an example, without its pictures.

    :param positions: measured joints, (J,) [rad], [m], or the robot's other state, (S,).
    :param targets: joint targets from that instant on, one every 1 / rate_hz, (H, J) [rad], [m].
        Behind the end of a recording the last one is repeated, as openpi and LeRobot do.
    """

    positions: Array
    targets: Array


class Example(NamedTuple):
    """
    One instant of a demonstration.

    :param observation: what the policy would have been given.
    :param targets: as in :class:`Motion`, (H, J).
    :param marks: for each camera, which of its pixels show what the sentence speaks of, (M, h, w)
        bool; absent where nobody knows. Only the trainer's optional grounding aid reads it.
    """

    observation: Observation
    targets: Array
    marks: Mapping[str, NDArray[np.bool_]] | None = None


class Examples(Protocol):
    """Demonstrations by number. The same number always gives the same example."""

    def __len__(self) -> int:
        """Return how many there are."""

    def __getitem__(self, index: int) -> Example:
        """
        Return an example.

        :raises InputError: naming file, episode and field, if it can't be read.
        """

    def motion(self, index: int) -> Motion:
        """Return an example's numbers without reading its pictures."""
