# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Nodes of launch files get their names, parameters and remappings.

One launch file starts nodes that write down what they have got (ros2/launch_ros
launch_ros/actions/node.py, launch_ros/utilities/evaluate_parameters.py); the tests read it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

from launch import LaunchContext, LaunchDescription, LaunchService
from launch.actions import GroupAction, OpaqueFunction
from launch.substitutions import LaunchConfiguration, SubstitutionFailure
from launch_ros.actions import LifecycleNode, Node, PushRosNamespace
from launch_ros.parameter_descriptions import ParameterValue
import pytest

TELL = """
import json, sys
import rclpy
from std_msgs.msg import String

rclpy.init()
node = rclpy.create_node('own', allow_undeclared_parameters=True,
                         automatically_declare_parameters_from_overrides=True)
values = {name: parameter.value for name, parameter in node.get_parameters_by_prefix('').items()}
told = {
    'node': node.get_fully_qualified_name(),
    'parameters': {name: list(value) if hasattr(value, 'typecode') else value
                   for name, value in values.items()},
    'topics': [node.create_publisher(String, name, 1).topic_name for name in ('a', '~/b', '/c')],
    'arguments': sys.argv[2:sys.argv.index('--ros-args')],
}
with open(sys.argv[1], 'a') as file:
    file.write(json.dumps(told) + chr(10))
node.destroy_node()
rclpy.shutdown()
"""
LAUNCH = """
from typing import List

from launch import LaunchDescription
from launch.actions import *
from launch.substitutions import *
from launch_ros.actions import *
from launch_ros.descriptions import ParameterFile, ParameterValue

X = LaunchConfiguration('x')


def tell(*arguments, **options):
    return Node(executable={executable!r}, arguments=['-c', {code!r}, {told!r}, *arguments],
                exec_name='tell', output='screen', **options)


def generate_launch_description():
    return LaunchDescription([
        SetLaunchConfiguration('x', '3'),
        SetLaunchConfiguration('list', '[1, 2]'),
        tell(),
        tell('--own', X, name='typed', parameters=[{{
            'text': 'true',
            'number': X,
            'joined': [X, '4'],
            'told': ParameterValue(X, value_type=str),
            'floats': ParameterValue([1.5, 2.5], value_type=List[float]),
            'from_text': ParameterValue(LaunchConfiguration('list'), value_type=List[int]),
            'yaml': LaunchConfiguration('list'),
            'mixed': [1, 2.5],
            'texts': ['1', 'b'],
            'each': [[X], ['4']],
            'on': True,
            'nested': {{'deep': {{'gain': 0.5}}}},
            ('key', X): 1,
            'colon': 'a: b',
            'empty': '',
        }}]),
        tell(name=['fi', 'les'], namespace='arm', parameters=[
            LaunchConfiguration('file'),
            ParameterFile(LaunchConfiguration('file')),
            {{'later': 2}},
        ]),
        tell(name='remapped', namespace='/arm', remappings=[('a', ['to', X]), ('~/b', '/other')],
             ros_arguments=['--remap', '/c:=/d']),
        GroupAction([
            PushRosNamespace('outer'),
            PushRosNamespace(['inn', 'er']),
            SetParameter('set', value=2.5),
            SetParameter(name='use_sim_time', value=True),
            SetRemap(src='a', dst='set_remap'),
            tell(name='scoped', namespace='own', parameters=[{{'mine': 1}}]),
            tell(name='absolute', namespace='/root', parameters=[{{'set': 7.5}}]),
        ]),
        tell(name='after'),
    ])
"""
PARAMETERS = """
/**:
  ros__parameters:
    everyone: 1
    later: 1
/arm/files:
  ros__parameters:
    mine: [a, b]
/other:
  ros__parameters:
    foreign: 1
"""


