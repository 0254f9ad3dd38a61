# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A node's parameters, as the node itself sees them (rclpy: rclpy/node.py, rclpy/parameter.py)."""

import pytest
from rcl_interfaces.msg import (
    FloatingPointRange,
    IntegerRange,
    ParameterDescriptor,
    ParameterType,
    ParameterValue,
    SetParametersResult,
)
from rclpy import exceptions
from rclpy.parameter import Parameter, get_parameter_value, parameter_value_to_python

Type = Parameter.Type
OF_EACH_TYPE = [
    (True, Type.BOOL),
    (3, Type.INTEGER),
    (0.5, Type.DOUBLE),
    ('text', Type.STRING),
    ([b'\x01', b'\x02'], Type.BYTE_ARRAY),
    ([True, False], Type.BOOL_ARRAY),
    ([1, -2], Type.INTEGER_ARRAY),
    ([0.5, 1.5], Type.DOUBLE_ARRAY),
    (['a', 'b'], Type.STRING_ARRAY),
]


@pytest.fixture
def node(make_node):
    return make_node('keeper')


def values(node, *names):
    return [parameter.value for parameter in node.get_parameters(list(names))]


def accept(_):
    return SetParametersResult(successful=True)


def refuse(_):
    return SetParametersResult(successful=False, reason='never')


# The class Parameter.


@pytest.mark.parametrize(('value', 'kind'), OF_EACH_TYPE)
def test_a_parameter_has_the_type_of_its_value(value, kind):
    parameter = Parameter('x', value=value)
    assert (parameter.name, parameter.type_, parameter.value) == ('x', kind, value)


@pytest.mark.parametrize(('value', 'kind'), OF_EACH_TYPE)
def test_a_parameter_survives_its_message(value, kind):
    message = Parameter('x', value=value).to_parameter_msg()
    assert (message.name, message.value.type) == ('x', kind.value)
    again = Parameter.from_parameter_msg(message)
    assert (again.name, again.type_, list(again.value) if isinstance(value, list) else again.value
            ) == ('x', kind, value)  # fmt: skip
    assert parameter_value_to_python(message.value) == value


def test_a_parameter_without_value_is_not_set():
    assert Parameter('x').type_ == Type.NOT_SET
    assert Parameter('x').get_parameter_value().type == ParameterType.PARAMETER_NOT_SET
    assert parameter_value_to_python(ParameterValue()) is None


def test_type_and_value_must_agree():
    with pytest.raises(ValueError, match='do not agree'):
        Parameter('x', Type.INTEGER, 0.5)
    with pytest.raises(TypeError):
        Parameter('x', 'INTEGER', 1)
    with pytest.raises(TypeError):
        Parameter('x', value={})
    with pytest.raises(TypeError):
        Parameter('x', value=[1, 'a'])


def test_an_unknown_type_in_a_message_is_an_error():
    with pytest.raises(RuntimeError, match='unexpected parameter type'):
        parameter_value_to_python(ParameterValue(type=77))


@pytest.mark.parametrize(
    ('text', 'value'),
    [
        ('true', True),
        ('3', 3),
        ('0.5', 0.5),
        ('text', 'text'),
        ('[1, 2]', [1, 2]),
        ('[0.5, 1.5]', [0.5, 1.5]),
        ('[a, b]', ['a', 'b']),
        ('[true, false]', [True, False]),
        ('[1, a]', '[1, a]'),
    ],
)
def test_a_text_is_a_value(text, value):
    assert parameter_value_to_python(get_parameter_value(text)) == value


# Declaring.


@pytest.mark.parametrize(('value', 'kind'), OF_EACH_TYPE)
def test_declare(node, value, kind):
    declared = node.declare_parameter('x', value)
    assert (declared.name, declared.type_, declared.value) == ('x', kind, value)
    assert node.has_parameter('x')
    assert node.get_parameter('x').value == value
    assert node.describe_parameter('x').type == kind.value


def test_declare_with_a_type_alone(node):
    node.declare_parameter('later', Type.STRING)
    with pytest.raises(exceptions.ParameterUninitializedException):
        node.get_parameter('later')
    assert not node.set_parameters([Parameter('later', value=1)])[0].successful
    assert node.set_parameters([Parameter('later', value='now')])[0].successful
    assert node.get_parameter('later').value == 'now'


