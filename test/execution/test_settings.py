# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A setting that can't be used is named, with what was found and expected."""

import pytest

from pi0_ros.execution.settings import ExecutorSettings
from pi0_ros.types import InputError


@pytest.mark.parametrize(
    ('change', 'sentence'),
    [
        ({'period_ns': 0}, 'period_ns: expected a positive number, found 0'),
        ({'crossfade_s': 0.0}, 'crossfade_s: expected a positive number, found 0.0'),
        ({'chunk_timeout_s': float('nan')}, 'chunk_timeout_s: expected a positive number'),
        ({'state_timeout_s': float('inf')}, 'state_timeout_s: expected a positive number'),
        ({'tracking_tolerance': -1.0}, 'tracking_tolerance: expected a positive number'),
        ({'future_tolerance_s': -0.1}, 'future_tolerance_s: expected zero or more, found -0.1'),
        ({'clock_jump_s': 0.01}, r'clock_jump_s: expected more than the period \(0.01 s\)'),
        (
            {'strategy': 'x'},
            "strategy: expected one of replace, crossfade, ensemble, rtc, found 'x'",
        ),
        ({'interpolation': 'x'}, "interpolation: expected one of linear, spline, found 'x'"),
    ],
)
def test_bad_settings_are_named(change, sentence):
    good = {'period_ns': 10_000_000}
    assert ExecutorSettings(**good).period_s == 0.01
    with pytest.raises(InputError, match=sentence):
        ExecutorSettings(**{**good, **change})
