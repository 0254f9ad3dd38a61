# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The executor, tick by tick: beginnings, seams, late ticks, and the operator.

Every command in this file is checked against the limits and its predecessor by `Rig.check`.
"""

from executor_rig import (
    FAR,
    LIMITS,
    MS,
    NAMES,
    START,
    Rig,
    assert_brakes_and_holds,
    at_rest,
    beside,
    rest,
    running,
    sway,
)
import numpy as np
import pytest

from pi0_ros.execution.executor import ChunkExecutor
from pi0_ros.execution.seams import STRATEGIES
from pi0_ros.execution.settings import ExecutorSettings
from pi0_ros.execution.status import State
from pi0_ros.execution.timeline import INTERPOLATIONS
from pi0_ros.types import InputError

# Beginnings


def test_silent_until_everything_is_known():
    rig = Rig()
    rig.executor.set_enabled(False)
    assert rig.tick() is None
    assert str(rig.executor.status) == 'idle: not enabled'
    rig.executor.set_enabled(True)
    assert rig.tick() is None
    assert str(rig.executor.status) == 'idle: no chunk yet'
    blind = Rig()
    blind.offer(rest())
    assert blind.tick(measured=False) is None
    assert str(blind.executor.status) == 'idle: no joint state yet'
    assert blind.executor.active_chunk is None
    assert rig.executor.chunk_age_ns(rig.now_ns) is None


@pytest.mark.parametrize('strategy', STRATEGIES)
def test_first_motion_starts_from_the_measured_position(strategy):
    rig = Rig(strategy=strategy, chunk_timeout_s=3.0)
    rig.offer(rest(FAR), horizon_ms=3000)
    rig.tick()
    most = LIMITS.acceleration * 0.01**2
    assert (np.abs(rig.last.positions - START) <= most * (1 + 1e-9)).all()
    rig.ticks(200)
    assert rig.last.positions == pytest.approx(FAR, abs=1e-9)
    assert rig.executor.counters.ticks_limited > 0


def test_refuses_to_start_far_outside_the_limits():
    rig = Rig()
    rig.robot = np.array([57.3, 0, 0])  # degrees, where radians were promised
    rig.offer(rest())
    assert rig.tick() is None
    assert str(rig.executor.status) == (
        'idle: shoulder is 55.300 away from its limits, tolerance 0.500'
    )
    rig.robot = START
    assert rig.tick() is not None


# Following


@pytest.mark.parametrize('interpolation', INTERPOLATIONS)
@pytest.mark.parametrize('strategy', STRATEGIES)
def test_agreeing_chunks_are_followed_without_a_seam(strategy, interpolation):
    rig = Rig(strategy=strategy, interpolation=interpolation)
    curve = sway()
    rig.robot = curve(10.0)
    errors = []
    for k in range(300):
        if k % 17 == 0:
            assert rig.offer(curve, age_ms=20 + k % 3 * 40)
        rig.tick()
        errors.append(np.abs(rig.last.positions - curve(rig.now_s)).max())
    assert rig.state is State.RUNNING
    assert rig.executor.counters.holds == 0
    # Points of lines differ by 0.024 in velocity, which one tick takes for an acceleration, and a
    # spline has none at its ends: fading an acceleration of a moves up to 1.7 % of a T².
    fades = strategy != 'replace'
    most = {'linear': (1e-4, 5e-3), 'spline': (1e-4, 1e-3)}[interpolation][fades]
    assert max(errors[100:]) < most


@pytest.mark.parametrize('interpolation', INTERPOLATIONS)
@pytest.mark.parametrize('strategy', STRATEGIES)
def test_disagreeing_chunks_do_not_jump_and_converge(strategy, interpolation):
    rig = Rig(strategy=strategy, interpolation=interpolation)
    rig.robot = sway()(10.0)
    for k in range(60):
        if k % 15 == 0:
            rig.offer(sway(offset=[0.05 * (-1) ** (k // 15), 0.03, 0]), age_ms=30)
        rig.tick()
    rig.offer(sway())
    rig.ticks(45)
    assert np.abs(rig.last.positions - sway()(rig.now_s)).max() < 1e-3


def test_fades_are_gentler_than_the_limits_and_replace_uses_them():
    peaks = {}
    for strategy in STRATEGIES:
        rig = Rig(strategy=strategy)
        rig.offer(rest())
        rig.ticks(5)
        rig.offer(rest(beside(0.02, 0, 0)), horizon_ms=900)
        velocities = np.array([c.velocities[0] for c in rig.ticks(70)])
        peaks[strategy] = np.abs(np.diff(velocities)).max() / 0.01
        assert rig.last.positions == pytest.approx(beside(0.02, 0, 0), abs=1e-6)
    assert peaks['replace'] == pytest.approx(LIMITS.acceleration[0])
    # The most that a quintic from rest to rest needs is 10 / sqrt(3) of p / T².
    assert peaks['crossfade'] <= 5.78 * 0.02 / 0.3**2
    assert peaks['ensemble'] < peaks['crossfade']


def test_chunk_in_the_middle_of_a_fade():
    rig = Rig()
    rig.offer(rest())
    rig.ticks(5)
    for k in range(6):
        rig.offer(rest(beside(0.02 * (-1) ** k, 0, 0)))
        velocities = np.array([c.velocities[0] for c in rig.ticks(7)])
        assert np.abs(np.diff(velocities)).max() / 0.01 < 7.5, 'less than the limit of 8 rad/s²'
    rig.ticks(30)
    assert rig.last.positions == pytest.approx(START - [0.02, 0, 0], abs=1e-9)
    assert rig.executor.counters.ticks_limited == 0


def test_gripper_is_not_faded():
    rig = Rig()
    rig.offer(rest())
    rig.ticks(2)
    rig.offer(rest(beside(0, 0, 0.002)))
    commands = rig.ticks(8)
    closing = [c.positions[2] for c in commands]
    assert closing[-1] == pytest.approx(0.042, abs=1e-9)  # 0.06 s, where the fade takes 0.2 s


def test_another_order_of_names_is_the_same_motion():
    order = [2, 0, 1]
    straight, permuted = Rig(), Rig()
    straight.offer(rest(FAR))
    permuted.offer(rest(FAR[order]), names=tuple(NAMES[j] for j in order))
    for _ in range(20):
        ours, theirs = straight.tick().positions, permuted.tick().positions
        assert ours == pytest.approx(theirs, rel=1e-12)
    assert permuted.executor.active_chunk.names == NAMES


@pytest.mark.parametrize('after_ms', [0, 0.1, 35, 200])
def test_early_and_late_ticks_make_no_larger_step_and_keep_the_true_time(after_ms):
    rig = running(Rig())
    rig.tick(after_ms)
    rig.ticks(45)
    t = rig.now_s
    assert rig.last.positions[:2] == pytest.approx(beside(t - 10, 10 - t, 0)[:2], abs=1e-9)


def advance(rig, latency_ms):
    """Let a slow policy, which plans on from where it sees the robot, drive it for 3 s."""
    observed = None
    for k in range(300):
        if k % (latency_ms // 10) == 0:
            if observed is not None:
                seen_at, place = observed
                late_ms = round((rig.now_ns - seen_at) / MS)
                rig.offer(
                    lambda t, t0=seen_at / 1e9, p=place: p + np.array([0.2 * (t - t0), 0, 0]),
                    age_ms=late_ms, horizon_ms=1000,
                )  # fmt: skip
            observed = rig.now_ns, rig.robot
        yield rig.tick()


@pytest.mark.parametrize('latency_ms', [60, 160, 360])
def test_a_motion_from_rest_begins_at_the_chunks_beginning(latency_ms):
    rig = Rig()
    rig.ticks(3)
    commands = [c for c in advance(rig, latency_ms) if c is not None]
    places = np.array([c.positions[0] for c in commands])
    assert places[0] - START[0] < 1e-3
    assert np.diff(places).min() >= 0.0  # without that rule it is thrown back at every other seam
    expected = START[0] + 0.2 * (3.0 - latency_ms / 1e3)
    assert places[-1] == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize('strategy', ['replace', 'crossfade', 'ensemble'])
@pytest.mark.parametrize('latency_ms', [60, 400, 700])
def test_a_lone_chunk_from_rest_is_followed_to_its_end(strategy, latency_ms):
    """Also one that would have run out before it came, had the robot not been at rest."""
    rig = Rig(strategy=strategy, chunk_timeout_s=2.0)
    rig.ticks(80)
    begun_s = rig.now_s - latency_ms / 1e3
    ramp = lambda t: START + np.array([0.4 * min(t - begun_s, 0.5), 0, 0])  # noqa: E731
    rig.offer(ramp, age_ms=latency_ms, horizon_ms=600)
    rig.ticks(62)
    assert rig.last.positions[0] == pytest.approx(START[0] + 0.2, abs=1e-3)
    assert 'ran out' in str(rig.executor.status)


def test_with_rtc_a_motion_from_rest_follows_the_clock():
    """The policy has foreseen what will be past; what it was too late for is faded."""
    rig = Rig(strategy='rtc')
    rig.ticks(3)
    begun_s = rig.now_s - 0.3
    rig.offer(lambda t: START + np.array([0.2 * (t - begun_s), 0, 0]), age_ms=300, horizon_ms=1000)
    rig.ticks(60)
    assert rig.last.positions[0] == pytest.approx(START[0] + 0.2 * (rig.now_s - begun_s), abs=1e-6)


# The operator


def test_stop_holds_until_enabled_again():
    rig = running(Rig())
    rig.executor.stop('a hand in the way')
    assert_brakes_and_holds(rig)
    assert str(rig.executor.status) == 'holding: stopped: a hand in the way'
    rig.offer(sway())
    rig.tick()
    assert rig.state is State.HOLDING
    rig.executor.set_enabled(True)
    rig.tick()
    assert rig.state is State.RUNNING


def test_disabled_brakes_falls_silent_and_resumes_from_the_measured_position():
    rig = running(Rig())
    rig.executor.set_enabled(False)
    commands = rig.ticks(40)
    braking = [c for c in commands if c is not None]
    assert at_rest(braking[-1])
    assert len(braking) < 20
    assert str(rig.executor.status) == 'idle: not enabled'
    rig.robot = START - [1, 1, 0]  # moved by hand
    rig.executor.set_enabled(True)
    rig.offer(rest(START))
    rig.tick()
    assert np.abs(rig.last.positions - (START - [1, 1, 0])).max() <= 1e-3


def test_enabled_again_while_braking_goes_on_from_the_command():
    rig = running(Rig())
    rig.executor.set_enabled(False)
    rig.ticks(3)
    rig.executor.set_enabled(True)
    rig.ticks(30)
    assert rig.state is State.RUNNING


def test_unknown_gripper_is_named():
    settings = ExecutorSettings(period_ns=10 * MS, gripper_joints=('claw',))
    with pytest.raises(InputError, match=r'expected some of shoulder, .*, found claw'):
        ChunkExecutor(LIMITS, settings)
