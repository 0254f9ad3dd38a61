# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is left of a chunk, and how long one takes, by time stamps alone."""

import numpy as np
from numpy.testing import assert_allclose
import pytest

from pi0_ros.delays import REMEMBERED
from pi0_ros.policy.continuation import Continuation
from pi0_ros.types import Chunk

MS = 1_000_000
TIMES = np.arange(10) * 20 * MS


def chunk_at(stamp_ms, value=0.0):
    """Make a chunk whose first joint is its age [ms] and whose second is a value."""
    positions = np.stack([np.arange(10) * 20.0, np.full(10, value)], axis=1)
    return Chunk(stamp_ms * MS, ('a', 'b'), TIMES, positions)


@pytest.fixture
def warm():
    """One that knows a delay of 45 ms."""
    continuation = Continuation()
    continuation.note(chunk_at(0), 8000 * MS)
    continuation.note(chunk_at(9000), 9045 * MS)
    return continuation


def test_the_rest_is_what_the_chunk_means_for_the_next_ones_instants(warm):
    rest = warm.rest(9050 * MS)
    assert rest.delay == 3  # 45 ms are more than two points
    assert rest.overlap == 7  # 50, 70 ... 170 of 180 ms
    assert_allclose(rest.targets[:, 0], [50, 70, 90, 110, 130, 150, 170, 180, 180, 180])


def test_the_first_chunks_delay_does_not_count():
    continuation = Continuation()
    continuation.note(chunk_at(0), 8000 * MS)
    assert continuation.delay_ns is None
    assert continuation.rest(100 * MS) is None
    continuation.note(chunk_at(100), 130 * MS)
    assert continuation.delay_ns == 30 * MS


def test_the_delay_is_the_longest_of_the_last_ones(warm):
    warm.note(chunk_at(10_000), 10_400 * MS)
    assert warm.delay_ns == 400 * MS
    for k in range(REMEMBERED):
        warm.note(chunk_at(11_000 + k), (11_000 + k + 20) * MS)
    assert warm.delay_ns == 20 * MS


def test_a_chunk_that_is_over_leaves_nothing(warm):
    assert warm.rest(9180 * MS).overlap == 1
    assert warm.rest(9181 * MS) is None


def test_time_that_jumps_back_leaves_nothing(warm):
    assert warm.rest(8999 * MS) is None


def test_a_delay_is_never_negative(warm):
    for k in range(REMEMBERED):
        warm.note(chunk_at(10_000 + k), 9_999 * MS)
    assert warm.delay_ns == 0
    assert warm.rest(10_050 * MS).delay == 0