@pytest.fixture(scope='module')
def nodes(tmp_path_factory):
    """What each of the nodes wrote down, by its full name."""
    folder = tmp_path_factory.mktemp('nodes')
    told = folder / 'told'
    path = folder / 'nodes.launch.py'
    path.write_text(LAUNCH.format(executable=sys.executable, code=TELL, told=str(told)))
    (folder / 'parameters.yaml').write_text(PARAMETERS)
    domain = {'ROS_DOMAIN_ID': str(os.getpid() % 100 + 1),
              'ROS_AUTOMATIC_DISCOVERY_RANGE': 'LOCALHOST'}  # fmt: skip
    result = subprocess.run(
        ['ros2', 'launch', str(path), f'file:={folder}/parameters.yaml'],
        env={**os.environ, **domain},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stdout
    assert 'process has died' not in result.stdout, result.stdout
    return {line['node']: line for line in map(json.loads, told.read_text().splitlines())}


def parameters(node):
    """Return a node's parameters but those that every node has."""
    everyone = {'use_sim_time', 'start_type_description_service'}
    return {k: v for k, v in node['parameters'].items() if k not in everyone}


def test_node_without_a_name_keeps_its_own(nodes):
    assert nodes['/own']['topics'] == ['/a', '/own/b', '/c']
    assert parameters(nodes['/own']) == {}


def test_arguments_stand_before_those_of_ros(nodes):
    assert nodes['/typed']['arguments'] == ['--own', '3']
    assert nodes['/own']['arguments'] == []


@pytest.mark.parametrize(
    ('name', 'value'),
    [
        ('text', 'true'),  # plain text stays text
        ('number', 3),  # substitutions are read as YAML
        ('joined', 34),
        ('told', '3'),
        ('floats', [1.5, 2.5]),
        ('from_text', [1, 2]),
        ('yaml', [1, 2]),
        ('mixed', [1.0, 2.5]),
        ('texts', ['1', 'b']),
        ('each', [3, 4]),
        ('on', True),
        ('nested.deep.gain', 0.5),
        ('key3', 1),
        ('colon', 'a: b'),
        ('empty', ''),
    ],
)
def test_parameters_of_a_dictionary(nodes, name, value):
    found = nodes['/typed']['parameters'][name]
    assert found == value
    assert type(found) is type(value)


def test_parameter_files_and_what_comes_later(nodes):
    assert parameters(nodes['/arm/files']) == {'everyone': 1, 'later': 2, 'mine': ['a', 'b']}


def test_remappings(nodes):
    assert nodes['/arm/remapped']['topics'] == ['/arm/to3', '/other', '/d']


def test_scope_gives_namespace_parameters_and_remappings(nodes):
    node = nodes['/outer/inner/own/scoped']
    assert parameters(node) == {'set': 2.5, 'mine': 1}
    assert node['parameters']['use_sim_time'] is True
    assert node['topics'][0] == '/outer/inner/own/set_remap'


def test_node_may_leave_the_scope(nodes):
    assert parameters(nodes['/root/absolute']) == {'set': 7.5}


def test_scope_ends_with_the_group(nodes):
    assert parameters(nodes['/after']) == {}
    assert nodes['/after']['topics'][0] == '/a'


# ---- in process


@pytest.mark.parametrize(
    ('value', 'value_type', 'expected'),
    [
        (LaunchConfiguration('x'), None, 3),
        (LaunchConfiguration('x'), str, '3'),
        (LaunchConfiguration('x'), float, 3.0),
        ('text', None, 'text'),
        ([LaunchConfiguration('x'), '4'], int, 34),
        (LaunchConfiguration('one'), bool, True),
        (0.5, float, 0.5),
    ],
)
def test_parameter_values_have_their_type(value, value_type, expected):
    context = LaunchContext()
    context.launch_configurations.update({'x': '3', 'one': '1'})
    found = ParameterValue(value, value_type=value_type).evaluate(context)
    assert found == expected
    assert type(found) is type(expected)


def test_parameter_values_refuse_other_types():
    context = LaunchContext()
    context.launch_configurations['x'] = 'abc'
    with pytest.raises(TypeError):
        ParameterValue('text', value_type=int).evaluate(context)
    with pytest.raises(ValueError, match='abc'):
        ParameterValue(LaunchConfiguration('x'), value_type=float).evaluate(context)


def run(*entities):
    service = LaunchService()
    service.include_launch_description(LaunchDescription(entities))
    return service.run()


@pytest.mark.parametrize(
    'options', [{'name': 'a b'}, {'namespace': 'a-b'}, {'package': 'no_such_package'}]
)
def test_wrong_names_end_the_launch(options):
    assert run(Node(executable='true', **options)) == 1


@pytest.mark.parametrize('value', ['{a: 1}', 'a: b: c', '[1, a]'])
def test_text_that_is_no_parameter_ends_the_launch(value):
    parameters = [{'p': LaunchConfiguration('x', default=value)}]
    assert run(Node(executable='true', parameters=parameters)) == 1


def test_wrong_namespace_of_a_scope():
    failed = []

    def execute(context):
        try:
            PushRosNamespace('a-b').execute(context)
        except SubstitutionFailure:
            failed.append(True)

    assert run(GroupAction([OpaqueFunction(function=execute)])) == 0
    assert failed == [True]


def test_parameters_are_a_list():
    with pytest.raises(TypeError):
        Node(executable='true', parameters={'a': 1})


def test_lifecycle_node_is_a_node():
    node = LifecycleNode(executable='true', name='managed', namespace='arm')
    assert isinstance(node, Node)


def test_node_name_is_known_when_it_is_launched():
    node = Node(executable='true', name='talker', namespace='arm')
    assert run(node) == 0
    assert node.node_name == '/arm/talker'
