# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A robot's state measured in standard deviations of the data that the model was trained on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pi0_ros.robots.norm_stats import Scaling
from pi0_ros.robots.spec import Robot
from pi0_ros.robots.transforms import ModelSpace

Array = NDArray[np.float64]

# Of a normal distribution, in standard deviations: what quantile statistics put at 1.
PERCENTILE_99 = 2.326
# Motions are bounded, and begin and end at the edge of where they have been: a good start may
# well be three deviations away.
PLAUSIBLE = 4.0
# Farther than this a joint is merely unusual: no joint alone makes an exchange.
UNUSUAL = 3.0
IMPOSSIBLE = 8.0


def centre_and_spread(robot: Robot, scaling: Scaling, size: int) -> tuple[Array, Array]:
    """
    Return the middle of the statistics and their standard deviation, (size,) each.

    Quantiles count as those of a normal distribution.
    """
    centre = scaling.unnormalize(np.zeros(size))
    one = scaling.unnormalize(np.ones(size)) - centre
    return centre, one / (PERCENTILE_99 if robot.normalization.kind == 'quantile' else 1.0)


def state_limits(robot: Robot) -> Array:
    """Return the lowest and highest of each number of the state, (2, S); infinite if unknown."""
    limits = {joint.name: (joint.lower, joint.upper) for joint in robot.joints}
    rows = [limits.get(name, (-np.inf, np.inf)) for name in robot.state_names]
    lower, upper = zip(*rows, strict=True)
    return np.array([lower, upper], dtype=np.float64)


class Yardstick:
    """
    Distance of a robot's state from the statistics.

    :param scaling: the statistics of the state.
    """

    def __init__(self, robot: Robot, scaling: Scaling) -> None:
        self._space = ModelSpace(robot)
        self.centre, self.spread = centre_and_spread(robot, scaling, len(robot.state_names))

    def model_state(self, positions: Array) -> Array:
        """Return what was measured, (..., S), as the model's numbers before normalisation."""
        return self._space.encode_state(positions)

    def deviations(self, positions: Array) -> Array:
        """Return how far each number is from the middle, (..., S), signed."""
        return (self.model_state(positions) - self.centre) / self.spread

    def distance(self, positions: Array) -> float:
        """Return the sum of squared deviations of one or more states, none above UNUSUAL."""
        return float(np.sum(np.minimum(np.abs(self.deviations(positions)), UNUSUAL) ** 2))
