# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What stands after --ros-args (rcl: rcl/src/rcl/arguments.c, rcl_yaml_param_parser)."""

import math

import pytest
from rclpy.context import Context
from rclpy.parameter import Parameter
from rclpy.utilities import remove_ros_args

Type = Parameter.Type


@pytest.fixture
def given(make_node):
    """Make a node with a command line of its own."""

    def make(*arguments, name='driver', **options):
        options.setdefault('allow_undeclared_parameters', True)
        options.setdefault('automatically_declare_parameters_from_overrides', True)
        return make_node(name, cli_args=['--ros-args', *map(str, arguments)], **options)

    return make


@pytest.fixture
def process_given(domain):
    """Initialise a context with a command line of the whole process."""
    contexts = []

    def make(*arguments):
        contexts.append(Context())
        contexts[-1].init(['program', *map(str, arguments)])
        return contexts[-1]

    yield make
    for context in contexts:
        context.try_shutdown()


def value(node, name):
    return node.get_parameter(name).value


# Names.


def test_node_name_and_namespace(given):
    node = given('-r', '__node:=other', '-r', '__ns:=/arm/left')
    assert node.get_name() == 'other'
    assert node.get_namespace() == '/arm/left'
    assert node.get_fully_qualified_name() == '/arm/left/other'
    assert node.get_logger().name == 'arm.left.other'


def test_the_long_flag(given):
    assert given('--remap', '__node:=other').get_name() == 'other'


def test_rules_can_be_for_one_node(given):
    rules = ('-r', 'driver:__ns:=/mine', '-r', 'camera:__ns:=/other')
    assert given(*rules).get_namespace() == '/mine'
    assert given(*rules, name='lidar').get_namespace() == '/'


def test_rules_are_for_the_name_that_a_node_was_given_by_others(given):
    # rcl/src/rcl/node.c: the name is remapped first.
    rules = ('-r', '__node:=other', '-r', 'other:__ns:=/mine', '-r', 'other:a:=b')
    assert given(*rules).resolve_topic_name('a') == '/mine/b'
    assert given('-r', '__node:=other', '-r', 'driver:a:=b').resolve_topic_name('a') == '/a'


@pytest.mark.parametrize(
    ('rule', 'topic', 'resolved'),
    [
        ('chatter:=news', 'chatter', '/ns/news'),
        ('chatter:=/news', 'chatter', '/news'),
        ('/ns/chatter:=/news', 'chatter', '/news'),
        ('chatter:=news', '/ns/chatter', '/ns/news'),
        ('chatter:=news', '/chatter', '/chatter'),
        ('~/out:=/news', '~/out', '/news'),
        ('out:=~/news', 'out', '/ns/driver/news'),
        ('driver:chatter:=news', 'chatter', '/ns/news'),
        ('camera:chatter:=news', 'chatter', '/ns/chatter'),
        ('rostopic://chatter:=news', 'chatter', '/ns/news'),
        ('rosservice://chatter:=news', 'chatter', '/ns/chatter'),
    ],
)
def test_topic_rules(given, rule, topic, resolved):
    node = given('-r', rule, namespace='/ns')
    assert node.resolve_topic_name(topic) == resolved


def test_service_rules(given):
    node = given('-r', 'rostopic://ask:=a', '-r', 'rosservice://ask:=b', '-r', 'tell:=c')
    assert node.resolve_service_name('ask') == '/b'
    assert node.resolve_service_name('tell') == '/c'


def test_the_first_rule_that_fits_counts_and_only_once(given):
    node = given('-r', 'a:=b', '-r', 'a:=c', '-r', 'b:=d')
    assert node.resolve_topic_name('a') == '/b'
    assert node.resolve_topic_name('b') == '/d'


def test_rules_apply_to_what_a_node_makes(given):
    from std_msgs.msg import String  # noqa: PLC0415
    from std_srvs.srv import Trigger  # noqa: PLC0415

    node = given('-r', 'chatter:=/news', '-r', 'ask:=/question')
    assert node.create_publisher(String, 'chatter', 1).topic_name == '/news'
    assert node.create_service(Trigger, 'ask', lambda _, r: r).srv_name == '/question'


