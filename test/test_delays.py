# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Delays beside what was expected of them, in figures."""

import pytest

from pi0_ros.delays import REMEMBERED, WINDOW, Delay, DelayEstimate, DelayMeter

MS = 1_000_000


def test_a_delay_says_how_much_later_it_came_than_expected():
    assert Delay(60 * MS, 75 * MS).values() == pytest.approx(
        {'latency_estimated_ms': 60.0, 'latency_ms': 75.0, 'latency_error_ms': 15.0}
    )
    assert Delay(60 * MS, 50 * MS).error_ns == -10 * MS


def test_what_was_not_expected_is_no_error():
    assert Delay(None, 8_000 * MS).values() == {
        'latency_estimated_ms': 'unknown', 'latency_ms': 8_000.0, 'latency_error_ms': 'unknown',
    }  # fmt: skip


def test_the_meter_tells_the_last_one_and_the_figures_of_those_that_were_expected():
    meter = DelayMeter()
    assert meter.values() == {}
    first = Delay(None, 8_000 * MS)
    meter.note(first)
    assert meter.values() == first.values()
    for k in range(101):
        meter.note(Delay(40 * MS, k * MS))
    values = meter.values()
    assert values['latency_ms'] == pytest.approx(100.0)
    figures = [values[f'latency_{name}_ms'] for name in ('p50', 'p95', 'max')]
    assert figures == pytest.approx([50.5, 95.05, 100.0])
    errors = [values[f'latency_error_{name}_ms'] for name in ('p50', 'p95', 'max')]
    assert errors == pytest.approx([10.5, 55.05, 60.0])


def test_the_meter_forgets():
    meter = DelayMeter()
    meter.note(Delay(60 * MS, 1_000 * MS))
    for _ in range(WINDOW):
        meter.note(Delay(60 * MS, 50 * MS))
    assert meter.values()['latency_max_ms'] == pytest.approx(50.0)


def estimate_after(*delays_ms):
    estimate = DelayEstimate()
    for delay_ms in delays_ms:
        estimate.note(delay_ms * MS)
    return estimate.delay_ns and estimate.delay_ns / MS


def test_the_first_delay_is_not_remembered():
    assert estimate_after() is None
    assert estimate_after(9_000) is None
    assert estimate_after(9_000, 60) == 60


def test_the_longest_of_the_last_ones_is_expected():
    assert estimate_after(1, 60, 80, 70) == 80
    assert estimate_after(1, 80, *[60] * REMEMBERED) == 60


def test_one_accident_is_not_expected_again_but_two_are():
    assert estimate_after(1, 60, 60, 1_000) == 60
    assert estimate_after(1, 60, 1_000, 60, 900) == 1_000
    assert estimate_after(1, 60, 110, 60) == 110
    assert estimate_after(1, 60, 1_000) == 1_000, 'which of two is the accident?'


def test_an_estimate_says_what_was_expected():
    estimate = DelayEstimate()
    found = [estimate.note(delay_ms * MS).estimated_ns for delay_ms in (9_000, 60, 70)]
    assert found == [None, None, 60 * MS]
