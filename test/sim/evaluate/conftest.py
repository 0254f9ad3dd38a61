# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A stage that is built once, and policies that need no network."""

from pathlib import Path

import numpy as np
import pytest

from pi0_ros.policy.policy import Inference
from pi0_ros.robots.spec import load_robot
from pi0_ros.sim.demonstrator import RIGHT, hand_from, targets_of
from pi0_ros.sim.evaluate.rollout import Stage
from pi0_ros.sim.expert import STEP_S, Goals, expect, plan
from pi0_ros.sim.task import find_task
from pi0_ros.types import NS_PER_S, Chunk

ROBOT_FILE = Path(__file__).parents[3] / 'config' / 'robots' / 'aloha_sim.yaml'
HORIZON = 50


class Still:
    """A policy that wants the robot to stay where it is; keeps what it was shown."""

    def __init__(self):
        self.observations = []
        self.seeds = []

    def reseed(self, seed):
        self.seeds.append(seed)

    def infer(self, observation, *, rest=None):  # it sees all anew
        self.observations.append(observation)
        return self.chunk(observation, np.tile(observation.state, (HORIZON, 1)))

    @staticmethod
    def chunk(observation, targets):
        times_ns = np.arange(HORIZON) * round(STEP_S * NS_PER_S)
        names = load_robot(ROBOT_FILE).joint_names
        return Inference(Chunk(observation.stamp_ns, names, times_ns, targets), {})


class Oracle(Still):
    """A policy that sees where the cubes are and asks the teacher."""

    def __init__(self, sim):
        super().__init__()
        self._sim = sim

    def infer(self, observation, *, rest=None):  # it sees all anew
        self.observations.append(observation)
        sim = self._sim
        goal = Goals.of([find_task(observation.prompt, sim.cubes)], sim.cubes)
        cubes = np.array(list(sim.cube_positions().values()))
        targets = np.tile(sim.targets(), (HORIZON, 1))
        hand = hand_from(targets[0, RIGHT])
        cubes = expect(cubes, hand, hand_from(sim.positions()[RIGHT]))
        targets[:, RIGHT] = targets_of(plan(hand, cubes, goal, HORIZON))[0]
        return self.chunk(observation, targets)


@pytest.fixture(scope='session')
def stage():
    stage = Stage(load_robot(ROBOT_FILE))
    yield stage
    stage.close()


@pytest.fixture
def oracle(stage):
    return Oracle(stage.sim)


@pytest.fixture
def still():
    return Still()
