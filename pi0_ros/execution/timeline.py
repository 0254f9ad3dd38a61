# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
A chunk as a function of time.

Takes a Chunk and instants, gives the joint targets meant for them. Knows nothing of other chunks
(that is :mod:`.seams`), of limits, or of the present.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from pi0_ros.types import NS_PER_S, Chunk

Array = NDArray[np.float64]
#: Instants [ns of the ROS clock]: one, or any number of them, (...).
Instants = int | NDArray[np.int64]


class Course:
    """
    A chunk, prepared to be read at any instant.

    ===========================  ============================================================
    instant                      result
    ===========================  ============================================================
    before the first point       the first point, led back along its slope for lead_ns at most
    between two points           interpolated, whatever the spacing
    on or after the last point   the last point
    chunk of a single point      that point, at any time
    ===========================  ============================================================

    ``linear`` meets every point to the last bit, and never leaves the range of two neighbouring
    ones by more than rounding; its velocity jumps at every point. ``spline`` has a continuous
    velocity and acceleration from the first point to the last, and may leave the range of its
    points. Told to smooth, it passes beside the points: see :func:`_spline`.

    :param chunk: what is read.
    :param interpolation: a name in :data:`INTERPOLATIONS`.
    :param smoothing_s: how far around itself an instant is smoothed by ``spline`` [s].
    :param exact: mask of the joints that go straight from point to point all the same, (J,).
    :param late_ns: how much later than its chunk says everything is to happen [ns].
    :param lead_ns: how long before its first point it moves already [ns], so that one who comes
        a moment too early finds it moving.
    """

    def __init__(
        self,
        chunk: Chunk,
        interpolation: str = 'linear',
        smoothing_s: float = 0.0,
        exact: NDArray[np.bool_] | None = None,
        late_ns: int = 0,
        lead_ns: int = 0,
    ) -> None:
        self.chunk = chunk
        self._reading = interpolation, smoothing_s, exact, late_ns, lead_ns
        self.times_ns = chunk.stamp_ns + late_ns + chunk.times_ns
        """When its points are due [ns of the ROS clock], (K,)."""
        self.begins_ns, self.ends_ns = int(self.times_ns[0]), int(self.times_ns[-1])
        # Coefficients of 1, s, s², s³ from one point to the next, (4, 1 + K, J), where s runs
        # from 0 to 1. The first piece leads to the first point, the last is the last point.
        self._starts = np.append(self.begins_ns - lead_ns, self.times_ns)  # (1 + K,)
        self._spans = np.concatenate([[max(lead_ns, 1)], np.diff(chunk.times_ns), [1]])
        self._pieces = np.zeros((4, len(self._starts), len(chunk.names)))
        self._pieces[0] = chunk.positions[np.r_[0, : len(self.times_ns)]]
        if len(self.times_ns) > 1:
            seconds = chunk.times_ns / NS_PER_S
            if exact is None or not exact.all():
                spline_or_line = INTERPOLATIONS[interpolation]
                spline_or_line(seconds, chunk.positions, smoothing_s, self._pieces[:, 1:])
            if exact is not None and exact.any():
                lines = np.zeros((4, len(seconds), int(exact.sum())))
                _linear(seconds, chunk.positions[:, exact], 0.0, lines)
                self._pieces[:, 1:, exact] = lines
            way = self._pieces[1, 1] * (lead_ns / self._spans[1])
            self._pieces[:2, 0] = self._pieces[0, 1] - way, way

    def __call__(self, time_ns: Instants) -> Array:
        """
        Return the joint targets meant for instants.

        :param time_ns: one or more, (...) [ns of the ROS clock].
        :return: (..., J), in [rad] or [m].
        """
        time_ns = np.asarray(time_ns).clip(self._starts[0], self._starts[-1])
        k = self._starts.searchsorted(time_ns, side='right') - 1
        s = ((time_ns - self._starts[k]) / self._spans[k])[..., None]
        one, linear, square, cube = self._pieces[:, k]
        return np.asarray(one + s * (linear + s * (square + s * cube)))

    def with_positions(self, positions: Array) -> Course:
        """Return the same with other positions, (K, J)."""
        return Course(replace(self.chunk, positions=positions), *self._reading)


def _linear(_times: Array, positions: Array, _smoothing_s: float, pieces: Array) -> None:
    """Straight lines."""
    pieces[0] = positions
    pieces[1, :-1] = np.diff(positions, axis=0)


def _spline(times: Array, positions: Array, smoothing_s: float, pieces: Array) -> None:
    """
    Natural cubic smoothing spline: least squares of distances and curvature in balance.

    It minimises, over all functions f of time, the sum of (y_k - f(t_k))² plus λ times the
    integral of f''²: Reinsch, "Smoothing by spline functions", 1967. With points that lie dt
    apart and λ = T⁴ / dt, an oscillation of ω [rad/s] is damped by 1 + (ω T)⁴; T is smoothing_s.
    Zero leads through the points.
    """
    smooth, curve = _spline_matrices(times.tobytes(), smoothing_s)
    values, curvatures = smooth @ positions, curve @ positions  # (K, J) each, [1] and [1/s²]
    spans = np.diff(times)[:, None]
    bends = spans**2 / 6 * curvatures[:-1], spans**2 / 6 * curvatures[1:]
    pieces[0] = values
    pieces[1, :-1] = np.diff(values, axis=0) - 2 * bends[0] - bends[1]
    pieces[2, :-1] = 3 * bends[0]
    pieces[3, :-1] = bends[1] - bends[0]


@lru_cache(maxsize=16)
def _spline_matrices(times: bytes, smoothing_s: float) -> tuple[Array, Array]:
    """
    Return what makes a spline's values and curvatures of points, (K, K) each.

    In the terms of Green & Silverman, "Nonparametric Regression and Generalized Linear Models",
    1994, section 2.3: R γ = Qᵀ g for the curvatures γ between the ends, (R + λ Qᵀ Q) γ = Qᵀ y,
    and g = y - λ Q γ. They depend on the times of the points alone, which seldom change.
    """
    spans = np.diff(np.frombuffer(times))
    count = len(spans) + 1
    curvatures = np.zeros((count, count))
    if count == 2:
        return np.eye(2), curvatures
    inner = np.arange(count - 2)
    q = np.zeros((count, count - 2))
    q[inner, inner] = 1 / spans[:-1]
    q[inner + 2, inner] = 1 / spans[1:]
    q[inner + 1, inner] = -1 / spans[:-1] - 1 / spans[1:]
    r = np.diag((spans[:-1] + spans[1:]) / 3)
    r += np.diag(spans[1:-1] / 6, 1) + np.diag(spans[1:-1] / 6, -1)
    balance = smoothing_s**4 / spans.mean()
    curvatures[1:-1] = np.linalg.solve(r + balance * q.T @ q, q.T)
    return np.eye(count) - balance * q @ curvatures[1:-1], curvatures


# From points, (K,) [s] and (K, J), and smoothing [s], to the coefficients of 1, s, s² and s³ from
# each point to the next, (4, K, J), where s runs from 0 to 1; the last ones are zero but for 1.
INTERPOLATIONS: MappingProxyType[str, Callable[[Array, Array, float, Array], None]] = (
    MappingProxyType({'linear': _linear, 'spline': _spline})
)
