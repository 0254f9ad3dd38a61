# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Half a chunk, then stillness until the next one is there."""

from __future__ import annotations

import numpy as np

from pi0_ros.sim.evaluate.blocking import HalfChunks, WhenHalfIsOver
from pi0_ros.sim.evaluate.line import Line
from pi0_ros.sim.rates import STEP_NS

MS = 1_000_000
JOINT = 1  # the one that moves
STEP = 0.004  # from point to point, 20 ms apart [rad]


def play(stage, still, duration_ms):
    """Let a joint go on and on; return stamps of observations and targets by time [ms]."""
    stage.sim.reset(0)
    observed, told = [], {}

    def infer(observation, *, rest=None):
        observed.append(observation.stamp_ns // MS)
        targets = np.tile(observation.state, (50, 1))
        targets[:, JOINT] += STEP * np.arange(50)
        return still.chunk(observation, targets)

    still.infer = infer
    line = Line(
        stage.robot,
        stage.sim,
        HalfChunks(still, 0.26),
        stage.sim.render,
        0.26,
        WhenHalfIsOver(),
        'replace',
    )
    line.say('pick up the red cube')
    for _ in range(duration_ms * MS // STEP_NS):
        line.tick()
        told[stage.sim.time_ns // MS] = stage.sim.targets()[JOINT]
    return observed, told


def test_it_runs_half_a_chunk_and_then_stands_still_until_the_next_one_is_there(stage, still):
    observed, told = play(stage, still, 2_000)
    # 260 ms of thought, 480 ms of motion, and up to 40 ms until the next picture.
    assert observed == [10, 770, 1_530]
    for begin in observed[1:]:
        waiting = [told[ms] for ms in range(begin, begin + 260, 10)]
        assert np.ptp(waiting) < STEP / 10  # the smoothed end of the motion
        assert np.ptp(waiting[15:]) < 1e-5
    for begin in observed[:2]:
        moving = np.diff([told[ms] for ms in range(begin + 360, begin + 600, 20)])
        np.testing.assert_allclose(moving, STEP, rtol=0.01)
