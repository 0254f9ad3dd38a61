# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""When the next inference is due, by time stamps alone."""

import numpy as np
import pytest

from pi0_ros.policy.continuation import Continuation
from pi0_ros.policy.replanning import MODES, Replanning
from pi0_ros.types import Chunk, InputError

MS = 1_000_000
PICTURES_MS = 40
LENGTH_MS = 980


def chunk_at(stamp_ms, points=50):
    return Chunk(stamp_ms * MS, ('a',), np.arange(points) * 20 * MS, np.zeros((points, 1)))


def first_due(replanning, newest, delay_ms):
    """Return the age of the newest chunk at which the next inference begins [ms]."""
    begins = range(newest.stamp_ns, newest.end_ns + 500 * MS, MS)
    delay_ns = None if delay_ms is None else delay_ms * MS
    due = (stamp for stamp in begins if replanning.is_due(stamp, newest, delay_ns))
    return (next(due) - newest.stamp_ns) // MS


@pytest.mark.parametrize('mode', MODES)
def test_at_once_without_a_chunk_and_when_time_has_gone_back(mode):
    replanning = Replanning(mode)
    assert replanning.is_due(0, None, None)
    assert replanning.is_due(4_999 * MS, chunk_at(5_000), 0)


@pytest.mark.parametrize('mode', MODES)
def test_never_twice_on_the_same_observation(mode):
    newest = chunk_at(5_000)
    for delay_ns in (None, 0, 2_000 * MS):
        assert not Replanning(mode, threshold=1.0).is_due(newest.stamp_ns, newest, delay_ns)


@pytest.mark.parametrize(('rate_hz', 'age_ms'), [(5.0, 200), (10.0, 100)])
def test_by_rate_once_a_period(rate_hz, age_ms):
    for delay_ms in (None, 0, 400):
        assert first_due(Replanning('rate', rate_hz), chunk_at(0), delay_ms) == age_ms


def test_asap_on_every_new_observation():
    assert first_due(Replanning('asap'), chunk_at(0), 400) == 1


@pytest.mark.parametrize(
    ('threshold', 'delay_ms', 'age_ms'),
    [(0.5, 0, 490), (0.5, 200, 290), (0.5, 600, 1), (0.0, 200, 780), (1.0, 0, 1), (0.5, None, 1)],
)
def test_on_threshold_the_next_chunk_arrives_when_that_part_is_left(threshold, delay_ms, age_ms):
    newest = chunk_at(7_000)
    assert first_due(Replanning('on_threshold', threshold=threshold), newest, delay_ms) == age_ms


def test_on_threshold_a_chunk_of_one_point_is_used_up_at_its_point():
    replanning = Replanning('on_threshold', threshold=1.0)
    assert first_due(replanning, chunk_at(0, points=1), 0) == 1


def arrivals(replanning, delays_ms):
    """Play inferences of these delays; return what is left of the chunk before at each [ms]."""
    continuation, now_ns, left_ms = Continuation(), 0, []
    for delay_ms in delays_ms:
        newest = continuation.newest
        while not replanning.is_due(now_ns, newest, continuation.delay_ns):
            now_ns += PICTURES_MS * MS
        ready_ns = now_ns + delay_ms * MS
        if newest is not None:
            left_ms.append((newest.end_ns - ready_ns) // MS)
        continuation.note(chunk_at(now_ns // MS), ready_ns)
        now_ns = -(-ready_ns // (PICTURES_MS * MS)) * PICTURES_MS * MS
    return left_ms


@pytest.mark.parametrize('delay_ms', [0, 60, 200, 450])
def test_on_threshold_no_chunk_is_used_up_before_the_next_is_there(delay_ms):
    left_ms = arrivals(Replanning('on_threshold'), [delay_ms] * 20)
    assert min(left_ms) > 0
    if delay_ms < LENGTH_MS / 4:  # else the device is never idle, and does what it can
        assert set(np.floor_divide(LENGTH_MS // 2 - np.array(left_ms[1:]), PICTURES_MS)) == {0}


def test_on_threshold_a_spike_is_borne_and_a_second_one_foreseen():
    spikes = [60] * 5 + [460] + [60] * 4 + [460] + [60] * 20
    left_ms = arrivals(Replanning('on_threshold'), spikes)
    assert min(left_ms) > 0
    assert max(left_ms[6:10]) <= LENGTH_MS // 2, 'one may be an accident'
    assert max(left_ms[11:15]) > LENGTH_MS // 2 + 300, 'as early as after the second'
    assert max(left_ms[22:]) <= LENGTH_MS // 2, 'forgotten'


@pytest.mark.parametrize(
    ('wrong', 'text'),
    [
        ({'mode': 'often'}, r"^replan: expected one of rate, asap, on_threshold, found 'often'$"),
        ({'rate_hz': 0.0}, r'^replan_rate_hz: expected a positive number, found 0.0$'),
        ({'rate_hz': float('inf')}, r'^replan_rate_hz: .* found inf$'),
        ({'threshold': 1.1}, r'^replan_threshold: expected 0 to 1, found 1.1$'),
        ({'threshold': float('nan')}, r'^replan_threshold: .* found nan$'),
    ],
)
def test_a_bad_value_is_named(wrong, text):
    with pytest.raises(InputError, match=text):
        Replanning(**wrong)
