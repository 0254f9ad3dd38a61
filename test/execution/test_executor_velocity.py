# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The executor with joints that chunks tell velocities, tick by tick.

Every command in this file is checked against the limits and its predecessor by `Rig.check`.
"""

from executor_rig import (
    LIMITS,
    MS,
    NAMES,
    Rig,
    a_chunk,
    a_velocity_chunk,
    assert_brakes_and_holds,
    at_rest,
    beside,
    rest,
)
import numpy as np
import pytest

from pi0_ros.execution.seams import STRATEGIES
from pi0_ros.execution.settings import ExecutorSettings
from pi0_ros.execution.status import State
from pi0_ros.types import Chunk, InputError

ARM = ('shoulder', 'elbow')


# How the robot takes velocities: as they are, or made positions.
FORWARDED = {'velocity_joints': ARM, 'forwarded_joints': ARM}
INTEGRATED = {'velocity_joints': ARM}

both = pytest.mark.parametrize('sends', [FORWARDED, INTEGRATED], ids=['forwarded', 'integrated'])


def steady(*velocity):
    return lambda _: np.array([*velocity, 0.0])


def offer(rig, velocity, *, age_ms=0, **shape):
    chunk = a_velocity_chunk(rig.now_ns - age_ms * MS, velocity, **shape)
    return rig.executor.add_chunk(chunk, rig.now_ns)


def rolling(**settings):
    """Return a rig in the middle of a steady motion."""
    rig = Rig(**settings)
    offer(rig, steady(0.4, -0.5), horizon_ms=1000)
    rig.ticks(30)
    assert rig.last.velocities == pytest.approx([0.4, -0.5, 0.0], abs=1e-9)
    return rig


@both
@pytest.mark.parametrize('strategy', STRATEGIES)
def test_velocities_are_reached_and_kept(sends, strategy):
    rig = Rig(strategy=strategy, **sends)
    offer(rig, steady(0.4, -0.5), horizon_ms=1000)
    commands = rig.ticks(90)
    assert commands[0].velocities[0] <= LIMITS.acceleration[0] * 0.01 * (1 + 1e-9)
    for command in commands[30:]:
        assert command.velocities == pytest.approx([0.4, -0.5, 0.0], abs=1e-9)
    moved = commands[-1].positions - commands[30].positions
    assert moved == pytest.approx(np.array([0.4, -0.5, 0.0]) * 0.59, abs=1e-9)


@both
def test_velocities_change_as_the_chunk_says(sends):
    rig = Rig(strategy='replace', **sends)
    curve = lambda t: np.array([0.3 * np.sin(4 * (t - 10)), 0.2, 0.0])  # noqa: E731
    for k in range(150):
        if k % 20 == 0:
            offer(rig, curve, age_ms=30)
        rig.tick()
        if k > 20:
            assert rig.last.velocities == pytest.approx(curve(rig.now_s), abs=1e-3)


@both
def test_chunks_that_disagree_are_faded_in_velocity(sends):
    rig = rolling(**sends)
    offer(rig, steady(0.6, -0.5), horizon_ms=1000)
    speeds = np.array([0.4] + [c.velocities[0] for c in rig.ticks(35)])
    assert speeds[-1] == pytest.approx(0.6, abs=1e-9)
    # The steepest slope of the fade of 0.2 rad/s in 0.3 s is 5/4 rad/s²; the limit is 8.
    assert np.diff(speeds).max() / 0.01 <= 5 / 4 * (1 + 3e-2)
    assert np.diff(speeds).min() >= -1e-4


@both
def test_chunks_at_every_tick_converge(sends):
    rig = Rig(**sends)
    for _ in range(100):
        offer(rig, steady(0.4, -0.5))
        rig.tick()
    assert rig.last.velocities == pytest.approx([0.4, -0.5, 0.0], abs=0.01)


@both
def test_no_velocity_leads_beyond_the_position_limits(sends):
    rig = Rig(**sends)
    for k in range(400):
        if k % 30 == 0:
            offer(rig, steady(1.4, 0.0))
        rig.tick()
        assert rig.last.positions[0] <= 2.0
    assert rig.last.positions[0] == pytest.approx(2.0, abs=1e-6)
    assert rig.last.velocities[0] == pytest.approx(0.0, abs=1e-6)


def test_forwarded_joints_mind_where_they_are_not_where_they_were_told():
    rig = Rig(**FORWARDED)
    for k in range(500):
        if k % 30 == 0:
            offer(rig, steady(0.5, 0.0))
        before = rig.robot
        rig.tick()
        told = rig.last.velocities * 0.01
        rig.robot = before + [1.1, 0.5, 1.0] * told  # it is faster than it is told, or slower
        assert rig.robot[0] <= 2.0 + 5e-3  # it brakes by a tenth more than it may
    assert rig.robot[0] == pytest.approx(2.0, abs=1e-3)
    assert rig.state is State.RUNNING


def test_integrated_joints_go_on_from_their_command_and_fault_when_left_behind():
    rig = rolling(**INTEGRATED)
    offer(rig, steady(0.4, 0.0), horizon_ms=1900)
    stuck = rig.robot
    for _ in range(95):
        rig.robot = stuck
        rig.tick()
    told = rig.last.positions[0]
    assert told - stuck[0] > 0.3
    offer(rig, steady(0.4, 0.0), horizon_ms=1900)
    for _ in range(50):
        rig.robot = stuck
        rig.tick()
    assert rig.state is State.FAULT
    assert 'shoulder is' in rig.executor.status.text


@both
def test_stop_brakes_and_goes_on_sending_zero(sends):
    rig = rolling(**sends)
    rig.executor.stop('a hand in the way')
    assert_brakes_and_holds(rig)
    assert all(at_rest(command) for command in rig.ticks(100))


@both
def test_exhausted_horizon_brakes_and_holds(sends):
    rig = rolling(**sends)
    rig.ticks(70)
    assert_brakes_and_holds(rig)


def test_a_held_robot_that_is_pushed_is_no_fault_when_told_velocities():
    rig = rolling(**FORWARDED)
    rig.executor.stop('for a while')
    rig.ticks(30)
    rig.robot = beside(-1.0, 1.0, 0.0)
    assert at_rest(rig.tick())
    assert rig.state is State.HOLDING
    pushed = rig.robot = beside(-1.0, 1.0, 0.0)
    rig.executor.set_enabled(True)
    offer(rig, steady(0.4, 0.0))
    rig.tick()
    assert rig.last.positions == pytest.approx(pushed, abs=1e-3)


@pytest.mark.parametrize('after_ms', [-3000, 1500])
def test_a_clock_that_jumps_leaves_nothing_rolling(after_ms):
    rig = rolling(**FORWARDED)
    commands = [rig.tick(after_ms)]
    while (command := rig.tick()) is not None:
        commands.append(command)
        assert len(commands) < 30
    assert at_rest(commands[-1])
    assert 'since the clock went' in rig.executor.status.text
    offer(rig, steady(0.4, 0.0))
    assert rig.ticks(2)[-1] is not None


def test_enabling_after_a_fault_brakes_before_it_begins_anew():
    rig = rolling(velocity_joints=ARM, forwarded_joints=('shoulder',))
    rig.robot = rig.robot + np.array([0, 1, 0])
    rig.tick()
    assert rig.state is State.FAULT
    assert not at_rest(rig.last)
    rig.executor.set_enabled(True)
    rig.ticks(40)  # Rig.check sees that no velocity jumps


def test_disabling_ends_with_zero():
    rig = rolling(**FORWARDED)
    rig.executor.set_enabled(False)
    commands = [c for c in rig.ticks(40) if c is not None]
    assert len(commands) < 20
    assert at_rest(commands[-1])


@both
def test_a_motion_from_rest_begins_at_the_first_velocity(sends):
    rig = Rig(strategy='replace', **sends)
    rig.ticks(30)
    offer(rig, lambda t: np.array([max(0.0, t - 10.3), 0.0, 0.0]), age_ms=200)
    speeds = [c.velocities[0] for c in rig.ticks(20)]
    assert speeds[0] < 0.02


def test_chunk_without_velocities_is_named():
    rig = Rig(**FORWARDED)
    with pytest.raises(InputError, match='no velocities, expected them for shoulder, elbow'):
        rig.executor.add_chunk(a_chunk(rig.now_ns, rest()), rig.now_ns)


def test_another_order_of_names_is_the_same_motion():
    order = [2, 0, 1]
    straight, permuted = Rig(**FORWARDED), Rig(**FORWARDED)
    chunk = a_velocity_chunk(straight.now_ns, steady(0.4, -0.5))
    straight.executor.add_chunk(chunk, straight.now_ns)
    names = tuple(NAMES[j] for j in order)
    permuted.executor.add_chunk(
        Chunk(chunk.stamp_ns, names, chunk.times_ns, chunk.positions[:, order],
              chunk.velocities[:, order]),
        permuted.now_ns,
    )  # fmt: skip
    for _ in range(20):
        ours, theirs = straight.tick().velocities, permuted.tick().velocities
        assert ours == pytest.approx(theirs, rel=1e-12)
    assert permuted.executor.active_chunk.velocities[0].tolist() == [0.4, -0.5, 0.0]


@pytest.mark.parametrize(
    ('change', 'sentence'),
    [
        ({'velocity_joints': ('gripper',)}, 'velocity_joints: expected no gripper, found gripper'),
        ({'forwarded_joints': ARM}, 'forwarded_joints: expected velocity joints, found elbow'),
    ],
)
def test_bad_settings_are_named(change, sentence):
    with pytest.raises(InputError, match=sentence):
        ExecutorSettings(period_ns=10 * MS, gripper_joints=('gripper',), **change)


def test_unknown_joint_is_named():
    with pytest.raises(InputError, match=r'velocity_joints: expected some of .*, found wrist'):
        Rig(velocity_joints=('wrist',))