def test_declare_with_a_name_alone_types_dynamically(node):
    with pytest.warns(UserWarning, match='loose'):
        node.declare_parameter('loose')
    assert node.get_parameter('loose').type_ == Type.NOT_SET
    assert node.describe_parameter('loose').dynamic_typing


def test_a_static_parameter_needs_a_type(node):
    with pytest.raises(ValueError, match='NOT_SET'):
        node.declare_parameter('x', None, ParameterDescriptor())
    with pytest.raises(ValueError, match='NOT_SET'):
        node.declare_parameter('x', Type.NOT_SET)
    with pytest.raises(ValueError, match='dynamic_typing'):
        node.declare_parameter('x', Type.STRING, ParameterDescriptor(dynamic_typing=True))


def test_declare_twice(node):
    node.declare_parameter('x', 1)
    with pytest.raises(exceptions.ParameterAlreadyDeclaredException, match='x'):
        node.declare_parameter('x', 2)
    assert node.get_parameter('x').value == 1


def test_declare_without_name(node):
    with pytest.raises(exceptions.InvalidParameterException):
        node.declare_parameter('', 1)


@pytest.mark.parametrize('entry', [(), ('x', 1, ParameterDescriptor(), 4), (3, 1), ('x', 1, 'no')])
def test_declare_with_wrong_tuples(node, entry):
    with pytest.raises(TypeError):
        node.declare_parameters('', [entry])


def test_declare_several_in_a_namespace(node):
    descriptor = ParameterDescriptor(description='how far')
    declared = node.declare_parameters('arm', [('gain', 1.0), ('limit.low', 2, descriptor)])
    assert [(p.name, p.value) for p in declared] == [('arm.gain', 1.0), ('arm.limit.low', 2)]
    assert node.describe_parameter('arm.limit.low').description == 'how far'


def test_a_descriptor_is_kept_with_name_and_type(node):
    given = ParameterDescriptor(description='what', additional_constraints='none', read_only=True)
    node.declare_parameter('x', 1, given)
    kept = node.describe_parameters(['x'])[0]
    assert (kept.name, kept.type) == ('x', ParameterType.PARAMETER_INTEGER)
    assert (kept.description, kept.additional_constraints) == ('what', 'none')
    assert kept.read_only


def test_use_sim_time_is_declared_by_every_node(node):
    assert node.get_parameter('use_sim_time').value is False


# Limits of a value.


@pytest.mark.parametrize(
    ('limits', 'good', 'bad'),
    [
        ((0, 10, 2), (0, 4, 10), (5, -2, 12)),
        ((0, 10, 0), (0, 7, 10), (-1, 11)),
        ((0, 5, 2), (4, 5), (3,)),  # the edge is always good
    ],
)
def test_integer_range(node, limits, good, bad):
    low, high, step = limits
    limits = IntegerRange(from_value=low, to_value=high, step=step)
    node.declare_parameter('x', low, ParameterDescriptor(integer_range=[limits]))
    for value in (*good, *bad):
        result = node.set_parameters([Parameter('x', value=value)])[0]
        assert result.successful == (value in good)
        assert bool(result.reason) == (value in bad)


@pytest.mark.parametrize(
    ('limits', 'good', 'bad'),
    [
        ((0.0, 1.0, 0.1), (0.0, 0.3, 1.0), (0.35, 1.1, -0.1)),
        ((0.0, 1.0, 0.0), (0.0, 0.123, 1.0), (1.01, -0.01)),
    ],
)
def test_floating_point_range(node, limits, good, bad):
    low, high, step = limits
    limits = FloatingPointRange(from_value=low, to_value=high, step=step)
    node.declare_parameter('x', low, ParameterDescriptor(floating_point_range=[limits]))
    for value in (*good, *bad):
        result = node.set_parameters([Parameter('x', value=value)])[0]
        assert result.successful == (value in good)


def test_a_default_out_of_range_is_refused(node):
    limits = ParameterDescriptor(integer_range=[IntegerRange(from_value=0, to_value=3, step=0)])
    with pytest.raises(exceptions.InvalidParameterValueException, match='out of range'):
        node.declare_parameter('x', 4, limits)
    assert not node.has_parameter('x')


def test_a_declared_type_stays(node):
    node.declare_parameter('rate', 10.0)
    (result,) = node.set_parameters([Parameter('rate', value=3)])
    assert not result.successful
    assert 'Wrong parameter type' in result.reason
    assert node.get_parameter('rate').value == 10.0


