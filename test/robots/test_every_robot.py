# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Every robot that is shipped: loads, undoes what it does, and moves within its limits."""

from pathlib import Path
import re

import numpy as np
from numpy.testing import assert_allclose
import pytest

from pi0_ros.execution.executor import ChunkExecutor
from pi0_ros.execution.limits import JointLimits
from pi0_ros.execution.settings import ExecutorSettings
from pi0_ros.execution.status import State
from pi0_ros.robots.chunks import make_chunk
from pi0_ros.robots.section import Section
from pi0_ros.robots.spec import load_robot
from pi0_ros.robots.transforms import ModelSpace
from pi0_ros.types import NS_PER_S

ROBOTS = Path(__file__).parents[2] / 'config' / 'robots'
FILES = sorted(ROBOTS.glob('*.yaml'))
PERIOD_NS = 10_000_000
START_NS = 100 * NS_PER_S

every_robot = pytest.mark.parametrize('file', FILES, ids=lambda file: file.stem)


@every_robot
def test_loads(file):
    robot = load_robot(file)
    assert robot.name == file.stem
    assert sorted(j for o in robot.outputs for j in o.joints) == sorted(robot.joint_names)


def two_ways(robot, name):
    """Whether a gripper is only told to close or to open."""
    return name in robot.grippers and robot.grippers[name].map in {'droid', 'libero'}


def ends(robot):
    """Return limits of positions that end somewhere, (2, J)."""
    return np.clip(robot.position_limits, -1e3, 1e3)


def some_state(robot, rng):
    """Return something measured, (S,)."""
    if robot.state is None:
        return rng.uniform(*ends(robot))
    return rng.uniform(-0.5, 0.5, len(robot.state_names))


def some_targets(robot, rng, points):
    """Return joint targets that the robot's model can mean, (K, J)."""
    targets = rng.uniform(*ends(robot), (points, len(robot.joints)))
    for j, name in enumerate(robot.joint_names):
        if name in robot.velocity_joints:
            targets[:, j] = robot.action_space.scale[name] * rng.uniform(-1, 1, points)
        elif two_ways(robot, name):
            gripper = robot.grippers[name]
            targets[:, j] = rng.choice([gripper.closed, gripper.open], points)
    return targets


@every_robot
def test_actions_survive_the_round_trip(file):
    robot = load_robot(file)
    space = ModelSpace(robot)
    rng = np.random.default_rng(0)
    state = space.encode_state(some_state(robot, rng))
    targets = some_targets(robot, rng, 50)
    before = targets.copy()
    undone = space.decode_actions(space.encode_actions(targets, state), state)
    assert_allclose(undone, targets, atol=1e-12)
    assert (targets == before).all(), 'the input was changed'


def a_motion(robot, start, points):
    """Return joint targets of a slow motion, (K, J), and where it ends, (J,)."""
    lower, upper = ends(robot)
    goal = start + 0.1 * np.minimum(upper - lower, robot.velocity_limits)
    for j, name in enumerate(robot.joint_names):
        if two_ways(robot, name):
            goal[j] = robot.grippers[name].open
    targets = np.linspace(start, goal, points)
    speeds = (goal - start) / (points - 1) * robot.rate_hz
    for j, name in enumerate(robot.joint_names):
        if name in robot.velocity_joints:
            targets[:, j] = speeds[j]
        elif two_ways(robot, name):
            targets[:, j] = goal[j]
    return targets, goal


@every_robot
def test_moves_within_its_limits(file):
    """From what a model would give to what a robot that obeys at once does."""
    robot = load_robot(file)
    space = ModelSpace(robot)
    limits = JointLimits.of(robot)
    if np.isfinite(limits.jerk).any():
        pytest.importorskip('ruckig')
    settings = ExecutorSettings(
        PERIOD_NS,
        gripper_joints=tuple(robot.grippers),
        velocity_joints=robot.velocity_joints,
        forwarded_joints=robot.forwarded_joints,
    )
    executor = ChunkExecutor(limits, settings)
    executor.set_enabled(enabled=True)
    lower, upper = ends(robot)
    start = (lower + upper) / 2  # the origin of an end effector's axes
    points = int(robot.rate_hz)  # of a chunk that is not stale before it ends
    wanted, goal = a_motion(robot, start, points)
    state = space.encode_state(start if robot.state is None else np.zeros(len(robot.state_names)))
    times_ns = np.arange(points) * int(NS_PER_S / robot.rate_hz)
    targets = space.decode_actions(space.encode_actions(wanted, state), state)
    chunk = make_chunk(robot, START_NS, times_ns, targets, start)
    assert_allclose(chunk.positions[-1], goal, atol=1e-9)
    executor.add_chunk(chunk, START_NS)
    measured, velocity = start, np.zeros(len(robot.joints))
    for now_ns in range(START_NS, START_NS + int(times_ns[-1]), PERIOD_NS):
        executor.update_state(now_ns, measured)
        command = executor.tick(now_ns)
        assert executor.status.state is State.RUNNING, executor.status
        change = np.abs(command.velocities - velocity)
        assert (change <= limits.acceleration * PERIOD_NS / NS_PER_S * (1 + 1e-9)).all()
        assert (np.abs(command.velocities) <= limits.velocity * (1 + 1e-9)).all()
        measured, velocity = command.positions, command.velocities
    assert (measured >= lower).all()
    assert (measured <= upper).all()
    # Nothing catches up what a velocity loses while it is faded in.
    faded = settings.crossfade_s * np.isin(robot.joint_names, robot.velocity_joints)
    assert (np.abs(goal - measured) <= (0.05 + faded) * np.abs(goal - start)).all()


def test_template_explains_every_key(monkeypatch):
    read = set()
    has = Section.has

    def note(section, key):
        read.add(key)
        return has(section, key)

    monkeypatch.setattr(Section, 'has', note)
    text = (ROBOTS / 'template.yaml').read_text()
    for file in FILES:
        load_robot(file)
    words = set(re.findall(r'(\w+):', text))
    robots = [load_robot(file) for file in FILES]
    names = {
        name for robot in robots for name in (*robot.cameras, *robot.grippers, *robot.joint_names)
    }
    assert read - names <= words