# Values on the command line.


@pytest.mark.parametrize(
    ('text', 'kind', 'expected'),
    [
        ('true', Type.BOOL, True),
        ('Off', Type.BOOL, False),
        ('y', Type.BOOL, True),
        ('5', Type.INTEGER, 5),
        ('-5', Type.INTEGER, -5),
        ('0x1F', Type.INTEGER, 31),
        ('1.5', Type.DOUBLE, 1.5),
        ('1.', Type.DOUBLE, 1.0),
        ('1e-3', Type.DOUBLE, 0.001),
        ('2e3', Type.DOUBLE, 2000.0),
        ('.inf', Type.DOUBLE, math.inf),
        ('-.inf', Type.DOUBLE, -math.inf),
        ('text', Type.STRING, 'text'),
        ('"5"', Type.STRING, '5'),
        ("'true'", Type.STRING, 'true'),
        ('12:30', Type.STRING, '12:30'),
        ('2020-01-01', Type.STRING, '2020-01-01'),
        ('1_000', Type.STRING, '1_000'),
        ('/a/path', Type.STRING, '/a/path'),
        ('[1, 2]', Type.INTEGER_ARRAY, [1, 2]),
        ('[1.0, 2.5]', Type.DOUBLE_ARRAY, [1.0, 2.5]),
        ('[a, "5"]', Type.STRING_ARRAY, ['a', '5']),
        ('[true, no]', Type.BOOL_ARRAY, [True, False]),
    ],
)
def test_values(given, text, kind, expected):
    parameter = given('-p', f'x:={text}').get_parameter('x')
    assert parameter.type_ == kind
    found = list(parameter.value) if isinstance(expected, list) else parameter.value
    assert found == expected


def test_not_a_number(given):
    assert math.isnan(value(given('--param', 'x:=.nan'), 'x'))


def test_dotted_names_and_nodes(given):
    node = given('-p', 'arm.gain:=1.5', '-p', 'driver:mine:=1', '-p', 'camera:other:=2')
    assert value(node, 'arm.gain') == 1.5
    assert value(node, 'mine') == 1
    assert not node.has_parameter('other')


def test_the_last_value_counts(given):
    assert value(given('-p', 'x:=1', '-p', 'x:=2'), 'x') == 2


def test_a_value_in_the_code_comes_before_the_command_line(given):
    node = given('-p', 'x:=1', '-p', 'y:=2', parameter_overrides=[Parameter('x', value=7)])
    assert (value(node, 'x'), value(node, 'y')) == (7, 2)


@pytest.mark.parametrize('rule', ['x', 'x:=[1, a]', 'x:=[1, 2.5]', 'x:='])
def test_wrong_values_are_refused(given, rule):
    with pytest.raises(RuntimeError):
        given('-p', rule)


# Parameter files.


@pytest.fixture
def file(tmp_path):
    """Write a parameter file and give its path."""
    paths = iter(tmp_path / f'{number}.yaml' for number in range(9))

    def write(text):
        path = next(paths)
        path.write_text(text)
        return path

    return write


FILE = """
/**:
  ros__parameters: {everywhere: 1, gain: 1.0}
/arm/*:
  ros__parameters:
    gain: 2.0
    nested: {deep: 1e-3, list: [a, b], switch: on}
/arm/driver:
  ros__parameters: {gain: 3.0}
other:
  ros__parameters: {everywhere: 9}
left:
  driver:
    ros__parameters: {side: left}
/deep/**:
  ros__parameters: {depth: any}
"""
NESTED = {'nested.deep': 0.001, 'nested.list': ['a', 'b'], 'nested.switch': True}