def test_read_only(node):
    node.declare_parameter('fixed', 1, ParameterDescriptor(read_only=True))
    (result,) = node.set_parameters([Parameter('fixed', value=2)])
    assert not result.successful
    assert 'read-only' in result.reason
    with pytest.raises(exceptions.ParameterImmutableException):
        node.undeclare_parameter('fixed')
    assert node.get_parameter('fixed').value == 1


def test_a_dynamic_type_changes(node):
    node.declare_parameter('any', None, ParameterDescriptor(dynamic_typing=True))
    assert node.get_parameter('any').value is None
    for value, kind in (('text', Type.STRING), (1, Type.INTEGER)):
        assert node.set_parameters([Parameter('any', value=value)])[0].successful
        assert node.get_parameter('any').value == value
        assert node.describe_parameter('any').type == kind.value


def test_a_static_parameter_cannot_be_unset(node):
    node.declare_parameter('x', 1)
    assert not node.set_parameters([Parameter('x')])[0].successful
    assert node.get_parameter('x').value == 1


def test_a_dynamic_parameter_is_undeclared_by_unsetting_it(node):
    node.declare_parameter('any', 1, ParameterDescriptor(dynamic_typing=True))
    assert node.set_parameters([Parameter('any')])[0].successful
    assert not node.has_parameter('any')


# Reading.


def test_what_is_not_declared(node):
    for ask in (
        node.get_parameter,
        node.get_parameter_type,
        node.describe_parameter,
        node.undeclare_parameter,
    ):
        with pytest.raises(exceptions.ParameterNotDeclaredException, match='nothing'):
            ask('nothing')
    with pytest.raises(exceptions.ParameterNotDeclaredException):
        node.set_parameters([Parameter('nothing', value=1)])
    assert not node.has_parameter('nothing')


def test_get_parameter_or(node):
    node.declare_parameter('x', 1)
    node.declare_parameter('later', Type.INTEGER)
    other = Parameter('other', value=5)
    assert node.get_parameter_or('x', other).value == 1
    assert node.get_parameter_or('nothing', other) is other
    assert node.get_parameter_or('later', other) is other
    assert node.get_parameter_or('nothing').type_ == Type.NOT_SET


def test_get_parameter_type(node):
    node.declare_parameters('', [('x', 1), ('y', 'text')])
    # Jazzy gives the type's number, against its annotation.
    kinds = [Type(kind) for kind in node.get_parameter_types(['x', 'y'])]
    assert kinds == [Type.INTEGER, Type.STRING]


def test_undeclare(node):
    node.declare_parameter('x', 1)
    node.undeclare_parameter('x')
    assert not node.has_parameter('x')
    assert node.declare_parameter('x', 'again').value == 'again'


def test_get_by_prefix(node):
    node.declare_parameters('arm', [('gain', 1.0), ('limit.low', 2)])
    node.declare_parameter('armour', 3)
    found = node.get_parameters_by_prefix('arm')
    assert {name: p.value for name, p in found.items()} == {'gain': 1.0, 'limit.low': 2}
    assert node.get_parameters_by_prefix('none') == {}
    assert 'armour' in node.get_parameters_by_prefix('')


@pytest.mark.parametrize(
    ('prefixes', 'depth', 'names', 'found_prefixes'),
    [
        ([], 0, {'a', 'b.c', 'b.d.e', 'bb.f', 'use_sim_time'}, {'b', 'b.d', 'bb'}),
        ([], 1, {'a', 'use_sim_time'}, set()),
        ([], 2, {'a', 'b.c', 'bb.f', 'use_sim_time'}, {'b', 'bb'}),
        (['b'], 0, {'b.c', 'b.d.e'}, {'b', 'b.d'}),
        (['b'], 1, {'b.c'}, {'b'}),
        (['b.d'], 1, {'b.d.e'}, {'b.d'}),
        (['a', 'bb'], 1, {'a', 'bb.f'}, {'bb'}),
        (['none'], 0, set(), set()),
    ],
)
def test_list(node, prefixes, depth, names, found_prefixes):
    node.declare_parameters('', [('a', 1), ('b.c', 1), ('b.d.e', 1), ('bb.f', 1)])
    result = node.list_parameters(prefixes, depth)
    # A node may have parameters of its own, as newer distributions' nodes do.
    ours = {name for name in result.names if name[:2] in {'a', 'b.', 'bb', 'us'}}
    assert ours == names
    assert {prefix for prefix in result.prefixes if prefix.startswith('b')} == found_prefixes


