# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Disturbances are as large as they say, and never impossible."""

from __future__ import annotations

import numpy as np

from pi0_ros.sim.evaluate.disturb import JUMP_GAP_M, JUMP_M, another, move_cube
from pi0_ros.sim.robot import CUBES_X_M, CUBES_Y_M
from pi0_ros.sim.task import Task

CUBES = ('red', 'green', 'blue')


def test_every_cube_gets_another_part():
    assert another(Task('red'), CUBES) == Task('green')
    assert another(Task('blue', 'green'), CUBES) == Task('red', 'blue')


def test_a_cube_jumps_to_where_cubes_may_lie(stage):
    for seed in range(30):
        stage.sim.reset(seed)
        before = stage.sim.cube_positions()
        move_cube(stage.sim, 'blue', np.random.default_rng(seed))
        after = stage.sim.cube_positions()
        np.testing.assert_allclose(np.linalg.norm(after['blue'] - before['blue']), JUMP_M)
        assert CUBES_X_M[0] <= after['blue'][0] <= CUBES_X_M[1]
        assert CUBES_Y_M[0] <= after['blue'][1] <= CUBES_Y_M[1]
        for other in ('red', 'green'):
            np.testing.assert_array_equal(after[other], before[other])
            assert np.linalg.norm(after['blue'] - after[other]) >= JUMP_GAP_M
