# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Laps and steps follow one another, on the CPU's clock and on a stream of events."""

from __future__ import annotations

import time

import pytest
import torch

from pi0_ros.policy.stopwatch import Stopwatch

CPU, CUDA = torch.device('cpu'), torch.device('cuda')


class Event:
    """An event of a stream whose work is done a while after it was asked for."""

    passed_ms = 0.0

    def __init__(self, *, enable_timing):
        assert enable_timing
        self._at_ms = None
        self.waited = False

    def record(self, stream):
        assert stream == 'the stream'
        self._at_ms = Event.passed_ms

    def synchronize(self):
        self.waited = True

    def elapsed_time(self, end):
        assert end.waited
        return end._at_ms - self._at_ms


@pytest.fixture(params=[CPU, CUDA], ids=str)
def clock(request, monkeypatch):
    """Return a device, and what lets milliseconds pass on it."""
    now_ms = [0.0]
    monkeypatch.setattr(Event, 'passed_ms', 0.0)

    def wait(milliseconds):
        now_ms[0] += milliseconds
        Event.passed_ms = now_ms[0]

    monkeypatch.setattr(time, 'perf_counter', lambda: now_ms[0] / 1e3)
    monkeypatch.setattr(torch.cuda, 'Event', Event)
    monkeypatch.setattr(torch.cuda, 'current_stream', lambda _device: 'the stream')
    return request.param, wait


def test_laps_follow_one_another(clock):
    device, wait = clock
    stopwatch = Stopwatch(device)
    wait(2)
    stopwatch.lap('one')
    wait(3)
    stopwatch.lap('two')
    assert list(stopwatch.milliseconds.items()) == [
        ('one', pytest.approx(2)),
        ('two', pytest.approx(3)),
    ]
    assert stopwatch.steps_ms == []


def test_steps_are_within_the_lap_under_way(clock):
    device, wait = clock
    stopwatch = Stopwatch(device)
    wait(2)
    stopwatch.lap('before')
    for milliseconds in (4, 1):
        wait(milliseconds)
        stopwatch.step()
    wait(3)
    stopwatch.lap('stage')
    assert stopwatch.steps_ms == [pytest.approx(4), pytest.approx(1)]
    assert stopwatch.milliseconds == {'before': pytest.approx(2), 'stage': pytest.approx(8)}