# Setting.


def test_set_one_by_one(node):
    node.declare_parameters('', [('a', 1), ('b', 2), ('c', 3)])
    results = node.set_parameters(
        [Parameter('a', value=10), Parameter('b', value='x'), Parameter('c', value=30)]
    )
    assert [result.successful for result in results] == [True, False, True]
    assert values(node, 'a', 'b', 'c') == [10, 2, 30]


def test_what_was_set_before_an_undeclared_one_stays_set(node):
    node.declare_parameters('', [('a', 1), ('b', 2)])
    with pytest.raises(exceptions.ParameterNotDeclaredException):
        node.set_parameters(
            [Parameter('a', value=10), Parameter('nothing', value=1), Parameter('b', value=20)]
        )
    assert values(node, 'a', 'b') == [10, 2]


def test_set_all_or_nothing(node):
    node.declare_parameters('', [('a', 1), ('b', 2)])
    wrong = [Parameter('a', value=10), Parameter('b', value='x')]
    assert not node.set_parameters_atomically(wrong).successful
    assert values(node, 'a', 'b') == [1, 2]
    right = [Parameter('a', value=10), Parameter('b', value=20)]
    assert node.set_parameters_atomically(right).successful
    assert values(node, 'a', 'b') == [10, 20]


# Callbacks.


def test_a_callback_refuses(node):
    node.declare_parameters('', [('a', 1), ('b', 2)])
    seen = []

    def judge(parameters):
        seen.append([p.name for p in parameters])
        return SetParametersResult(successful=all(p.value < 10 for p in parameters), reason='big')

    node.add_on_set_parameters_callback(judge)
    both = [Parameter('a', value=3), Parameter('b', value=30)]
    result = node.set_parameters_atomically(both)
    assert (result.successful, result.reason) == (False, 'big')
    assert values(node, 'a', 'b') == [1, 2]
    assert [r.successful for r in node.set_parameters(both)] == [True, False]
    assert values(node, 'a', 'b') == [3, 2]
    assert seen == [['a', 'b'], ['a'], ['b']]


def test_the_last_added_callback_is_asked_first_and_a_refusal_ends_it(node):
    node.declare_parameter('a', 1)
    asked = []
    node.add_on_set_parameters_callback(lambda ps: (asked.append('first'), accept(ps))[1])
    node.add_on_set_parameters_callback(lambda ps: (asked.append('second'), refuse(ps))[1])
    node.add_on_set_parameters_callback(lambda ps: (asked.append('third'), accept(ps))[1])
    assert not node.set_parameters([Parameter('a', value=2)])[0].successful
    assert asked == ['third', 'second']


def test_a_callback_is_asked_at_declaration(node):
    node.add_on_set_parameters_callback(refuse)
    with pytest.raises(exceptions.InvalidParameterValueException, match='never'):
        node.declare_parameter('x', 1)
    assert not node.has_parameter('x')
    node.remove_on_set_parameters_callback(refuse)
    assert node.declare_parameter('x', 1).value == 1


def test_a_callback_before_changes_the_list(node):
    node.declare_parameters('', [('a', 1), ('double', 2)])

    def also_double(parameters):
        return [*parameters, Parameter('double', value=2 * parameters[0].value)]

    node.add_pre_set_parameters_callback(also_double)
    assert node.set_parameters([Parameter('a', value=4)])[0].successful
    assert values(node, 'a', 'double') == [4, 8]
    node.remove_pre_set_parameters_callback(also_double)
    assert node.set_parameters([Parameter('a', value=5)])[0].successful
    assert values(node, 'a', 'double') == [5, 8]


def test_what_callbacks_before_give_is_put_together(node):
    node.declare_parameters('', [('a', 1), ('b', 1), ('c', 1)])
    node.add_pre_set_parameters_callback(lambda ps: [Parameter('b', value=ps[0].value + 1)])
    node.add_pre_set_parameters_callback(lambda ps: [Parameter('c', value=ps[0].value + 2)])
    assert node.set_parameters([Parameter('a', value=4)])[0].successful
    assert values(node, 'a', 'b', 'c') == [1, 5, 6]


