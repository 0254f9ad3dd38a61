# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
A million ticks of an executor to which everything happens, each command held to the limits.

Chunks are late, lost, doubled, out of order, wild and malformed; measurements cease; the robot is
blocked and pushed; the operator stops and goes on; ticks come early and late; the clock jumps.
"""

from heapq import heappop, heappush

from executor_rig import HAS_RUCKIG
import numpy as np
import pytest

from pi0_ros.execution.executor import ChunkExecutor
from pi0_ros.execution.limits import JointLimits
from pi0_ros.execution.seams import STRATEGIES
from pi0_ros.execution.settings import ExecutorSettings
from pi0_ros.execution.status import State
from pi0_ros.types import NS_PER_S, Chunk, InputError

RATES_HZ = (50, 100, 250, 500, 1000)
LIVES, TICKS = 10, 5000  # for every strategy and rate; with these, a million ticks in all
NAMES = ('shoulder', 'elbow', 'gripper')
LOWER, UPPER = np.array([-1.0, -np.inf, 0.0]), np.array([1.0, np.inf, 0.08])
VELOCITY, ACCELERATION = np.array([1.5, 2.0, 0.2]), np.array([8.0, 10.0, 2.0])
JERK = np.array([80.0, 60.0, np.inf])
MIDDLE, SWING = np.array([0.0, 0.2, 0.04]), np.array([0.9, 0.6, 0.04])
POINTS = np.arange(50) * (NS_PER_S // 50)  # of an ordinary chunk [ns]
TOLD = ((), (), ('shoulder',), ('shoulder', 'elbow'))
TIGHT = 1 + 1e-9


def ns(seconds):
    return round(seconds * NS_PER_S)


class Life:
    """
    What an executor was told, what it should have made of that, and what it sent.

    ``positions`` and ``velocities`` are the commands', (TICKS, 3), where ``sent``; ``measured``
    is the last measurement before. ``may_move`` is whether the inputs allow to go after a chunk;
    ``anew`` whether the command may begin at the robot instead of at the last command.
    """

    def __init__(self, seed, strategy, rate_hz):
        self.rng = rng = np.random.default_rng([seed, rate_hz, *strategy.encode()])
        told = TOLD[seed % 4]
        self.gentle = HAS_RUCKIG and seed % 3 == 0
        jerk = JERK if self.gentle else np.full(3, np.inf)
        limits = JointLimits(NAMES, LOWER, UPPER, VELOCITY, ACCELERATION, jerk)
        self.settings = ExecutorSettings(
            period_ns=NS_PER_S // rate_hz,
            strategy=strategy,
            interpolation=('spline', 'linear')[seed % 2],
            smoothing_s=rng.choice([0.0, 0.02, 0.1]),
            crossfade_s=rng.choice([0.05, 0.3, 1.0]),
            ensemble_decay_per_s=rng.choice([0.0, 0.5, 5.0]),
            heartbeat_timeout_s=rng.choice([0.0, 0.1]),
            gripper_joints=('gripper',),
            velocity_joints=told,
            forwarded_joints=told if seed % 8 > 4 else (),
        )
        self.executor = ChunkExecutor(limits, self.settings)
        self.held = np.array([name not in self.settings.forwarded_joints for name in NAMES])
        self.interval_s = rng.choice([0.04, 0.1, 0.2, 0.4])  # between inferences
        self.delay_s = rng.choice([0.01, 0.05, 0.1, 0.2, 0.4])  # of each
        self.jitter = rng.choice([0.0, 0.02, 0.5])  # of ticks, in periods
        self.now_ns = self.next_ns = 10**15
        self.underway = []  # (when it arrives, number, chunk), a heap
        self.robot = MIDDLE.copy()
        self.command = None
        self.blind_ns = self.blocked_ns = self.unheard_ns = 0  # until when
        self.beat_ns = 0
        self.enabled = self.stopped = False
        self.forget()
        self.positions, self.velocities, self.measured = np.full((3, TICKS, 3), np.nan)
        self.sent, self.may_move, self.anew = np.zeros((3, TICKS), bool)
        self.live()

    def forget(self):
        self.newest, self.measured_ns, self.rejected = None, None, False
        self.still_ns, self.late_ns = None, 0

    def live(self):
        elapsed_ns = self.settings.period_ns * (1 + self.jitter * self.rng.uniform(-1, 1, TICKS))
        happens = self.rng.random(TICKS) < 1 / 250
        noise = self.rng.uniform(-1e-3, 1e-3, (TICKS, 3))
        seen = self.robot
        self.begins_anew = False
        self.enable()
        for k in range(TICKS):
            before_ns = self.now_ns
            self.now_ns += int(elapsed_ns[k])
            if happens[k]:
                self.rng.choice(EVENTS)(self)
            self.infer()
            if self.now_ns >= self.unheard_ns:
                self.beat_ns = self.now_ns
                self.executor.beat(self.now_ns)
            if self.now_ns >= self.blind_ns:
                self.measured_ns, seen = self.now_ns, self.robot + noise[k]
                self.executor.update_state(self.now_ns, seen)
            if not 0 <= self.now_ns - before_ns <= ns(self.settings.clock_jump_s):
                self.forget()
            self.be_late()
            still = self.command is None or not self.command.velocities.any()
            self.command = command = self.executor.tick(self.now_ns)
            if self.executor.status.state is State.RUNNING or not (still or command is None):
                self.still_ns = None
            elif self.still_ns is None:
                self.still_ns = self.now_ns
            self.measured[k] = seen
            self.may_move[k] = self.may_now() and self.executor.status.state is not State.FAULT
            self.anew[k], self.begins_anew = self.begins_anew, False
            if command is not None:
                self.sent[k] = True
                self.positions[k], self.velocities[k] = command.positions, command.velocities
                if self.now_ns >= self.blocked_ns:
                    self.robot = command.positions

    def may_now(self):
        """Return whether the inputs allow to follow a chunk, by what they say alone."""
        if not self.enabled or self.stopped or self.rejected:
            return False
        if self.newest is None or self.measured_ns is None:
            return False
        if 0 < ns(self.settings.heartbeat_timeout_s) < self.now_ns - self.beat_ns:
            return False
        fresh = self.now_ns - self.newest.stamp_ns <= ns(self.settings.chunk_timeout_s)
        seeing = self.now_ns - self.measured_ns <= ns(self.settings.state_timeout_s)
        return fresh and seeing and self.now_ns <= self.newest.end_ns + self.late_ns

    def be_late(self):
        """While it is held still, let what was conceived meanwhile begin at its beginning."""
        chunk, still_ns = self.newest, self.still_ns
        if chunk is not None and still_ns is not None and chunk.stamp_ns >= still_ns:
            begins_ns = chunk.stamp_ns + int(chunk.times_ns[0])
            if self.settings.strategy != 'rtc':
                self.late_ns = max(0, self.now_ns - self.settings.period_ns - begins_ns)

    def infer(self):
        """Begin an inference if it is time to, and deliver what has become of earlier ones."""
        rng = self.rng
        if self.now_ns >= self.next_ns:
            self.next_ns = self.now_ns + ns(self.interval_s * rng.uniform(0.8, 1.2))
            copies = rng.choice([0, 1, 1, 1, 1, 1, 1, 2])
            for _ in range(copies):
                delay_s = 1.0 if rng.random() < 0.01 else self.delay_s * rng.uniform(0.8, 1.2)
                parts = self.now_ns + ns(delay_s), rng.random(), self.conceive()
                heappush(self.underway, parts)
        while self.underway and self.underway[0][0] <= self.now_ns:
            self.offer(heappop(self.underway)[2])

    def conceive(self):
        """Return the arguments of a chunk, which is mostly a sound one."""
        rng, stamp_ns, times = self.rng, self.now_ns, POINTS
        phase = (stamp_ns % ns(1e4) + times)[:, None] / NS_PER_S + [0, 1, 2]
        wrong = rng.normal(0, 0.03, 3) + rng.normal(0, 1e-3, (50, 3))
        positions = MIDDLE + SWING * (np.sin(phase) + wrong)
        velocities = SWING * np.cos(phase) + wrong
        kind = rng.integers(600)
        if kind < 30:  # wild
            size, count = 10 ** rng.uniform(-1, 6), rng.integers(1, 50)
            times = np.cumsum(rng.integers(1, ns(0.06), count))
            positions, velocities = size * rng.uniform(-1, 1, (2, count, 3))
        elif kind == 30:  # finite, but not what it leads to
            positions, velocities = rng.choice([-1e308, 1e308], (2, 50, 3))
        elif kind < 40:
            positions[3, 1] = np.nan
        elif kind < 50:
            stamp_ns += ns(0.5 + self.delay_s)
        return stamp_ns, NAMES, times, positions, velocities

    def offer(self, parts):
        try:
            chunk = Chunk(*parts)
            self.executor.add_chunk(chunk, self.now_ns)
        except InputError as error:
            self.executor.reject_chunk(str(error))
            self.rejected = True
        else:
            if self.newest is None or chunk.stamp_ns > self.newest.stamp_ns:
                self.newest, self.rejected, self.late_ns = chunk, False, 0

    def enable(self):
        """As an operator would; out of a fault, a robot at rest begins where it is."""
        rolling = self.command is not None and self.command.velocities[~self.held].any()
        fault = self.executor.status.state is State.FAULT
        self.begins_anew |= fault and not rolling
        self.executor.set_enabled(True)
        self.enabled, self.stopped = True, False

    def disable(self):
        self.executor.set_enabled(False)
        self.enabled = False

    def stop(self):
        self.executor.stop('told to')
        self.stopped = True

    def go_blind(self):
        self.blind_ns = self.now_ns + ns(self.rng.uniform(0.05, 0.6))

    def measure_badly(self):
        self.go_blind()
        self.executor.report_bad_state('not a number')
        self.measured_ns = None

    def go_unheard(self):
        self.unheard_ns = self.now_ns + ns(self.rng.uniform(0.0, 0.6))

    def block(self):
        self.blocked_ns = self.now_ns + ns(self.rng.uniform(0.1, 1.5))

    def push(self):
        """Move the robot if nobody holds it, a little over an end at times."""
        if self.command is None:
            self.robot = MIDDLE + SWING * self.rng.uniform(-1.2, 1.2, 3)

    def stall(self):
        self.now_ns += ns(self.rng.uniform(0.0, 0.6))

    def jump(self):
        self.now_ns += ns(self.rng.choice([-5.0, -0.1, 1.1, 60.0]))
        self.next_ns = self.now_ns
        self.blind_ns = self.blocked_ns = self.unheard_ns = 0


EVENTS = (
    [Life.enable] * 8
    + [Life.disable, Life.stop, Life.go_blind, Life.measure_badly, Life.go_unheard, Life.block]
    + [Life.push, Life.stall, Life.jump]
)


def count(flags):
    """Return how many true ones in a row each instant ends, (N,)."""
    k = np.arange(len(flags))
    return k - np.maximum.accumulate(np.where(flags, -1, k))


def check(life):
    """Assert what holds for every command of a life."""
    period_s, held = life.settings.period_s, life.held
    sent, position, velocity = life.sent, life.positions, life.velocities
    assert np.isfinite(position[sent]).all()
    assert np.isfinite(velocity[sent]).all()
    goes_on = np.concatenate([[False], sent[:-1]]) & ~life.anew
    position_before = np.where(goes_on[:, None], np.roll(position, 1, axis=0), life.measured)
    velocity_before = np.where(goes_on[:, None], np.roll(velocity, 1, axis=0), 0.0)

    assert (np.abs(velocity) <= VELOCITY * TIGHT)[sent].all()
    change = velocity - velocity_before
    assert (np.abs(change) <= ACCELERATION * period_s * TIGHT)[sent].all()
    within = position >= np.minimum(LOWER, position_before)
    within &= position <= np.maximum(UPPER, position_before)
    assert within[sent][:, held].all()

    moved = (position - position_before)[sent][:, held]
    rounding = 1e-12 * (1 + np.abs(position[sent]).max())
    braking = sent & ~life.may_move
    if life.gentle:
        mean = (velocity + velocity_before)[sent][:, held] / 2
        assert (np.abs(moved - mean * period_s) <= JERK[held] * period_s**3 / 8 + rounding).all()
        change_before = np.where(goes_on[:, None], np.roll(change, 1, axis=0), 0.0)
        bend = np.abs(change - change_before)
        assert (bend <= JERK * period_s**2 * (1 + 1e-6) + 1e-12)[sent].all()
    else:
        assert np.abs(moved - velocity[sent][:, held] * period_s).max(initial=0.0) < rounding
        slower = np.maximum(np.abs(velocity_before) - ACCELERATION * period_s, 0.0)
        braked = np.copysign(slower, velocity_before)
        assert np.abs(velocity - braked)[braking].max(initial=0.0) < 1e-12
    rest_s = VELOCITY / ACCELERATION + 2 * ACCELERATION / (JERK if life.gentle else np.inf)
    braked_s = period_s * count(braking)
    resting = np.abs(velocity)[braked_s > rest_s.max() + 2 * period_s]
    assert resting.max(initial=0.0) < 1e-12


@pytest.mark.parametrize('rate_hz', RATES_HZ)
@pytest.mark.parametrize('strategy', sorted(STRATEGIES))
def test_no_command_is_ever_beyond_a_limit(strategy, rate_hz):
    lives = [Life(seed, strategy, rate_hz) for seed in range(LIVES)]
    for life in lives:
        check(life)
    # What has been asserted is worth little if nothing happened.
    counters = [vars(life.executor.counters) for life in lives]
    total = {name: sum(each[name] for each in counters) for name in counters[0]}
    assert total['ticks'] == LIVES * TICKS
    assert sum(life.may_move.sum() for life in lives) > 0.4 * total['ticks']
    assert min(total.values()) > 10, total
