# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whatever happens, in whatever order: each command is finite, within limits, and continuous."""

from executor_rig import HAS_RUCKIG, MS, NAMES, START, Rig, beside
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
import numpy as np

from pi0_ros.execution.seams import STRATEGIES
from pi0_ros.execution.status import State
from pi0_ros.execution.timeline import INTERPOLATIONS
from pi0_ros.types import Chunk

NS_PER_MS = st.integers(-200, 1500).map(lambda ms: ms * MS)


class Operations(RuleBasedStateMachine):
    """Random life of an executor; `Rig.check` sees every command."""

    @initialize(
        strategy=st.sampled_from(sorted(STRATEGIES)),
        interpolation=st.sampled_from(sorted(INTERPOLATIONS)),
        told=st.sampled_from([(), ('shoulder',), ('shoulder', 'elbow')]),
        forwarded=st.booleans(),
        jerk=st.sampled_from([np.inf, np.inf, 60.0] if HAS_RUCKIG else [np.inf]),
        smoothing_s=st.sampled_from([0.0, 0.02, 0.2]),
        crossfade_s=st.sampled_from([0.02, 0.3, 2.0]),
        ensemble_decay_per_s=st.sampled_from([0.0, 0.5, 20.0]),
        heartbeat_timeout_s=st.sampled_from([0.0, 0.0, 0.3]),
    )
    def build(self, strategy, interpolation, told, forwarded, jerk, **chosen):
        self.rig = Rig(
            jerk,
            strategy=strategy,
            interpolation=interpolation,
            velocity_joints=told,
            forwarded_joints=told if forwarded else (),
            **chosen,
        )
        self.rig.now_ns = 10**15  # room to go back

    @rule(
        seed=st.integers(0, 2**32 - 1),
        age_ns=NS_PER_MS,
        size=st.sampled_from([0.01, 0.3, 10.0, 1e6, 1e308]),
        points=st.integers(1, 30),
        permuted=st.booleans(),
    )
    def chunk(self, seed, age_ns, size, points, permuted):
        rng = np.random.default_rng(seed)
        order = rng.permutation(3) if permuted else np.arange(3)
        self.rig.try_offer(
            Chunk(
                max(0, self.rig.now_ns - age_ns),
                tuple(NAMES[j] for j in order),
                np.cumsum(rng.integers(1, 60 * MS, points)),
                (START + size * rng.uniform(-1, 1, (points, 3)))[:, order],
                size * rng.uniform(-1, 1, (points, 3)),
            )
        )

    @rule(offset=st.floats(-0.1, 0.1), slope=st.floats(-1, 1))
    def good_chunk(self, offset, slope):
        times = np.arange(0, 600, 20) * MS
        line = np.outer(offset + slope * times / 1e9, [1, -1, 0])
        speed = np.tile([slope, -slope, 0], (len(times), 1))
        self.rig.try_offer(Chunk(self.rig.now_ns, NAMES, times, self.rig.robot + line, speed))

    @rule()
    def malformed_chunk(self):
        self.rig.executor.reject_chunk('')

    @rule()
    def bad_state(self):
        self.rig.executor.report_bad_state('')

    @rule(age_ns=NS_PER_MS)
    def state_of_another_time(self, age_ns):
        self.rig.executor.update_state(max(1, self.rig.now_ns - age_ns), self.rig.robot)

    @rule()
    def beat(self):
        self.rig.executor.beat(self.rig.now_ns)

    @rule()
    def stop(self):
        self.rig.executor.stop('told to')

    @rule()
    def disable(self):
        self.rig.executor.set_enabled(False)

    @rule()
    def enable(self):
        last = self.rig.last
        rolling = last is not None and np.delete(last.velocities, self.rig.held).any()
        if self.rig.state is State.FAULT and not rolling:
            self.rig.last = None  # the next motion begins at the robot
        self.rig.executor.set_enabled(True)

    @rule()
    def robot_is_pushed(self):
        """Move the robot where no command holds it, or far enough to be noticed."""
        pushed = beside(-0.7, 0.7, 0.0)
        silent = self.rig.last is None
        self.rig.executor.update_state(self.rig.now_ns, pushed)
        if silent:
            self.rig.robot = pushed

    @rule(n=st.integers(1, 60), measured=st.booleans())
    def tick(self, n, measured):
        self.rig.ticks(n, measured=measured)

    @rule(after_ms=st.sampled_from([0, 1, 30, 400, 999]))
    def odd_tick(self, after_ms):
        self.rig.tick(after_ms)

    @rule(after_ms=st.sampled_from([-5_000, -1, 1_001, 60_000]))
    def clock_jump(self, after_ms):
        self.rig.tick(after_ms)


TestOperations = Operations.TestCase
TestOperations.settings = settings(max_examples=250, stateful_step_count=40, deadline=None)
