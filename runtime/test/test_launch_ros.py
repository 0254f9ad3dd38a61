# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Nodes become command lines: names, namespaces, parameters, remappings, packages."""

from __future__ import annotations

import json
from pathlib import Path
import sys
from typing import List  # noqa: UP035  what launch files write

from launch import LaunchContext, LaunchDescription, LaunchService
from launch.actions import GroupAction, SetLaunchConfiguration
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution, TextSubstitution
from launch_ros.actions import LifecycleNode, Node, PushRosNamespace, SetParameter, SetRemap
from launch_ros.parameter_descriptions import Parameter, ParameterFile, ParameterValue
from launch_ros.substitutions import FindPackageShare
from launch_ros.utilities import evaluate_parameter_dict, prefix_namespace
import pytest
import yaml

TELL = """#!{python}
import json, sys
files = [open(a).read() for b, a in zip(sys.argv, sys.argv[1:]) if b == '--params-file']
json.dump([sys.argv[1:], files], open({out!r}, 'a'))
"""


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package 'robot' with a program 'tell' that writes down how it was called."""
    index = tmp_path / 'share' / 'ament_index' / 'resource_index' / 'packages'
    index.mkdir(parents=True)
    (index / 'robot').write_text('')
    (tmp_path / 'share' / 'robot').mkdir()
    (tmp_path / 'lib' / 'robot').mkdir(parents=True)
    tell = tmp_path / 'lib' / 'robot' / 'tell'
    tell.write_text(TELL.format(python=sys.executable, out=str(tmp_path / 'told')))
    tell.chmod(0o755)
    monkeypatch.setenv('AMENT_PREFIX_PATH', str(tmp_path))
    return tmp_path


def run(*entities):
    service = LaunchService()
    service.include_launch_description(LaunchDescription(entities))
    return service.run()


def told(package):
    args, files = json.loads((package / 'told').read_text())
    return args, [yaml.safe_load(text) for text in files]


def test_bare_node(package):
    assert run(Node(package='robot', executable='tell')) == 0
    assert told(package) == (['--ros-args'], [])


def test_everything_on_the_command_line(package):
    file = package / 'share' / 'robot' / 'p.yaml'
    file.write_text('{}')
    node = Node(
        package='robot',
        executable=['te', TextSubstitution(text='ll')],
        name=LaunchConfiguration('n'),
        namespace='arm',
        parameters=[
            PathJoinSubstitution([FindPackageShare('robot'), 'p.yaml']),
            {
                'gain': LaunchConfiguration('g'),
                'text': '1',
                'nested': {'on': True, 'list': [1, 2.5]},
            },
            Parameter('extra', LaunchConfiguration('g'), value_type=str),
        ],
        remappings=[('command', LaunchConfiguration('to')), ('~/a', '/b')],
        arguments=['--own', LaunchConfiguration('g')],
        ros_arguments=['--log-level', 'debug'],
    )
    assert (
        run(
            *(
                SetLaunchConfiguration(k, v)
                for k, v in (('n', 'left'), ('g', '0.5'), ('to', '/c'))
            ),
            node,
        )
        == 0
    )
    args, files = told(package)
    temporary = args[13]
    assert args == [
        '--own', '0.5', '--ros-args', '--log-level', 'debug', '--ros-args',
        '-r', '__node:=left', '-r', '__ns:=/arm',
        '--params-file', str(file), '--params-file', temporary,
        '-p', "extra:='0.5'", '-r', 'command:=/c', '-r', '~/a:=/b',
    ]  # fmt: skip
    assert files[1] == {
        '/arm/left': {
            'ros__parameters': {
                'gain': 0.5, 'text': '1', 'nested.on': True, 'nested.list': [1.0, 2.5]
            }
        }
    }  # fmt: skip
    assert not Path(temporary).exists()
    assert node.node_name == '/arm/left'


def test_scope_gives_namespace_parameters_and_remappings(package):
    inside = [
        PushRosNamespace('outer'),
        PushRosNamespace('inner'),
        SetParameter('use_sim_time', value=True),
        SetParameter('text', '7'),
        SetRemap('a', 'b'),
        Node(package='robot', executable='tell', namespace='own', parameters=[{'x': 1}]),
    ]
    assert run(GroupAction(inside)) == 0
    args, files = told(package)
    assert args[:7] == ['--ros-args', '-r', '__ns:=/outer/inner/own', '-p', 'use_sim_time:=true',
                        '-p', "text:='7'"]  # fmt: skip
    assert args[-2:] == ['-r', 'a:=b']
    assert files == [{'/**': {'ros__parameters': {'x': 1}}}]
    (package / 'told').unlink()
    assert run(GroupAction(inside[:4]), Node(package='robot', executable='tell')) == 0
    assert told(package)[0] == ['--ros-args']


def evaluate(parameters, **configurations):
    context = LaunchContext()
    context.launch_configurations.update(configurations)
    return evaluate_parameter_dict(context, parameters)


@pytest.mark.parametrize(
    ('value', 'expected'),
    [
        (LaunchConfiguration('x'), 3),
        ([LaunchConfiguration('x'), '4'], 34),
        ([[LaunchConfiguration('x')], ['4']], [3, 4]),
        (ParameterValue(LaunchConfiguration('x'), value_type=str), '3'),
        (ParameterValue(LaunchConfiguration('l'), value_type=List[str]), ['a', 'b']),  # noqa: UP006  as above
        (LaunchConfiguration('l'), ['a', 'b']),
        (LaunchConfiguration('t'), True),
        (LaunchConfiguration('e'), ''),
        ('true', 'true'),
        (['1', '2'], ['1', '2']),
        ([1, 2.5], [1.0, 2.5]),
        (False, False),
    ],
)
def test_parameter_types(value, expected):
    found = evaluate({'p': value}, x='3', l='[a, b]', t='true', e='')['p']
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize('value', [[], [1, 'a'], [True, 1], None, object()])
def test_parameters_that_no_node_can_have(value):
    with pytest.raises(TypeError, match=r'"p"|\'p\''):
        evaluate({'p': value})


def test_parameter_text_that_is_no_parameter():
    with pytest.raises(TypeError, match='Unable to parse the value of parameter p as yaml'):
        evaluate({'p': LaunchConfiguration('x')}, x='a: b: c')
    with pytest.raises(TypeError, match='value_type=str'):
        evaluate({'p': LaunchConfiguration('x')}, x='{a: 1}')


@pytest.mark.parametrize(
    ('base', 'ns', 'expected'),
    [('a', 'b', 'a/b'), ('/a', '/b', '/b'), (None, 'b/', 'b'), ('a', None, 'a'), ('/', 'b', '/b'),
     (None, None, None), ('a', '/', '/')],
)  # fmt: skip
def test_namespaces_join(base, ns, expected):
    assert prefix_namespace(base, ns) == expected


def test_wrong_names_fail_the_launch(package, capsys):
    assert run(Node(package='robot', executable='tell', name='a b')) == 1
    assert "Invalid node name 'a b'" in capsys.readouterr().out
    assert run(Node(package='robot', executable='nope')) == 1
    assert "executable 'nope' not found in package 'robot', which has: [tell]" in (
        capsys.readouterr().out
    )
    assert run(Node(package='none', executable='nope')) == 1
    assert "package 'none' not found" in capsys.readouterr().out


def test_missing_parameter_file_is_told(package, capsys):
    assert run(Node(package='robot', executable='tell', parameters=['/no/file.yaml'])) == 0
    assert 'Parameter file path is not a file: /no/file.yaml' in capsys.readouterr().out


def test_lifecycle_node_needs_its_name(package):
    with pytest.raises(TypeError):
        LifecycleNode(package='robot', executable='tell')
    assert run(LifecycleNode(package='robot', executable='tell', name='n', namespace='')) == 0
    assert told(package)[0] == ['--ros-args', '-r', '__node:=n', '-r', '__ns:=/']


def test_unsupported_names_say_so():
    with pytest.raises(NotImplementedError, match='ComposableNodeContainer'):
        from launch_ros.actions import ComposableNodeContainer  # noqa: F401,PLC0415
    with pytest.raises(NotImplementedError, match='allow_substs'):
        ParameterFile('f', allow_substs=True)
    with pytest.raises(NotImplementedError, match=r'launch_ros\.events\.lifecycle'):
        from launch_ros.events import lifecycle  # noqa: F401,PLC0415