@pytest.mark.parametrize(
    ('namespace', 'name', 'expected'),
    [
        ('/arm', 'driver', {'everywhere': 1, 'gain': 3.0, **NESTED}),
        ('/arm', 'camera', {'everywhere': 1, 'gain': 2.0, **NESTED}),
        ('/', 'other', {'everywhere': 9, 'gain': 1.0}),
        ('/elsewhere', 'other', {'everywhere': 1, 'gain': 1.0}),
        ('/left', 'driver', {'everywhere': 1, 'gain': 1.0, 'side': 'left'}),
        ('/deep', 'a', {'everywhere': 1, 'gain': 1.0, 'depth': 'any'}),
        ('/deep/down', 'a', {'everywhere': 1, 'gain': 1.0, 'depth': 'any'}),
    ],
)
def test_which_nodes_a_file_is_for(given, file, namespace, name, expected):
    node = given('--params-file', file(FILE), name=name, namespace=namespace)
    found = {name: p.value for name, p in node.get_parameters_by_prefix('').items()}
    assert {n: list(v) if isinstance(v, list) else v for n, v in found.items()
            if n in {*expected, 'side', 'depth'}} == expected  # fmt: skip


def test_later_files_and_values_win(given, file):
    first = file('/**:\n  ros__parameters: {a: 1, b: 1, c: 1}\n')
    second = file('/**:\n  ros__parameters: {b: 2, c: 2}\n')
    node = given('--params-file', first, '--params-file', second, '-p', 'c:=3')
    assert [value(node, name) for name in 'abc'] == [1, 2, 3]


@pytest.mark.parametrize(
    'text',
    [
        '/**:\n  ros__parameters: {x: [1, 2.0]}\n',
        '/**:\n  ros__parameters: {x: [1, a]}\n',
        'x: 1\n',
        '/**: [not a mapping\n',
    ],
)
def test_wrong_files_are_refused(given, file, text):
    with pytest.raises(RuntimeError):
        given('--params-file', file(text))


def test_a_missing_file_is_refused(given, tmp_path):
    with pytest.raises(RuntimeError):
        given('--params-file', tmp_path / 'nothing.yaml')


# The process' arguments.


def test_a_process_has_arguments_for_all_its_nodes(process_given):
    from rclpy.node import Node  # noqa: PLC0415

    rules = '-p', 'x:=1', '-p', 'y:=1', '-p', 'own:x:=3', '-r', 'a:=b'
    context = process_given('--ros-args', *rules)
    plain = Node('plain', context=context)
    assert plain.declare_parameter('x', 0).value == 1
    assert plain.resolve_topic_name('a') == '/b'
    own = Node('own', context=context, cli_args=['--ros-args', '-p', 'x:=2', '-r', 'a:=c'])
    assert own.declare_parameter('x', 0).value == 2
    assert own.declare_parameter('y', 0).value == 1
    assert own.resolve_topic_name('a') == '/c'
    alone = Node('alone', context=context, use_global_arguments=False)
    assert alone.declare_parameter('x', 0).value == 0
    assert alone.resolve_topic_name('a') == '/a'
    for node in (plain, own, alone):
        node.destroy_node()


@pytest.mark.parametrize(
    'arguments',
    [
        ['--nonsense'],
        ['nonsense'],
        ['-r'],
        ['-r', 'no rule'],
        ['-p', 'novalue'],
        ['--params-file'],
        ['--log-level', 'loud'],
        ['--log-level', ':=info'],
    ],
)
def test_what_is_not_known_is_refused(process_given, arguments):
    with pytest.raises(RuntimeError):
        process_given('--ros-args', *arguments)


def test_arguments_that_are_not_for_ros_are_left_alone(process_given):
    process_given('--nonsense', '--ros-args', '-p', 'x:=1', '--', '--more', '-p')


def test_remove_ros_args():
    line = ['program', '-v', '--ros-args', '-r', 'a:=b', '--log-level', 'info', '--', 'file',
            '--ros-args', '-p', 'x:=1']  # fmt: skip
    assert remove_ros_args(line) == ['program', '-v', 'file']
    assert remove_ros_args(['program']) == ['program']
    with pytest.raises(RuntimeError):
        remove_ros_args(['program', '--ros-args', '--nonsense'])
