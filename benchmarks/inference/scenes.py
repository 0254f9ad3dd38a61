# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the demo's policy was trained for: the simulated robot, three cubes and a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
import torch
from torch import Tensor

from benchmarks.inference.settings import DEMO, ROOT
from pi0_ros.model.config import Pi0Config
from pi0_ros.model.tokenizer import Tokenizer
from pi0_ros.policy.policy import load_stats
from pi0_ros.policy.preprocess import Encoded, Preprocessor
from pi0_ros.robots.spec import load_robot
from pi0_ros.sim.evaluate.disturb import pose_anywhere
from pi0_ros.sim.robot import SimRobot
from pi0_ros.sim.sentences import say
from pi0_ros.sim.task import all_tasks
from pi0_ros.types import Observation

ROBOT = ROOT / 'config' / 'robots' / 'aloha_sim.yaml'
SEEDS = (7, 8)  # of scenes; in each, every task is said once


def joint_count() -> int:
    """Return how many of an action's numbers are the robot's."""
    return len(load_robot(ROBOT).joints)


def look(config: Pi0Config) -> Iterator[tuple[Encoded, Tensor]]:
    """
    Yield observations, each a batch of one, and noise, (1, H, A).

    The hand is somewhere over the table, and the cubes where the seed puts them.

    :param config: the demo's.
    :raises ImportError: if there is no simulator here.
    """
    robot, folder = load_robot(ROBOT), ROOT / DEMO
    tokenizer, stats = Tokenizer.load(folder, config), load_stats(folder, robot)
    preprocessor = Preprocessor(robot, config, tokenizer, stats)
    sim = SimRobot('cubes')
    for seed, task in product(SEEDS, all_tasks(sim.cubes)):
        generator = np.random.default_rng(seed)
        sim.reset(seed)
        sim.reset(seed, pose_anywhere(sim, generator))
        observation = Observation(
            sim.time_ns,
            {camera: sim.render(camera) for camera in robot.cameras},
            sim.positions()[[sim.joint_names.index(name) for name in robot.joint_names]],
            say(task),
            {},
        )
        encoded = preprocessor.encode(observation)
        noise = generator.standard_normal((1, config.horizon, config.action_dim), np.float32)
        batch = Encoded(*(tensor[None] for tensor in encoded))
        yield batch, torch.from_numpy(noise) * config.noise_scale
    sim.close()
