# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Let the simulator's teacher demonstrate: ``python -m pi0_ros.train.demonstrate FOLDER``.

The same seed gives the same folder, however many processes make it. Pictures are drawn as large
as the simulated cameras draw them and stored as small as the model takes them, by the code that
also prepares them for a robot at work.
"""

from __future__ import annotations

import argparse
from functools import partial
from multiprocessing import get_context
import os
from pathlib import Path
import sys

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from tqdm import tqdm

from pi0_ros.policy.images import resize_with_pad
from pi0_ros.sim.demonstrator import RIGHT_NAMES, Demonstrator
from pi0_ros.sim.expert import STEP_S
from pi0_ros.sim.robot import SimRobot
from pi0_ros.train.demonstrations import Index
from pi0_ros.types import InputError

EPISODES_PER_SHARD = 25
# Scenes of demonstrations have seeds below this, those of evaluations above.
SCENE_SEEDS = 1_000_000


def make_shard(folder: Path, seed: int, horizon: int, side: int, number: int) -> str:
    """
    Play a shard's episodes and write its file.

    :param side: of the stored pictures [px].
    :return: the file's name.
    """
    robot = SimRobot('cubes')
    demonstrator = Demonstrator(robot, horizon)
    rng = np.random.default_rng((seed, number))
    frames: dict[str, list[NDArray[np.generic]]] = {
        name: [] for name in ('pictures', 'positions', 'rest', 'plans', 'feasible', 'task')
    }
    for _ in range(EPISODES_PER_SHARD):
        for look in demonstrator.episode(rng, int(rng.integers(SCENE_SEEDS))):
            small = [resize_with_pad(robot.render(c), side).numpy() for c in robot.cameras]
            frames['pictures'].append(np.stack(small).transpose(0, 2, 3, 1))
            frames['positions'].append(look.positions.astype(np.float32))
            frames['rest'].append(robot.targets().astype(np.float32))
            frames['plans'].append(look.plans.astype(np.float32))
            frames['feasible'].append(look.feasible)
            frames['task'].append(np.array(look.task, np.int64))
    robot.close()
    name = f'shard_{number:04d}.safetensors'
    # The file holds memory as it lies, and stacking keeps the order of transposed arrays.
    arrays = {key: np.ascontiguousarray(np.stack(values)) for key, values in frames.items()}
    save_file(arrays, folder / name)
    return name


def demonstrate(
    folder: Path, episodes: int, *, seed: int, horizon: int, side: int, jobs: int
) -> None:
    """
    Write a folder of demonstrations.

    :param episodes: how many, a multiple of EPISODES_PER_SHARD.
    :param side: of the stored pictures [px].
    :param jobs: processes to work in.
    :raises InputError: if the folder exists, or the number of episodes is not such a multiple.
    """
    shards, rest = divmod(episodes, EPISODES_PER_SHARD)
    if rest or not shards:
        raise InputError(f'episodes: expected a multiple of {EPISODES_PER_SHARD}, got {episodes}')
    if folder.exists():
        raise InputError(f'{folder}: exists already')
    folder.mkdir(parents=True)
    make = partial(make_shard, folder, seed, horizon, side)
    with get_context('spawn').Pool(jobs) as pool:
        names = list(tqdm(pool.imap(make, range(shards)), total=shards, unit='shard'))
    robot = SimRobot('cubes')
    tasks = [(task.cube, task.onto) for task in Demonstrator(robot, horizon).tasks]
    Index(
        cameras=robot.cameras,
        joints=robot.joint_names,
        moving=RIGHT_NAMES,
        cubes=robot.cubes,
        tasks=tuple(tasks),
        rate_hz=1 / STEP_S,
        horizon=horizon,
        seed=seed,
        shards=tuple(names),
    ).write(folder)


def main(arguments: list[str] | None = None) -> int:
    """Demonstrate, as the command line asks."""
    parser = argparse.ArgumentParser(prog='pi0_ros.train.demonstrate', description=__doc__)
    parser.add_argument('folder', type=Path)
    parser.add_argument('--episodes', type=int, default=800)
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--horizon', type=int, default=50, help='steps of a plan')
    parser.add_argument('--side', type=int, default=96, help="of the model's pictures [px]")
    parser.add_argument('--jobs', type=int, default=os.cpu_count())
    given = parser.parse_args(arguments)
    try:
        demonstrate(
            given.folder, given.episodes, seed=given.seed, horizon=given.horizon,
            side=given.side, jobs=given.jobs,
        )  # fmt: skip
    except InputError as error:
        print(error, file=sys.stderr)  # noqa: T201  # what the program says
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
