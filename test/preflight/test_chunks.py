# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Where a chunk leads: on from where the robot is, and within its limits."""

from dataclasses import replace

import numpy as np
from preflight_rig import make_chunk

from pi0_ros.preflight.chunks import check_chunk
from pi0_ros.types import Chunk


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
