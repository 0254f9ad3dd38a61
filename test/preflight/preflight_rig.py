# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the tests of the preflight build and ask."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from pi0_ros.preflight.observed import CameraSeen, Stream
from pi0_ros.robots.norm_stats import NormStats, ZScore
from pi0_ros.types import Chunk

ROOT = Path(__file__).parents[2]
CHECKPOINT = ROOT / 'checkpoints' / 'demo'
SECONDS = 3.0


def stream(topic, rate_hz=50.0, age_s=0.01, **fields):
    """Messages at a steady rate for some seconds, each that old when it comes."""
    stamps = 10**12 + np.arange(int(SECONDS * rate_hz)) * 1e9 / rate_hz
    stamps_ns = tuple(int(stamp) for stamp in stamps)
    arrivals_ns = tuple(int(stamp + age_s * 1e9) for stamp in stamps)
    return Stream(topic, stamps_ns, arrivals_ns, **fields)


def noise(seed, size=(48, 64, 3)):
    return np.random.default_rng(seed).integers(0, 256, size, np.uint8)


def camera(name, seed=0):
    return CameraSeen(
        stream(f'/{name}', 30.0), 'rgb8',
        tuple(noise(seed + k, (120, 160, 3)) for k in range(2)),
    )  # fmt: skip


def with_joint(robot, name, **fields):
    """The robot with something else said about a joint."""
    joints = tuple(replace(j, **fields) if j.name == name else j for j in robot.joints)
    return replace(robot, joints=joints)


def with_gripper(robot, name, **fields):
    grippers = {k: replace(g, **fields) if k == name else g for k, g in robot.grippers.items()}
    return replace(robot, grippers=grippers)


def shifted(stats, mean, std):
    """The same statistics of the actions, others of the state."""
    return NormStats(ZScore(np.array(mean), np.array(std)), stats.actions)


def complaints(findings):
    """What is not as it should be: level and check."""
    return [(finding.level.name, finding.check) for finding in findings if finding.level]


def only(findings, check):
    """The one finding of a check."""
    (finding,) = [finding for finding in findings if finding.check == check]
    return finding


def make_chunk(robot, positions, points=50):
    """A chunk that holds some positions."""
    times_ns = np.arange(points) * int(1e9 / robot.rate_hz)
    return Chunk(1, robot.joint_names, times_ns, np.tile(positions, (points, 1)))
