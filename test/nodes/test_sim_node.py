# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The simulated robot's node, stepped by hand: its clock, its judgement, its reset."""

from dataclasses import replace
import importlib.util
from pathlib import Path

import pytest
import rclpy
from std_msgs.msg import Float64MultiArray, String
from std_srvs.srv import Trigger

if importlib.util.find_spec('mujoco') is None or importlib.util.find_spec('gym_aloha') is None:
    pytest.skip('mujoco and gym-aloha are not installed', allow_module_level=True)

from pi0_ros.convert import array_to_targets
from pi0_ros.nodes.sim_node import START_NS, STEP_NS, SimNode
from pi0_ros.types import InputError

ROBOT = Path(__file__).parents[2] / 'config' / 'robots' / 'aloha_sim.yaml'


@pytest.fixture
def node():
    rclpy.init(args=['--ros-args', '-p', f'robot:={ROBOT}'])
    node = SimNode()
    yield node
    node.destroy_node()
    rclpy.try_shutdown()


def steps(node, count):
    for _ in range(count):
        node._advance()


def test_velocities_are_refused(node):
    output = replace(node._robot.outputs[0], field='velocity')
    with pytest.raises(InputError, match='the simulated robot takes only positions'):
        node._take_commands_from(output)


def test_time_goes_on_through_a_reset(node):
    steps(node, 5)
    assert node._now_ns() == START_NS + 5 * STEP_NS
    before = node._sim.cube_positions()
    response = node._on_reset(Trigger.Request(), Trigger.Response())
    assert response.success
    steps(node, 1)
    assert node._now_ns() == START_NS + 6 * STEP_NS
    assert any((before[cube] != at).any() for cube, at in node._sim.cube_positions().items())


def test_success_is_the_commanded_cube_held_for_a_while(node):
    node._on_sentence(String(data='pick up the red cube'))
    for cube, reached in (('green', False), ('red', True)):
        for _ in range(60):
            node._sim.place_cube(cube, node._sim.tip_positions()[1])
            node._advance()
        assert node._success.reached is reached
        node._sim.place_cube(cube, (0.1, 0.5, 0.02))
    node._on_reset(Trigger.Request(), Trigger.Response())
    assert not node._success.reached
    node._on_sentence(String(data='stand still'))
    assert node._success is None


def test_commands_come_through_controllers_and_bad_ones_are_ignored(node):
    output = node._robot.outputs[0]
    index = [node._sim.joint_names.index(joint) for joint in output.joints]

    node._on_command(output, array_to_targets, Float64MultiArray(data=[0.1] * 6))
    assert node._sim.targets()[index].tolist() == [0.1] * 6
    for bad in ([0.2] * 5, [float('nan')] * 6):
        node._on_command(output, array_to_targets, Float64MultiArray(data=bad))
        assert node._sim.targets()[index].tolist() == [0.1] * 6
