# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Demonstrations of nothing in particular, for the small checkpoint to be trained on."""

from pathlib import Path

import numpy as np

from pi0_ros.train.example import Example, Motion
from pi0_ros.types import Observation

ROOT = Path(__file__).parents[2]
CHECKPOINT = ROOT / 'checkpoints' / 'untrained'
ROBOT_FILE = ROOT / 'config' / 'robots' / 'aloha_sim.yaml'
CAMERAS = ('cam_high', 'cam_right_wrist')


class FakeExamples:
    """Random pictures and motions, the same for the same number."""

    def __init__(self, count=12, horizon=50, side=96):
        self._count, self._horizon, self._side = count, horizon, side

    def __len__(self):
        return self._count

    def motion(self, index):
        rng = np.random.default_rng(index)
        positions = rng.normal(size=14) * 0.1
        return Motion(
            positions, positions + np.cumsum(rng.normal(size=(self._horizon, 14)), 0) / 99
        )

    def __getitem__(self, index):
        rng = np.random.default_rng((index, 1))
        size = (self._side, self._side)
        images = {name: rng.integers(0, 256, (*size, 3), dtype=np.uint8) for name in CAMERAS}
        motion = self.motion(index)
        observation = Observation(1, images, motion.positions, f'do {index}', {})
        marks = {name: rng.random((2, *size)) < 0.01 for name in CAMERAS}
        return Example(observation, motion.targets, marks)
