# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Others' loops, step by step."""

from helpers_seams import Clock
import numpy as np
import pytest

from benchmarks.seams.others import Average, Block
from benchmarks.seams.server import Server

MS = 1_000_000
STEP_NS = 20 * MS
START = np.array([-1.0])


def commands(method, step_ns, count):
    return np.array([method.tick(n * step_ns)[0] for n in range(count)])


def serve(policy, delay_ms):
    return Server(policy, lambda _now_ns: delay_ms * MS)


def test_block_uses_25_actions_then_stands_while_the_next_are_made():
    policy = Clock()
    sent = commands(Block(serve(policy, 100), START, STEP_NS), STEP_NS, 40)
    assert sent[:5] == pytest.approx(-1.0)  # waits for the first
    assert sent[5:30] == pytest.approx(np.arange(25) * 0.02)  # whenever they are
    assert sent[30:35] == pytest.approx(0.48)  # stands
    assert sent[35] == pytest.approx(0.6)  # the motion's place when it was asked
    assert policy.asked[1] == (600 * MS, pytest.approx(0.48))


def test_block_repeats_commands_for_a_faster_controller():
    block = Block(serve(Clock(), 0), START, STEP_NS)
    sent = commands(block, STEP_NS // 2, 8)
    assert sent == pytest.approx(np.repeat([0.0, 0.02, 0.04, 0.06], 2))


def test_average_mixes_what_two_chunks_say_of_a_step():
    policy = Clock(growth=1.0)
    sent = commands(Average(serve(policy, 20), START, STEP_NS), STEP_NS, 27)
    assert sent[0] == -1.0
    assert sent[1:26] == pytest.approx(np.arange(25) * 0.02)
    assert policy.asked[1] == (500 * MS, pytest.approx(0.48))  # once half a chunk is left
    # It counts as step 24, so that of step 25 the one says 0.5 and the other 0.52 + 1.
    assert sent[26] == pytest.approx(0.3 * 0.5 + 0.7 * 1.52)


def test_average_stands_when_its_queue_is_empty_and_goes_on_by_count():
    policy = Clock()
    sent = commands(Average(serve(policy, 800), START, STEP_NS), STEP_NS, 106)
    assert [stamp_ns // STEP_NS for stamp_ns, _ in policy.asked[:2]] == [0, 64]
    assert sent[89:104] == pytest.approx(0.98)  # step 49, the last of the first chunk
    # Asked after step 24, at 1.28 s: step 50 is 26 points later, though 40 have passed.
    assert sent[104:] == pytest.approx([1.80, 1.82])
