# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Time is true: pictures, chunks and commands come when they would on a clock."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from pi0_ros.execution.settings import ExecutorSettings
from pi0_ros.policy.replanning import Replanning
from pi0_ros.sim.evaluate.line import Line
from pi0_ros.sim.rates import STEP_NS
from pi0_ros.types import InputError

MS = 1_000_000


def arrivals(stage, policy, latency_s, duration_ms, replan=Replanning.mode):
    """Return stamp and arrival of each chunk that was followed [ms]."""
    stage.sim.reset(0)
    line = Line(
        stage.robot,
        stage.sim,
        policy,
        stage.sim.render,
        latency_s,
        Replanning(replan),
        ExecutorSettings.strategy,
    )
    line.say('pick up the red cube')
    followed = {}
    for _ in range(duration_ms * MS // STEP_NS):
        line.tick()
        if line.executor.active_chunk is not None:
            stamp_ns = line.executor.active_chunk.stamp_ns
            followed.setdefault(stamp_ns // MS, stage.sim.time_ns // MS)
    return list(followed.items())


def test_a_chunk_arrives_when_its_inference_is_done(stage, still):
    assert arrivals(stage, still, 0.06, 500) == [(10, 70), (210, 270), (410, 470)]


def test_no_chunk_is_late_when_inference_takes_no_time(stage, still):
    assert arrivals(stage, still, 0.0, 300) == [(10, 10), (210, 210)]


def test_a_slow_inference_holds_up_the_next_one(stage, still):
    # Pictures come every 40 ms; the newest at 310 ms is that of 290 ms.
    assert arrivals(stage, still, 0.3, 700) == [(10, 310), (290, 610)]


def test_as_fast_as_it_goes_it_takes_the_newest_pictures(stage, still):
    found = arrivals(stage, still, 0.06, 300, 'asap')
    assert found == [(10, 70), (50, 130), (130, 190), (170, 250)]


def test_on_threshold_half_of_a_chunk_is_left_when_the_next_one_comes(stage, still):
    unforeseen, foreseen = [(10, 110), (90, 210)], [(490, 590), (890, 990), (1_290, 1_390)]
    found = arrivals(stage, still, 0.1, 1_400, 'on_threshold')
    assert found == unforeseen + foreseen
    for (before, _), (_, now) in pairwise(found[1:]):
        assert 980 / 2 - 40 < before + 980 - now <= 980 / 2


def test_the_joints_are_those_of_the_pictures_instant(stage, still):
    arrivals(stage, still, 0.06, 500)
    for observation in still.observations:
        assert set(observation.stamps_ns.values()) == {observation.stamp_ns}
        assert set(observation.images) == {'cam_high', 'cam_right_wrist'}


def test_an_unsound_chunk_stops_the_robot(stage, still):
    def infer(observation, *, rest):
        inference = still.chunk(observation, [[0.0] * 14] * 50)
        return replace(
            inference, chunk=replace(inference.chunk, names=[f'tail_{k}' for k in range(14)])
        )

    still.infer = infer
    assert arrivals(stage, still, 0.0, 100) == []


def test_a_joint_that_is_not_simulated_is_named(stage, still):
    joints = (*stage.robot.joints, replace(stage.robot.joints[0], name='tail'))
    with pytest.raises(InputError, match="joint 'tail'"):
        Line(
            replace(stage.robot, joints=joints),
            stage.sim,
            still,
            stage.sim.render,
            0.0,
            Replanning(),
            ExecutorSettings.strategy,
        )
