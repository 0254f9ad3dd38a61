# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Inference that takes its time."""

from helpers_seams import Clock
import numpy as np
import pytest

from benchmarks.seams.server import Delays, Server

MS = 1_000_000
STAND = np.zeros(1)


def test_delays_stay_within_the_jitter_and_use_it():
    delays = Delays(0.1, None)
    drawn = [delays(0) / MS for _ in range(1000)]
    assert 80 <= min(drawn) < 82
    assert 118 < max(drawn) <= 120


def test_one_inference_from_an_instant_on_takes_a_second():
    delays = Delays(0.1, 50 * MS)
    assert [delays(ns * MS) > 500 * MS for ns in (0, 49, 60, 70)] == [False, False, True, False]
    assert Delays(0.0, 0)(0) == 1000 * MS


def test_answer_comes_once_and_not_before_it_is_ready():
    server = Server(Clock(), lambda _now_ns: 30 * MS)
    assert server.answer(0) is None
    server.ask(10 * MS, STAND, 12 * MS)
    assert server.is_busy(41 * MS)
    assert server.answer(41 * MS) is None
    chunk = server.answer(42 * MS)
    assert chunk.stamp_ns == 10 * MS
    assert server.newest is chunk
    assert not server.is_busy(42 * MS)
    assert server.answer(43 * MS) is None


def test_an_oracles_answer_is_there_at_once_and_the_next_no_sooner():
    server = Server(Clock(), lambda _now_ns: 30 * MS, foreseen=True)
    server.ask(10 * MS, STAND, 12 * MS)
    assert server.answer(12 * MS).stamp_ns == 10 * MS
    assert server.is_busy(41 * MS)
    assert not server.is_busy(42 * MS)


@pytest.mark.parametrize('rtc', [False, True])
def test_chunks_go_on_from_the_last_one_if_they_are_to(rtc):
    server = Server(Clock(growth=1.0), lambda _now_ns: 30 * MS, rtc=rtc)
    for ms in (100, 200, 300):
        server.ask(ms * MS, STAND, ms * MS)
        last = server.newest
        chunk = server.answer((ms + 30) * MS)
    # The first delay is not remembered, the second is: two points of the third chunk are bound.
    bound = chunk.positions[:2] - last.positions[5:7]
    assert bound == pytest.approx(0.0 if rtc else 1.0)
    assert chunk.positions[-1] - last.positions[-1] == pytest.approx(1.1)
