# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Every robot that is shipped: loads, undoes what it does, and moves within its limits."""

from pathlib import Path

import numpy as np
from numpy.testing import assert_allclose
import pytest

from pi0_ros.execution.executor import ChunkExecutor
from pi0_ros.execution.limits import JointLimits
from pi0_ros.execution.settings import ExecutorSettings
from pi0_ros.execution.status import State
from pi0_ros.robots.section import Section
from pi0_ros.robots.spec import load_robot
from pi0_ros.robots.transforms import ModelSpace
from pi0_ros.types import NS_PER_S, Chunk

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


@every_robot
def test_actions_survive_the_round_trip(file):
    robot = load_robot(file)
    space = ModelSpace(robot)
    rng = np.random.default_rng(0)
    lower, upper = robot.position_limits
    state = space.encode_state(rng.uniform(lower, upper))
    targets = rng.uniform(lower, upper, (50, len(robot.joints)))
    before = targets.copy()
    undone = space.decode_actions(space.encode_actions(targets, state), state)
    assert_allclose(undone, targets, atol=1e-12)
    assert (targets == before).all(), 'the input was changed'


@every_robot
def test_moves_within_its_limits(file):
    """From what a model would give to what a robot that obeys at once does."""
    robot = load_robot(file)
    space = ModelSpace(robot)
    limits = JointLimits.of(robot)
    settings = ExecutorSettings(PERIOD_NS, gripper_joints=tuple(robot.grippers))
    executor = ChunkExecutor(limits, settings)
    executor.set_enabled(enabled=True)
    lower, upper = robot.position_limits
    measured = (lower + upper) / 2
    goal = measured + 0.1 * np.minimum(upper - lower, robot.velocity_limits)
    state = space.encode_state(measured)
    times_ns = np.arange(50) * int(NS_PER_S / robot.rate_hz)
    wanted = np.linspace(measured, goal, len(times_ns))
    targets = space.decode_actions(space.encode_actions(wanted, state), state)
    executor.add_chunk(Chunk(START_NS, robot.joint_names, times_ns, targets), START_NS)
    velocity = np.zeros(len(robot.joints))
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
    assert_allclose(measured, goal, atol=0.02 * np.abs(goal - wanted[0]).max())


def test_template_explains_every_key(monkeypatch):
    read = set()
    value = Section.value

    def note(section, key, *rest):
        read.add(key)
        return value(section, key, *rest)

    monkeypatch.setattr(Section, 'value', note)
    for file in FILES:
        load_robot(file)
    lines = (ROBOTS / 'template.yaml').read_text().splitlines()
    words = {line.strip('- #').partition(':')[0] for line in lines}
    robots = [load_robot(file) for file in FILES]
    names = {name for robot in robots for name in (*robot.cameras, *robot.grippers)}
    assert read - names <= words
