# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Scenes are built from the assets alone, and the one of the demo is cheap to draw."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from pi0_ros.sim.scene import asset_folder, build_model, find_scene

IMPORTED = """
import sys
import pi0_ros.sim.robot
assert 'mujoco' not in sys.modules
pi0_ros.sim.robot.SimRobot(image_size=(32, 32)).close()
print('mujoco' in sys.modules, 'gym_aloha' in sys.modules, 'dm_control' in sys.modules)
"""


def test_nothing_is_imported_before_it_is_needed():
    run = subprocess.run([sys.executable, '-c', IMPORTED], capture_output=True, check=True)
    assert run.stdout.split() == [b'True', b'False', b'False']


def test_missing_assets_say_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, 'path', [str(tmp_path)])
    with pytest.raises(ImportError, match='pip install --no-deps gym-aloha'):
        asset_folder()


def test_the_demo_is_lighter_than_the_shipped_scene():
    cubes = build_model(find_scene('cubes'), (48, 64))
    shipped = build_model(find_scene('transfer_cube'), (48, 64))
    assert cubes.mesh_facenum.sum() < 0.4 * shipped.mesh_facenum.sum()
    assert (cubes.vis.quality.shadowsize, cubes.vis.quality.offsamples) == (0, 0)
    assert shipped.vis.quality.shadowsize == 4096
    # What moves is the same robot, to the last gram.
    arms = [body for body in range(1, shipped.nbody) if 'vx300s' in shipped.body(body).name]
    names = [shipped.body(body).name for body in arms]
    masses = [[model.body(name).mass[0] for name in names] for model in (cubes, shipped)]
    np.testing.assert_array_equal(*masses)


def test_cubes_have_weight():
    model = build_model(find_scene('cubes'), (48, 64))
    for cube in ('red', 'green', 'blue'):
        assert model.body(cube).mass[0] == pytest.approx(0.05)
        np.testing.assert_allclose(model.body(cube).inertia, 2e-4)
