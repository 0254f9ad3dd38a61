# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters: rules, command line, files, services."""

import pytest
from rcl_interfaces.msg import (
    FloatingPointRange,
    IntegerRange,
    ParameterDescriptor,
    ParameterEvent,
    SetParametersResult,
)
from rcl_interfaces.srv import (
    DescribeParameters,
    GetParameters,
    GetParameterTypes,
    ListParameters,
    SetParameters,
    SetParametersAtomically,
)
from rclpy import exceptions
from rclpy._arguments import parse
from rclpy.node import Node
from rclpy.parameter import Parameter
from ros_fixtures import spin_until


@pytest.fixture
def node(context):
    return Node('keeper', context=context)


def test_declared_types_stay(node):
    node.declare_parameter('rate', 10.0)
    assert node.get_parameter('rate').value == 10.0
    (result,) = node.set_parameters([Parameter('rate', value=3)])
    assert not result.successful
    assert 'Wrong parameter type' in result.reason
    assert node.get_parameter('rate').value == 10.0


@pytest.mark.parametrize(
    ('descriptor', 'good', 'bad'),
    [
        (
            ParameterDescriptor(integer_range=[IntegerRange(from_value=0, to_value=10, step=2)]),
            4,
            5,
        ),
        (ParameterDescriptor(integer_range=[IntegerRange(from_value=0, to_value=10)]), 10, 11),
        (
            ParameterDescriptor(
                floating_point_range=[FloatingPointRange(from_value=0.0, to_value=1.0, step=0.1)]
            ),
            0.3,
            0.35,
        ),
        (
            ParameterDescriptor(
                floating_point_range=[FloatingPointRange(from_value=0.0, to_value=1.0)]
            ),
            1.0,
            1.01,
        ),
    ],
)
def test_ranges(node, descriptor, good, bad):
    node.declare_parameter('x', good, descriptor)
    (result,) = node.set_parameters([Parameter('x', value=bad)])
    assert not result.successful
    with pytest.raises(exceptions.InvalidParameterValueException):
        node.declare_parameter('y', bad, descriptor)
    assert not node.has_parameter('y')


def test_read_only_and_dynamic(node):
    node.declare_parameter('fixed', 1, ParameterDescriptor(read_only=True))
    assert not node.set_parameters([Parameter('fixed', value=2)])[0].successful
    with pytest.raises(exceptions.ParameterImmutableException):
        node.undeclare_parameter('fixed')
    node.declare_parameter('any', None, ParameterDescriptor(dynamic_typing=True))
    assert node.get_parameter('any').value is None
    assert node.set_parameters([Parameter('any', value='text')])[0].successful
    assert node.get_parameter('any').value == 'text'


def test_exceptions(node):
    with pytest.raises(exceptions.ParameterNotDeclaredException):
        node.get_parameter('nothing')
    with pytest.raises(exceptions.ParameterNotDeclaredException):
        node.set_parameters([Parameter('nothing', value=1)])
    node.declare_parameter('later', Parameter.Type.STRING)
    with pytest.raises(exceptions.ParameterUninitializedException):
        node.get_parameter('later')
    with pytest.raises(exceptions.ParameterAlreadyDeclaredException):
        node.declare_parameter('later', 'x')
    with pytest.raises(ValueError, match='untyped'):
        node.declare_parameter('untyped')


def test_callbacks_refuse_all_or_nothing(node):
    seen = []

    def judge(parameters):
        refused = any(p.value == 'bad' for p in parameters)
        return SetParametersResult(successful=not refused, reason='bad' if refused else '')

    node.declare_parameters('', [('a', 'x'), ('b', 'y')])
    node.add_on_set_parameters_callback(judge)
    node.add_post_set_parameters_callback(lambda ps: seen.extend(p.name for p in ps))
    both = [Parameter('a', value='good'), Parameter('b', value='bad')]
    assert not node.set_parameters_atomically(both).successful
    assert node.get_parameter('a').value == 'x'
    assert [r.successful for r in node.set_parameters(both)] == [True, False]
    assert node.get_parameter('a').value == 'good'
    assert seen == ['a']


def test_prefix(node):
    node.declare_parameters('arm', [('gain', 1.0), ('limit.low', 2)])
    assert {k: p.value for k, p in node.get_parameters_by_prefix('arm').items()} == {
        'gain': 1.0,
        'limit.low': 2,
    }


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


def test_all_six_services_and_events(executor, context, node):
    node.declare_parameter('a.b', 1)
    caller = Node('caller', context=context, start_parameter_services=False)
    events = []
    caller.create_subscription(ParameterEvent, '/parameter_events', events.append, 10)
    executor.add_node(node)
    executor.add_node(caller)

    def call(kind, name, **fields):
        client = caller.create_client(kind, f'/keeper/{name}')
        future = client.call_async(kind.Request(**fields))
        executor.spin_until_future_complete(future, timeout_sec=10)
        return future.result()

    listed = call(ListParameters, 'list_parameters').result
    assert sorted(listed.names) == ['a.b', 'use_sim_time']
    assert listed.prefixes == ['a']
    change = [Parameter('a.b', value=5).to_parameter_msg()]
    assert call(SetParameters, 'set_parameters', parameters=change).results[0].successful
    values = call(GetParameters, 'get_parameters', names=['a.b', 'none']).values
    assert [(v.type, v.integer_value) for v in values] == []
    assert list(call(GetParameterTypes, 'get_parameter_types', names=['a.b']).types) == [2]
    described = call(DescribeParameters, 'describe_parameters', names=['a.b'])
    assert [(d.name, d.type) for d in described.descriptors] == [('a.b', 2)]
    wrong = [Parameter('a.b', value='x').to_parameter_msg()]
    atomic = call(SetParametersAtomically, 'set_parameters_atomically', parameters=wrong)
    assert not atomic.result.successful
    spin_until(executor, lambda: any(e.changed_parameters for e in events))
    (changed,) = next(e for e in events if e.changed_parameters).changed_parameters
    assert (changed.name, changed.value.integer_value) == ('a.b', 5)
