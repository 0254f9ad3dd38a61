# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
`ros2 param` and `ros2 lifecycle`: a node's parameters and states.

As ros2/ros2cli: ros2param/verb/ and ros2lifecycle/verb/ have it.
"""

from __future__ import annotations

import pytest
from rcl_interfaces.msg import FloatingPointRange, ParameterDescriptor, SetParametersResult
from rclpy.lifecycle import LifecycleNode, TransitionCallbackReturn
from rclpy.node import Node
import yaml

VALUES = {
    'flag': True,
    'gain': 0.5,
    'limits.low': [0.25, 1.0],
    'name': 'arm',
    'names': ['a', 'b'],
    'number': 3,
    'numbers': [1, 2],
    'yes': [True, False],
}
NODE = '/arm/robot'
ALONE = '--no-daemon'


class Managed(LifecycleNode):
    def on_configure(self, state):
        return TransitionCallbackReturn.SUCCESS

    def on_activate(self, state):
        return TransitionCallbackReturn.FAILURE


@pytest.fixture(scope='module')
def managed(spinner):
    node = Managed('managed', context=spinner.context)
    spinner.add_node(node)
    return node


@pytest.fixture
def robot(spinner):
    node = Node('robot', namespace='/arm', context=spinner.context)
    for name, value in VALUES.items():
        node.declare_parameter(name, value)
    described = ParameterDescriptor(
        description='How far',
        additional_constraints='Even ones',
        floating_point_range=[FloatingPointRange(from_value=0.0, to_value=2.0, step=0.5)],
    )
    node.declare_parameter('reach', 1.0, described)
    node.declare_parameter('serial', 'x1', ParameterDescriptor(read_only=True))
    spinner.add_node(node)
    yield node
    spinner.remove_node(node)
    node.destroy_node()


def test_list(cli, robot):
    lines = cli('param', 'list', NODE, ALONE).splitlines()
    assert lines == sorted(lines)
    assert {f'  {name}' for name in VALUES} <= set(lines)


def test_list_with_types_of_those_that_match(cli, robot):
    lines = cli('param', 'list', NODE, '--param-type', '--filter', 'n.*', ALONE).splitlines()
    assert lines == [
        '  name (type: string)', '  names (type: string array)', '  number (type: integer)',
        '  numbers (type: integer array)',
    ]  # fmt: skip


def test_list_of_all_nodes(cli, robot, managed):
    told = cli('param', 'list', ALONE)
    assert told.index('/arm/robot:\n') < told.index('/managed:\n')
    assert '/arm/robot:\n  flag\n  gain\n' in told


@pytest.mark.parametrize(
    ('name', 'text'),
    [
        ('flag', 'Boolean value is: True\n'),
        ('limits.low', 'Double values are: [0.25, 1.0]\n'),
        ('names', "String values are: ['a', 'b']\n"),
        ('number', 'Integer value is: 3\n'),
    ],
)
def test_get(cli, robot, name, text):
    assert cli('param', 'get', NODE, name, ALONE) == text


def test_get_without_the_type(cli, robot):
    assert cli('param', 'get', NODE, 'gain', '--hide-type', ALONE) == '0.5\n'


def test_get_of_what_is_not_there(cli, robot):
    assert cli.failing('param', 'get', NODE, 'nothing', ALONE) == 'Parameter not set\n'
    assert cli.failing('param', 'get', '/nobody', 'gain', ALONE) == 'Node not found\n'


@pytest.mark.parametrize(
    ('name', 'text', 'value'),
    [('gain', '0.75', 0.75), ('name', 'left', 'left'), ('flag', 'false', False),
     ('numbers', '[3, 4]', [3, 4])],
)  # fmt: skip
def test_set(cli, robot, name, text, value):
    assert cli('param', 'set', NODE, name, text, ALONE) == 'Set parameter successful\n'
    found = robot.get_parameter(name).value
    assert (list(found) if isinstance(value, list) else found) == value


def test_set_tells_the_reason_of_a_refusal(cli, robot):
    def refuse(_parameters):
        return SetParametersResult(successful=False, reason='too much')

    robot.add_on_set_parameters_callback(refuse)
    command = cli.start('param', 'set', NODE, 'gain', '9.0', ALONE)
    command.end()
    assert command.stderr == 'Setting parameter failed: too much\n'
    assert robot.get_parameter('gain').value == 0.5


def test_describe(cli, robot):
    told = cli('param', 'describe', NODE, 'reach', 'serial', ALONE)
    assert told == (
        'Parameter name: reach\n  Type: double\n  Description: How far\n  Constraints:\n'
        '    Min value: 0.0\n    Max value: 2.0\n    Step: 0.5\n'
        '    Additional constraints: Even ones\n'
        'Parameter name: serial\n  Type: string\n  Constraints:\n    Read only: true\n'
    )


def test_dump(cli, robot):
    tree = yaml.safe_load(cli('param', 'dump', NODE, ALONE))
    parameters = tree[NODE]['ros__parameters']
    assert parameters['limits'] == {'low': [0.25, 1.0]}
    assert {name: parameters[name] for name in VALUES if name != 'limits.low'} == {
        name: value for name, value in VALUES.items() if name != 'limits.low'
    }


def test_load_sets_what_was_dumped(cli, robot, tmp_path):
    file = tmp_path / 'robot.yaml'
    file.write_text(cli('param', 'dump', NODE, ALONE))
    robot.set_parameters([type(robot.get_parameter('gain'))('gain', value=0.125)])
    command = cli.start('param', 'load', NODE, file, ALONE)
    assert command.end() == 0
    assert 'Set parameter gain successful\n' in command.stdout
    assert 'Set parameter limits.low successful\n' in command.stdout
    assert 'Set parameter serial failed: ' in command.stderr
    assert robot.get_parameter('gain').value == 0.5


def test_load_with_wildcards(cli, robot, tmp_path):
    file = tmp_path / 'any.yaml'
    file.write_text(
        '/**: {ros__parameters: {gain: 0.25, number: 4}}\n'
        '/arm/robot: {ros__parameters: {number: 5}}\n'
        '/other: {ros__parameters: {name: right}}\n'
    )
    assert 'Set parameter gain successful' in cli('param', 'load', NODE, file, ALONE)
    # rclpy/parameter.py, parameter_dict_from_yaml_file(): of every node that it tells of
    found = [robot.get_parameter(name).value for name in ('gain', 'number', 'name')]
    assert found == [0.25, 5, 'right']


def test_load_without_wildcards(cli, robot, tmp_path):
    file = tmp_path / 'any.yaml'
    file.write_text(
        '/**: {ros__parameters: {gain: 0.25}}\n/arm/robot: {ros__parameters: {number: 5}}\n'
    )
    told = cli('param', 'load', NODE, file, '--no-use-wildcard', ALONE)
    assert told == 'Set parameter number successful\n'
    assert robot.get_parameter('gain').value == 0.5


def test_load_of_no_file(cli, robot):
    assert cli.failing('param', 'load', NODE, '/nothing.yaml', ALONE)


def test_lifecycle_nodes(cli, robot, managed):
    assert cli('lifecycle', 'nodes', ALONE) == '/managed\n'


def test_lifecycle_list_and_set(cli, managed):
    told = cli('lifecycle', 'list', 'managed', ALONE)
    assert '- configure [1]\n\tStart: unconfigured\n\tGoal: configuring\n' in told
    assert 'activate' not in told
    assert cli('lifecycle', 'get', ALONE) == '/managed: unconfigured [1]\n'
    done = cli('lifecycle', 'set', 'managed', 'configure', ALONE)
    assert done == 'Transitioning successful\n'
    assert cli('lifecycle', 'get', '/managed', ALONE) == 'inactive [2]\n'
    error = cli.failing('lifecycle', 'set', 'managed', 'configure', ALONE)
    assert error.startswith('Unknown transition requested, available ones are:\n- ')
    assert '- cleanup [2]\n' in error
    command = cli.start('lifecycle', 'set', 'managed', '3', ALONE)
    command.end()
    assert command.stderr == 'Transitioning failed\n'
    assert cli('lifecycle', 'get', '/managed', ALONE) == 'inactive [2]\n'


def test_lifecycle_list_of_all_transitions(cli, managed):
    told = cli('lifecycle', 'list', 'managed', '--all', ALONE)
    assert '- activate [3]\n\tStart: inactive\n\tGoal: activating\n' in told


@pytest.mark.parametrize('verb', [('get', '/robot'), ('set', '/x', 'cleanup')])
def test_lifecycle_of_a_node_that_is_not_managed(cli, robot, verb):
    assert cli.failing('lifecycle', *verb, ALONE) == 'Node not found\n'
