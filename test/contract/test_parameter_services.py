# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A node's parameters, as other nodes see them (rclpy: rclpy/parameter_service.py)."""

import pytest
from rcl_interfaces.msg import ParameterDescriptor, ParameterEvent
from rcl_interfaces.srv import (
    DescribeParameters,
    GetParameters,
    GetParameterTypes,
    ListParameters,
    SetParameters,
    SetParametersAtomically,
)
from rclpy.parameter import Parameter, parameter_value_to_python
from ros_fixtures import spin_until


@pytest.fixture
def node(make_node):
    node = make_node('keeper', namespace='/here')
    node.declare_parameters('', [('a.b', 1), ('c', 'text')])
    return node


@pytest.fixture
def caller(make_node):
    return make_node('caller', start_parameter_services=False)


@pytest.fixture
def call(caller, executor, node):
    """Call one of the node's services: the name, and the request's fields."""

    def call(kind, name, **fields):
        client = caller.create_client(kind, f'/here/keeper/{name}')
        spin_until(executor, client.service_is_ready)
        future = client.call_async(kind.Request(**fields))
        spin_until(executor, future.done)
        return future.result()

    return call


def messages(**parameters):
    return [Parameter(name, value=value).to_parameter_msg() for name, value in parameters.items()]


def test_list(call):
    result = call(ListParameters, 'list_parameters').result
    assert {'a.b', 'c', 'use_sim_time'} <= set(result.names)
    assert 'a' in result.prefixes
    result = call(ListParameters, 'list_parameters', prefixes=['a'], depth=1).result
    assert list(result.names) == ['a.b']


def test_get(call):
    answer = call(GetParameters, 'get_parameters', names=['a.b', 'c'])
    assert [parameter_value_to_python(value) for value in answer.values] == [1, 'text']


def test_types(call):
    answer = call(GetParameterTypes, 'get_parameter_types', names=['a.b', 'c'])
    assert list(answer.types) == [Parameter.Type.INTEGER.value, Parameter.Type.STRING.value]


def test_describe(call, node):
    node.declare_parameter('d', 0.5, ParameterDescriptor(description='what', read_only=True))
    (found,) = call(DescribeParameters, 'describe_parameters', names=['d']).descriptors
    assert (found.name, found.type) == ('d', Parameter.Type.DOUBLE.value)
    assert (found.description, found.read_only) == ('what', True)


@pytest.mark.parametrize(
    ('kind', 'name', 'field'),
    [
        (GetParameters, 'get_parameters', 'values'),
        (GetParameterTypes, 'get_parameter_types', 'types'),
        (DescribeParameters, 'describe_parameters', 'descriptors'),
    ],
)
def test_nothing_is_answered_where_one_is_not_declared(call, kind, name, field):
    assert len(getattr(call(kind, name, names=['c', 'nothing']), field)) == 0


def test_set(call, node):
    wanted = messages(c='new', nothing=1) + messages(**{'a.b': 'wrong'})
    results = call(SetParameters, 'set_parameters', parameters=wanted).results
    assert [result.successful for result in results] == [True, False, False]
    assert all(result.reason for result in results[1:])
    assert [p.value for p in node.get_parameters(['a.b', 'c'])] == [1, 'new']


def test_set_atomically(call, node):
    name = 'set_parameters_atomically'
    wrong = messages(**{'c': 'new', 'a.b': 'wrong'})
    assert not call(SetParametersAtomically, name, parameters=wrong).result.successful
    undeclared = messages(c='new', nothing=1)
    assert not call(SetParametersAtomically, name, parameters=undeclared).result.successful
    assert node.get_parameter('c').value == 'text'
    right = messages(**{'c': 'new', 'a.b': 2})
    assert call(SetParametersAtomically, name, parameters=right).result.successful
    assert [p.value for p in node.get_parameters(['a.b', 'c'])] == [2, 'new']


def test_no_services_where_none_are_wanted(caller, node, executor):
    def services(name, namespace):
        found = caller.get_service_names_and_types_by_node(name, namespace)
        return {service.rpartition('/')[2] for service, _ in found}

    spin_until(executor, lambda: 'list_parameters' in services('keeper', '/here'))
    assert 'list_parameters' not in services('caller', '/')


def test_events(caller, executor, node):
    events = []
    subscription = caller.create_subscription(
        ParameterEvent, '/parameter_events', events.append, 9
    )
    spin_until(executor, lambda: subscription.get_publisher_count() >= 2)
    descriptor = ParameterDescriptor(dynamic_typing=True)
    node.declare_parameter('e', 1, descriptor)
    node.set_parameters([Parameter('e', value=2)])
    node.set_parameters([Parameter('c', value=1)])  # refused: no event
    node.set_parameters([Parameter('e')])
    spin_until(executor, lambda: len(events) >= 3)
    kinds = ('new_parameters', 'changed_parameters', 'deleted_parameters')
    told = [
        [(p.name, parameter_value_to_python(p.value)) for p in getattr(event, kind)]
        for event in events
        for kind in kinds
    ]
    assert told == [[('e', 1)], [], [], [], [('e', 2)], [], [], [], [('e', None)]]
    assert {event.node for event in events} == {'/here/keeper'}
    assert all(event.stamp.sec > 0 for event in events)


def test_one_event_for_what_is_set_atomically(caller, executor, node):
    events = []
    subscription = caller.create_subscription(
        ParameterEvent, '/parameter_events', events.append, 9
    )
    spin_until(executor, lambda: subscription.get_publisher_count() >= 2)
    node.set_parameters_atomically([Parameter('a.b', value=2), Parameter('c', value='new')])
    spin_until(executor, lambda: events)
    assert [p.name for p in events[0].changed_parameters] == ['a.b', 'c']
