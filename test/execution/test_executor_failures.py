# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The executor, tick by tick, through what goes wrong in the field.

Every command in this file is checked against the limits and its predecessor by `Rig.check`.
"""

from executor_rig import (
    FAR,
    MS,
    NAMES,
    START,
    Rig,
    a_chunk,
    assert_brakes_and_holds,
    at_rest,
    rest,
    running,
    sway,
)
import numpy as np
import pytest

from pi0_ros.execution.seams import STRATEGIES
from pi0_ros.execution.status import State
from pi0_ros.types import Chunk, InputError

# Chunks that can't be followed


@pytest.mark.parametrize(
    ('chunk', 'sentence'),
    [
        ({'names': ('shoulder', 'elbow', 'grip')}, 'joints missing: gripper; unknown: grip'),
        ({'names': ('shoulder', 'elbow')}, 'joints missing: gripper; unknown: none'),
        ({'stamp_ns': 0}, 'chunk: stamp is 0 ns'),
        ({'stamp_ns': 10_400 * MS}, 's in the future, tolerance 0.05 s'),
    ],
)
def test_unsound_chunk_is_named_and_brakes(chunk, sentence):
    rig = running(Rig())
    names = chunk.get('names', NAMES)
    bad = a_chunk(chunk.get('stamp_ns', rig.now_ns), rest(FAR[: len(names)]), names=names)
    with pytest.raises(InputError, match=sentence):
        rig.executor.add_chunk(bad, rig.now_ns)
    rig.tick()
    assert rig.state is State.RUNNING, 'what raises changes nothing'
    rig.try_offer(bad)
    assert_brakes_and_holds(rig)
    assert sentence in rig.executor.status.text
    assert rig.executor.status.text.startswith('rejected a chunk: chunk: ')
    assert rig.executor.counters.chunks_rejected == 1
    rig.offer(sway())
    rig.ticks(50)
    assert rig.state is State.RUNNING


def test_future_within_tolerance_is_followed():
    rig = Rig()
    assert rig.offer(rest(), age_ms=-40)
    assert rig.tick() is not None


def test_doubled_and_old_chunks_are_dropped_without_disturbing_the_motion():
    rig = running(Rig())
    active = rig.executor.active_chunk
    assert not rig.executor.add_chunk(active, rig.now_ns)
    assert not rig.executor.add_chunk(a_chunk(active.stamp_ns - 1, rest(FAR)), rig.now_ns)
    rig.tick()
    assert rig.executor.active_chunk is active
    counters = rig.executor.counters
    assert (counters.chunks_accepted, counters.chunks_dropped) == (1, 2)
    assert (counters.chunks_rejected, counters.holds) == (0, 0)


def test_stale_on_arrival_is_dropped_and_said():
    rig = Rig(chunk_timeout_s=0.5)
    assert not rig.offer(rest(FAR), age_ms=600, horizon_ms=2000)
    assert rig.tick() is None
    assert str(rig.executor.status) == 'idle: newest chunk is 0.61 s old, limit 0.50 s'
    assert rig.executor.counters.chunks_dropped == 1


def test_single_point_is_meant_for_an_instant():
    rig = Rig()
    rig.executor.add_chunk(Chunk(rig.now_ns, NAMES, [30 * MS], [FAR]), rig.now_ns)
    rig.ticks(3)
    assert rig.state is State.RUNNING
    rig.tick()
    assert rig.executor.status.text == 'newest chunk ran out 0.01 s ago'


# The policy dies and comes back


def test_exhausted_horizon_brakes_holds_and_resumes():
    rig = running(Rig())
    rig.ticks(71)
    assert str(rig.executor.status) == 'holding: newest chunk is 1.01 s old, limit 1.00 s'
    rig = Rig()
    rig.offer(sway(), horizon_ms=300)
    rig.ticks(30)
    assert rig.state is State.RUNNING
    assert_brakes_and_holds(rig)
    assert rig.executor.status.text.startswith('newest chunk ran out 0.')
    assert rig.executor.active_chunk is None
    assert rig.executor.counters.holds == 1
    rig.ticks(300)
    assert rig.state is State.HOLDING
    held = rig.last.positions
    rig.offer(sway())
    rig.tick()
    assert rig.last.positions == pytest.approx(held, abs=2e-3)
    rig.ticks(45)
    assert rig.last.positions == pytest.approx(sway()(rig.now_s), abs=1e-3)


def test_stale_chunk_brakes_even_if_its_horizon_goes_on():
    rig = Rig(chunk_timeout_s=0.3)
    rig.offer(sway(), horizon_ms=5000)
    rig.ticks(30)
    assert rig.state is State.RUNNING
    assert_brakes_and_holds(rig)
    assert rig.executor.status.text.startswith('newest chunk is 0.')


# The joint state


def test_stale_joint_state_brakes_and_a_new_one_resumes():
    rig = running(Rig(state_timeout_s=0.05))
    rig.ticks(5, measured=False)
    assert rig.state is State.RUNNING
    assert_brakes_and_holds(rig, measured=False)
    assert rig.executor.status.text.startswith('joint state is 0.')
    rig.tick()
    assert rig.state is State.RUNNING


def test_joint_state_from_the_future_is_not_believed():
    rig = running(Rig())
    rig.executor.update_state(rig.now_ns + 2000 * MS, rig.robot)
    rig.tick(measured=False)
    assert rig.executor.status.text == 'joint state is 1.99 s in the future, tolerance 0.05 s'


@pytest.mark.parametrize(
    ('stamp_ns', 'positions', 'sentence'),
    [
        (1, [0, np.nan, 0], r'joint state: nan at index \(1,\) \(elbow\) is not finite'),
        (1, [0, 0], r'joint state: expected shape \(3,\), found \(2,\)'),
        (0, [0, 0, 0], 'joint state: stamp is 0 ns'),
    ],
)
def test_unsound_joint_state_is_named_and_brakes_once_reported(stamp_ns, positions, sentence):
    rig = running(Rig())
    with pytest.raises(InputError, match=sentence) as error:
        rig.executor.update_state(stamp_ns, positions)
    rig.executor.report_bad_state(str(error.value))
    assert_brakes_and_holds(rig, measured=False)
    assert rig.executor.status.text == f'rejected a joint state: {error.value}'
    rig.tick()
    assert rig.state is State.RUNNING


# Faults


def test_robot_that_does_not_follow_is_a_fault_until_enabled():
    rig = running(Rig())
    stuck = rig.robot - [0.6, 0, 0]
    rig.executor.update_state(rig.now_ns, stuck)
    rig.tick(measured=False)
    assert rig.state is State.FAULT
    assert rig.executor.status.text == 'shoulder is 0.600 away from its command, tolerance 0.500'
    assert all(c is not None for c in rig.ticks(50)), 'it holds'
    assert rig.state is State.FAULT, 'it does not heal by itself'
    rig.executor.set_enabled(True)
    rig.robot, rig.last = stuck, None
    rig.offer(rest(START))
    rig.tick()
    assert rig.state is State.RUNNING
    assert rig.last.positions == pytest.approx(stuck, abs=1.1e-3)


def test_gripper_that_holds_something_is_no_fault():
    rig = Rig(tracking_tolerance=0.01)
    rig.offer(rest(START - [0, 0, 0.04]))
    for _ in range(40):
        rig.tick()
        rig.robot = np.array([*rig.robot[:2], 0.04])
    assert rig.state is State.RUNNING
    assert rig.last.positions[2] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize('strategy', STRATEGIES)
def test_result_that_is_not_finite_never_leaves(strategy):
    rig = Rig(interpolation='spline', strategy=strategy)
    rig.offer(sway())
    rig.ticks(20)
    huge = np.outer([1, -1, 1, -1, 1, -1], [0, 1.7e308, 0])
    chunk = Chunk(rig.now_ns, NAMES, np.arange(6) * 100 * MS, huge)
    rig.executor.add_chunk(chunk, rig.now_ns)
    commands = rig.ticks(30)
    assert at_rest(commands[-1])
    assert rig.state is State.FAULT
    assert rig.executor.status.text.endswith('(elbow) is not finite')
    rig.executor.set_enabled(True)
    rig.last = None
    rig.offer(sway())
    rig.tick()
    assert rig.state is State.RUNNING


# The clock


@pytest.mark.parametrize(
    ('jump_ms', 'words'), [(-9_000, 'back 9.00 s'), (-1, 'back 0.00 s'), (5_000, 'forward 5.00 s')]
)
def test_clock_jump_forgets_everything_and_begins_anew(jump_ms, words):
    rig = running(Rig())
    rig.robot = START + 0.01  # a simulation puts its robot back
    assert rig.tick(jump_ms) is None
    assert str(rig.executor.status) == f'idle: no joint state since the clock went {words}'
    assert rig.tick() is None
    assert str(rig.executor.status) == f'idle: no chunk since the clock went {words}'
    rig.offer(rest(FAR), horizon_ms=2000)
    rig.tick()
    assert rig.state is State.RUNNING
    assert rig.last.positions == pytest.approx(START + 0.01, abs=1.1e-3)