def test_an_empty_list_is_not_set(node):
    node.declare_parameter('a', 1)
    node.add_pre_set_parameters_callback(lambda _: [])
    (result,) = node.set_parameters([Parameter('a', value=2)])
    assert not result.successful
    assert 'empty' in result.reason
    assert node.get_parameter('a').value == 1


def test_no_callback_before_at_declaration(node):
    node.add_pre_set_parameters_callback(lambda _: [])
    assert node.declare_parameter('x', 1).value == 1


def test_a_callback_after_is_told_what_was_set(node):
    told = []

    def note(parameters):
        told.append([(p.name, p.value, node.get_parameter(p.name).value) for p in parameters])

    node.declare_parameter('a', 1)
    node.add_post_set_parameters_callback(note)
    node.declare_parameter('b', 2)
    node.set_parameters([Parameter('a', value='wrong')])
    node.set_parameters_atomically([Parameter('a', value=3), Parameter('b', value=4)])
    assert told == [[('b', 2, 2)], [('a', 3, 3), ('b', 4, 4)]]
    node.remove_post_set_parameters_callback(note)
    node.set_parameters([Parameter('a', value=5)])
    assert len(told) == 2


def test_a_callback_that_is_not_there_is_not_removed(node):
    for remove in (
        node.remove_pre_set_parameters_callback,
        node.remove_on_set_parameters_callback,
        node.remove_post_set_parameters_callback,
    ):
        with pytest.raises(ValueError, match='not in list'):
            remove(accept)


# Values from outside, and undeclared parameters.


def test_an_override_replaces_the_default(make_node):
    node = make_node('keeper', parameter_overrides=[Parameter('x', value=7)])
    assert not node.has_parameter('x')
    assert node.declare_parameter('x', 1).value == 7
    assert node.declare_parameter('y', 1).value == 1


def test_an_override_can_be_ignored(make_node):
    node = make_node('keeper', parameter_overrides=[Parameter('x', value=7)])
    assert node.declare_parameter('x', 1, ignore_override=True).value == 1


def test_an_override_gives_a_value_to_a_type_alone(make_node):
    node = make_node('keeper', parameter_overrides=[Parameter('x', value=7)])
    assert node.declare_parameter('x', Type.INTEGER).value == 7


def test_an_override_sets_what_is_read_only(make_node):
    node = make_node('keeper', parameter_overrides=[Parameter('x', value=7)])
    assert node.declare_parameter('x', 1, ParameterDescriptor(read_only=True)).value == 7


def test_an_override_of_another_type_is_an_error(make_node):
    node = make_node('keeper', parameter_overrides=[Parameter('x', value='text')])
    with pytest.raises(exceptions.InvalidParameterTypeException, match='INTEGER'):
        node.declare_parameter('x', 1)
    assert not node.has_parameter('x')


def test_an_override_out_of_range_is_an_error(make_node):
    node = make_node('keeper', parameter_overrides=[Parameter('x', value=9)])
    limits = ParameterDescriptor(integer_range=[IntegerRange(from_value=0, to_value=3, step=0)])
    with pytest.raises(exceptions.InvalidParameterValueException):
        node.declare_parameter('x', 1, limits)


def test_overrides_are_declared_automatically(make_node):
    node = make_node(
        'keeper',
        parameter_overrides=[Parameter('x', value=7), Parameter('use_sim_time', value=True)],
        automatically_declare_parameters_from_overrides=True,
    )
    assert values(node, 'x', 'use_sim_time') == [7, True]
    with pytest.raises(exceptions.ParameterAlreadyDeclaredException):
        node.declare_parameter('x', 1)


def test_undeclared_parameters_can_be_allowed(make_node):
    node = make_node('keeper', allow_undeclared_parameters=True)
    assert node.get_parameter('x').type_ == Type.NOT_SET
    assert Type(node.get_parameter_type('x')) == Type.NOT_SET
    assert node.describe_parameter('x').name == ''
    assert node.set_parameters([Parameter('x', value=1)])[0].successful
    assert node.set_parameters([Parameter('x', value='other type')])[0].successful
    assert node.get_parameter('x').value == 'other type'
    assert node.set_parameters([Parameter('x')])[0].successful
    assert not node.has_parameter('x')
    with pytest.raises(exceptions.ParameterNotDeclaredException):
        node.undeclare_parameter('x')
