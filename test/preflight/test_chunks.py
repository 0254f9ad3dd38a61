# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One inference: quick enough for its chunk, and going on from where the robot is."""

from dataclasses import replace

import numpy as np
import pytest

from pi0_ros.policy.policy import Inference
from pi0_ros.preflight.chunks import check_chunk, check_timing
from pi0_ros.types import Chunk


def make_chunk(robot, positions, points=50):
    times_ns = np.arange(points) * int(1e9 / robot.rate_hz)
    return Chunk(1, robot.joint_names, times_ns, np.tile(positions, (points, 1)))


@pytest.mark.parametrize(
    ('ms', 'points', 'level'),
    [(50.0, 50, 'PASS'), (50.0, 15, 'WARN'), (400.0, 15, 'FAIL'), (1200.0, 200, 'FAIL')],
)
def test_timing(robot, pose, ms, points, level):
    inference = Inference(make_chunk(robot, pose, points), {'vision': ms / 2, 'denoise': ms / 2})
    finding = check_timing(robot, inference)
    assert finding.level.name == level
    assert f'{ms:.0f} ms' in finding.reason


def test_chunk_that_begins_elsewhere_fails(robot, pose):
    far = pose.copy()
    far[2] -= 2.0
    finding = check_chunk(robot, make_chunk(robot, far), pose)
    assert finding.level.name == 'FAIL'
    assert 'left_elbow 2' in finding.reason


def test_chunk_that_leaves_the_limits_is_a_doubt(robot, pose):
    chunk = make_chunk(robot, pose)
    positions = chunk.positions.copy()
    positions[25:, 1] = -2.5
    finding = check_chunk(robot, replace(chunk, positions=positions), pose)
    assert finding.level.name == 'WARN'
    assert 'left_shoulder' in finding.reason


def test_good_chunk_passes(robot, pose):
    chunk = make_chunk(robot, pose)
    positions = chunk.positions.copy()
    positions[:, 0] += np.linspace(0, 0.3, 50)
    finding = check_chunk(robot, replace(chunk, positions=positions), pose)
    assert finding.level.name == 'PASS'
    assert 'left_waist moves most, by 0.3 rad' in finding.reason


def test_end_effector_begins_at_its_own_origin(libero):
    state = np.array([0.4, 0.0, 0.3, 3.1, 0.0, 0.0, 0.039, 0.039])
    way = np.linspace(0, 0.1, 10)[:, None] * np.eye(7)[0]
    chunk = Chunk(1, libero.joint_names, np.arange(10) * 50_000_000, way)
    finding = check_chunk(libero, chunk, state)
    assert finding.level.name == 'PASS'
    assert 'x moves most, by 0.1 m' in finding.reason
    assert check_chunk(libero, replace(chunk, positions=way + 0.6), state).level.name == 'FAIL'
