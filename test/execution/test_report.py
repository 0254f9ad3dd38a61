# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the executor says in figures of seams, chunks and stalls; and the heartbeat it may need."""

from executor_rig import MS, NAMES, Rig, assert_brakes_and_holds, beside, rest, running, sway
import pytest

from pi0_ros.execution.operator import Operator
from pi0_ros.execution.report import WINDOW
from pi0_ros.execution.status import State

PARTS = ('position', 'velocity', 'acceleration')


def steps(rig, n=4, size=0.02):
    """Let chunks disagree by a step of the elbow."""
    for k in range(n):
        rig.offer(rest(beside(0, size * (-1) ** k, 0)), age_ms=60)
        rig.ticks(20)
    return rig.executor.figures()


def test_no_seam_no_figure():
    rig = Rig()
    rig.ticks(5)
    assert not [name for name in rig.executor.figures() if 'seam' in name]
    rig.offer(rest())
    rig.ticks(20)
    assert not [name for name in rig.executor.figures() if 'seam' in name], 'the first motion'


def test_the_seam_meter_names_the_worst_joint_and_every_joint():
    figures = steps(Rig(strategy='replace'))
    for part in PARTS:
        of_joints = {name: figures[f'seam_{part}_max/{name}'] for name in NAMES}
        assert figures[f'seam_{part}_worst_joint'] == 'elbow'
        assert figures[f'seam_{part}_max'] == max(of_joints.values()) == of_joints['elbow']
        assert figures[f'seam_{part}_p50'] <= figures[f'seam_{part}_p95'] <= of_joints['elbow']
        assert of_joints['gripper'] < 1e-12


def test_a_fade_is_felt_less_than_a_limited_step():
    replaced, faded = (steps(Rig(strategy=s)) for s in ('replace', 'crossfade'))
    for part in PARTS:
        assert faded[f'seam_{part}_max'] < 0.6 * replaced[f'seam_{part}_max']


def test_agreeing_chunks_have_seams_without_jumps():
    rig = Rig()
    rig.robot = sway()(rig.now_s)
    for _ in range(20):
        rig.offer(sway(), age_ms=60)
        rig.ticks(10)
    figures = rig.executor.figures()
    # This curve has a jerk of 2.4 rad/s³: three periods of it are no seam's doing.
    assert figures['seam_acceleration_p50'] < 2 * 3 * 0.01 * 2.4
    assert figures['seam_position_max'] < 1e-4


def test_chunks_are_told_by_age_and_by_what_is_left_of_the_last_one():
    rig = Rig()
    for age_ms in (900, 60, 80, 70):
        rig.offer(sway(), age_ms=age_ms)
        rig.ticks(20)
    figures = rig.executor.figures()
    assert figures['takeover_age_max_s'] == pytest.approx(0.09)
    assert figures['takeover_age_p50_s'] == pytest.approx(0.08)
    # 0.5 s of points, of which 20 ticks, one more, and the age have gone by: the mean of 80 ms and
    # of nothing, as a motion from rest has begun at its chunk's first point.
    assert figures['takeover_remaining_p50_s'] == pytest.approx(0.5 - 0.2 - 0.01 - 0.04, abs=0.006)
    assert figures['latency_ms'] == pytest.approx(70)
    assert figures['latency_estimated_ms'] == pytest.approx(80)
    assert figures['latency_error_ms'] == pytest.approx(-10)
    assert figures['latency_max_ms'] == pytest.approx(80), 'the first is the cold start'


def test_figures_are_those_of_the_last_hand_overs():
    rig = Rig()
    steps(rig, n=4, size=0.05)
    large = rig.executor.figures()['seam_position_max']
    for _ in range(WINDOW + 20):
        rig.offer(rest())
        rig.ticks(4)
    assert rig.executor.figures()['seam_position_max'] < large / 10


def test_a_tick_without_a_chunk_is_a_stall_and_one_that_is_forbidden_is_none():
    rig = Rig()
    rig.ticks(10)
    assert rig.executor.counters.ticks_stalled == 0, 'nothing has come yet'
    rig.offer(sway(), horizon_ms=300)
    rig.ticks(50)
    assert rig.executor.counters.ticks_stalled == 50 - 30
    rig.executor.stop('enough')
    rig.ticks(10)
    assert rig.executor.counters.ticks_stalled == 20


def test_without_a_heartbeat_nothing_moves():
    rig = Rig(heartbeat_timeout_s=0.1)
    rig.offer(sway())
    assert rig.tick() is None
    assert str(rig.executor.status) == 'idle: no heartbeat yet'
    rig.executor.beat(rig.now_ns)
    assert rig.tick() is not None
    assert rig.state is State.RUNNING


def test_a_heartbeat_that_ends_brakes_and_one_that_returns_goes_on():
    rig = Rig(heartbeat_timeout_s=0.1)
    rig.executor.beat(rig.now_ns)
    rig.offer(lambda t: beside(t - 10, 10 - t, 0), horizon_ms=1000)
    rig.ticks(10)
    assert rig.state is State.RUNNING
    assert_brakes_and_holds(rig)
    assert rig.executor.status.text.startswith('last heartbeat was 0.')
    rig.executor.beat(rig.now_ns)
    rig.tick()
    assert rig.state is State.RUNNING


def test_a_heartbeat_is_not_needed_unless_told():
    assert running(Rig()).state is State.RUNNING


def test_a_heartbeat_from_the_future_is_none():
    operator = Operator(0.1)
    operator.enabled = True
    operator.beat(1_000 * MS)
    assert operator.forbids(1_050 * MS) is None
    assert operator.forbids(1_101 * MS) == 'last heartbeat was 0.10 s ago, limit 0.10 s'
    assert operator.forbids(900 * MS) == 'last heartbeat was -0.10 s ago, limit 0.10 s'
