# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters: rules, command line, files, services."""

import pytest
from rclpy import exceptions
from rclpy._arguments import parse
from rclpy.node import Node

FILE = """
/**:
  ros__parameters:
    everywhere: 1
    gain: 1.0
/arm/*:
  ros__parameters:
    gain: 2.0
    nested: {deep: 1e-3, list: [a, b]}
/arm/driver:
  ros__parameters:
    gain: 3.0
other:
  ros__parameters:
    everywhere: 9
left:
  driver:
    ros__parameters:
      side: left
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / 'parameters.yaml'
    path.write_text(FILE)
    return str(path)


@pytest.mark.parametrize(
    ('name', 'expected'),
    [
        (
            '/arm/driver',
            {'everywhere': 1, 'gain': 3.0, 'nested.deep': 0.001, 'nested.list': ['a', 'b']},
        ),
        (
            '/arm/camera',
            {'everywhere': 1, 'gain': 2.0, 'nested.deep': 0.001, 'nested.list': ['a', 'b']},
        ),
        ('/other', {'everywhere': 9, 'gain': 1.0}),
        ('/left/driver', {'everywhere': 1, 'gain': 1.0, 'side': 'left'}),
    ],
)
def test_file_patterns(file, name, expected):
    arguments = parse(['prog', '--ros-args', '--params-file', file])
    assert arguments.parameters_of(name) == expected


def test_command_line_values_reach_the_node(context, file):
    arguments = ['--params-file', file, '-p', 'gain:=7.5', '-p', 'other:flag:=true']
    node = Node('other', context=context, cli_args=arguments)
    assert node.declare_parameter('gain', 0.0).value == 7.5
    assert node.declare_parameter('flag', False).value is True
    assert node.declare_parameter('everywhere', 0).value == 9
    with pytest.raises(exceptions.InvalidParameterTypeException):
        Node('other', context=context, cli_args=['-p', 'n:=text']).declare_parameter('n', 1)


def test_a_mixed_list_is_refused(tmp_path):
    path = tmp_path / 'bad.yaml'
    path.write_text('/**:\n  ros__parameters:\n    x: [1, 2.0]\n')
    with pytest.raises(RuntimeError, match='x'):
        parse(['--ros-args', '--params-file', str(path)])
