# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Record the demo's policy densely: a chunk for every picture of one motion in the simulator.

The line drives the robot in lock-step, with the demo's parameters. Beside it a second copy of the
policy is asked at every picture, for independent chunks, and nobody executes what it answers: so
chunks are known for many instants of a motion whose robot is where such a policy wants it. Two
sentences are said one after the other, for a motion long enough to hold a slow inference.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np

from pi0_ros.policy.policy import Policy
from pi0_ros.policy.replanning import Replanning
from pi0_ros.robots.spec import Robot
from pi0_ros.sim.evaluate.line import Line
from pi0_ros.sim.evaluate.parameters import read_parameters
from pi0_ros.sim.evaluate.trial import LATENCY_S
from pi0_ros.sim.rates import CAMERA_RATE_HZ
from pi0_ros.sim.robot import SimRobot
from pi0_ros.types import NS_PER_S, Chunk, Observation

PARAMETERS = Path(__file__).resolve().parents[2] / 'config' / 'demo_params.yaml'
SEED = 7
# With how long the robot is left to each: what it needs, and little rest [s].
SENTENCES = {'put the red cube on the green cube': 5.0, 'pick up the blue cube': 3.5}


def record(robot: Robot, checkpoint: Path, file: Path) -> None:
    """
    Play the two sentences and write what the policy planned and the robot was told.

    The file holds ``stamps_ns`` (N,) and ``times_ns`` (K,) int64, ``chunks`` (N, K, J) float32,
    ``command_times_ns`` (T,) int64 and ``commands`` (T, J) float32, positions in [rad] and [m].

    :param robot: the simulated robot's description.
    :param checkpoint: folder of the policy.
    :param file: to be written, .npz.
    """
    sim = SimRobot('cubes')
    sim.reset(SEED)
    own = read_parameters(PARAMETERS)
    load = partial(Policy.load, checkpoint, robot, dtype='float32')
    driving = load(rtc=own['rtc'], num_steps=own['num_steps'], seed=SEED)
    asked = load(seed=SEED + 1)
    replanning = Replanning(own['replan'], own['replan_rate_hz'], own['replan_threshold'])
    line = Line(robot, sim, driving, sim.render, LATENCY_S, replanning, own['strategy'])
    columns = [sim.joint_names.index(name) for name in robot.joint_names]
    chunks: list[Chunk] = []
    times_ns, commands = [], []
    until_ns = 0.0
    for sentence, duration_s in SENTENCES.items():
        line.say(sentence)
        until_ns += duration_s * NS_PER_S
        while sim.time_ns < until_ns:
            line.tick()  # first, since a stamp of zero means that it was not set
            now_ns = sim.time_ns
            times_ns.append(now_ns)
            commands.append(sim.targets()[columns])
            if now_ns > len(chunks) * NS_PER_S / CAMERA_RATE_HZ:
                pictures = {camera: sim.render(camera) for camera in robot.cameras}
                stamps_ns = dict.fromkeys((*pictures, 'joint_states'), now_ns)
                state = sim.positions()[columns]
                observation = Observation(now_ns, pictures, state, sentence, stamps_ns)
                chunks.append(asked.infer(observation).chunk)
    print(f'{len(chunks)} chunks; in the end {sim.world()}')
    sim.close()
    np.savez_compressed(
        file,
        stamps_ns=[chunk.stamp_ns for chunk in chunks],
        times_ns=chunks[0].times_ns,
        chunks=np.array([chunk.positions for chunk in chunks], np.float32),
        command_times_ns=times_ns,
        commands=np.array(commands, np.float32),
    )
