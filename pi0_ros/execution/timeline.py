# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
A chunk as a function of time.

Takes a Chunk and an instant, gives the joint targets meant for that instant. Knows nothing of
other chunks (that is :mod:`.seams`), of limits, or of the present.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from pi0_ros.types import Chunk


def sample(chunk: Chunk, time_ns: int, interpolation: str = 'linear') -> NDArray[np.float64]:
    """
    Return the joint targets meant for an instant.

    ===========================  ============================================================
    instant                      result
    ===========================  ============================================================
    before the first point       the first point
    exactly on a point           that point, to the last bit
    between two points           interpolated, whatever the spacing
    on or after the last point   the last point
    chunk of a single point      that point, at any time
    ===========================  ============================================================

    ``linear`` never leaves the range of the two neighbouring points; its velocity jumps at every
    point. ``cubic`` has a continuous velocity from the first point to the last (not at these two,
    beyond which the target stands still), and may leave the range of its neighbours.

    :param time_ns: the instant [ns of the ROS clock].
    :param interpolation: a name in :data:`INTERPOLATIONS`.
    :return: joint targets, (J,), in [rad] or [m].
    """
    times = chunk.times_ns
    offset = min(max(time_ns - chunk.stamp_ns, int(times[0])), int(times[-1]))
    k = int(np.searchsorted(times, offset, side='right')) - 1
    if offset == times[k]:
        return np.asarray(chunk.positions[k])  # (J,)
    return INTERPOLATIONS[interpolation](times, chunk.positions, k, offset)  # (J,)


def remaining_ns(chunk: Chunk, now_ns: int) -> int:
    """Time until the last point [ns]; negative once that point is past."""
    return chunk.end_ns - now_ns


def _linear(
    times: NDArray[np.int64], positions: NDArray[np.float64], k: int, offset: int
) -> NDArray[np.float64]:
    """Straight line from point k to point k + 1, (J,)."""
    s = (offset - times[k]) / (times[k + 1] - times[k])
    return np.asarray((1 - s) * positions[k] + s * positions[k + 1])


def _cubic(
    times: NDArray[np.int64], positions: NDArray[np.float64], k: int, offset: int
) -> NDArray[np.float64]:
    """
    Cubic Hermite spline between point k and point k + 1, (J,).

    The slope at a point is that of the parabola through it and its two neighbours, which for even
    spacing is Catmull & Rom, "A class of local interpolating splines", 1974; at the two ends it
    is the slope of the line to the only neighbour.
    """
    near = slice(max(k - 1, 0), k + 3)
    slopes = np.gradient(positions[near], times[near], axis=0)  # (<= 4, J) [1/ns]
    here = k - near.start
    span = times[k + 1] - times[k]
    s = (offset - times[k]) / span
    return np.asarray(
        (1 + 2 * s) * (1 - s) ** 2 * positions[k]
        + s * (1 - s) ** 2 * span * slopes[here]
        + s**2 * (3 - 2 * s) * positions[k + 1]
        - s**2 * (1 - s) * span * slopes[here + 1]
    )


INTERPOLATIONS: MappingProxyType[str, Callable[..., NDArray[np.float64]]] = MappingProxyType(
    {'linear': _linear, 'cubic': _cubic}
)
