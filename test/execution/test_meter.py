# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The seam meter sees jumps of known size, and none where there is none."""

import numpy as np
import pytest

from pi0_ros.execution.meter import SeamMeter

PERIOD_S = 0.01
SEAM = 20  # the first command of the new chunk


def jumps(curve, n=40, seams=(SEAM,)):
    meter = SeamMeter(PERIOD_S)
    midway = (np.arange(n) - SEAM + 0.5) * PERIOD_S  # the seam is at zero
    found = [meter.add(curve(t), is_first=k in seams) for k, t in enumerate(midway)]
    assert [k for k, jump in enumerate(found) if jump] == [k + 2 for k in seams]
    return [jump for jump in found if jump]


def test_even_acceleration_has_no_jump():
    (jump,) = jumps(lambda t: np.array([1 + 2 * t + 3 * t**2, -t]))
    for part, scale in zip(jump, (1, 100, 1e4), strict=True):
        assert np.abs(part).max() < 1e-12 * scale


@pytest.mark.parametrize('broken', range(3))
def test_a_jump_is_found_in_its_own_derivative_alone(broken):
    size = np.array([0.1, -0.2])
    power = [lambda t: t**0, lambda t: t, lambda t: t**2 / 2][broken]
    (jump,) = jumps(lambda t: np.sin(0) + size * power(t) * (t > 0))
    for k, part in enumerate(jump):
        expected = size if k == broken else np.zeros(2)
        assert part == pytest.approx(expected, abs=1e-9)


def test_an_even_jerk_is_told_as_three_periods_of_it():
    (jump,) = jumps(lambda t: np.array([7 * t**3 / 6]))
    assert jump.acceleration == pytest.approx(3 * PERIOD_S * 7, rel=1e-9)


def test_seams_that_follow_each_other_closely_are_all_told():
    assert len(jumps(lambda t: np.array([t > 0.005]), seams=(SEAM, SEAM + 1, SEAM + 3))) == 3


def test_a_motion_that_begins_anew_has_no_seam():
    meter = SeamMeter(PERIOD_S)
    for k in range(10):
        meter.add([k], is_first=False)
    meter.clear()
    assert not any(meter.add([100 + k], is_first=k == 0) for k in range(10))
