# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Substitutions, conditions, arguments, groups, includes and events of launch."""

from __future__ import annotations

from typing import List  # noqa: UP035  what launch files write

from launch import LaunchContext, LaunchDescription, LaunchService
from launch.actions import (
    DeclareLaunchArgument,
    EmitEvent,
    GroupAction,
    IncludeLaunchDescription,
    LogInfo,
    OpaqueFunction,
    RegisterEventHandler,
    SetEnvironmentVariable,
    SetLaunchConfiguration,
    Shutdown,
    TimerAction,
    UnsetEnvironmentVariable,
)
from launch.conditions import IfCondition, InvalidConditionExpressionError, UnlessCondition
from launch.event_handlers import OnShutdown
from launch.events import Shutdown as ShutdownEvent
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import (
    AndSubstitution,
    EnvironmentVariable,
    EqualsSubstitution,
    FindExecutable,
    IfElseSubstitution,
    LaunchConfiguration,
    NotEqualsSubstitution,
    NotSubstitution,
    PathJoinSubstitution,
    PythonExpression,
    SubstitutionFailure,
    TextSubstitution,
    ThisLaunchFileDir,
)
from launch.utilities.type_utils import perform_typed_substitution
import pytest


def run(*entities):
    service = LaunchService()
    service.include_launch_description(LaunchDescription(entities))
    return service.run()


def context(**configurations):
    found = LaunchContext()
    found.launch_configurations.update(configurations)
    return found


@pytest.mark.parametrize(
    ('substitution', 'expected'),
    [
        (TextSubstitution(text='a'), 'a'),
        (LaunchConfiguration('x'), '3'),
        (LaunchConfiguration('none', default=5), '5'),
        (LaunchConfiguration('none', default=['a', LaunchConfiguration('x')]), 'a3'),
        (EnvironmentVariable('NOT_SET_HERE', default_value='d'), 'd'),
        (PathJoinSubstitution(['/a', LaunchConfiguration('x'), 'b.yaml']), '/a/3/b.yaml'),
        (PythonExpression([LaunchConfiguration('x'), ' + 1']), '4'),
        (PythonExpression(["'", LaunchConfiguration('x'), "' == '3' and cos(0) == 1"]), 'True'),
        (EqualsSubstitution(LaunchConfiguration('x'), '3.0'), 'true'),
        (EqualsSubstitution('True', 1), 'true'),
        (EqualsSubstitution('a', 'A'), 'false'),
        (NotEqualsSubstitution(LaunchConfiguration('x'), 4), 'true'),
        (NotSubstitution('1'), 'false'),
        (AndSubstitution('true', LaunchConfiguration('t')), 'true'),
        (IfElseSubstitution(LaunchConfiguration('t'), 'yes', 'no'), 'yes'),
        (IfElseSubstitution('false', if_value='yes'), ''),
    ],
)
def test_substitutions_perform(substitution, expected):
    assert substitution.perform(context(x='3', t='true')) == expected


def test_what_is_not_there_fails_by_name():
    with pytest.raises(SubstitutionFailure, match="'nope' does not exist"):
        LaunchConfiguration('nope').perform(context())
    with pytest.raises(SubstitutionFailure, match="'nope' not found on the PATH"):
        FindExecutable('nope').perform(context())
    assert FindExecutable('sh').perform(context()).endswith('/sh')


@pytest.mark.parametrize(
    ('value', 'data_type', 'expected'),
    [
        (LaunchConfiguration('x'), None, 3),
        (LaunchConfiguration('x'), str, '3'),
        (LaunchConfiguration('x'), float, 3.0),
        ('text', None, 'text'),
        ([LaunchConfiguration('x'), '4'], int, 34),
        (LaunchConfiguration('l'), List[int], [1, 2]),  # noqa: UP006  as above
        ([[LaunchConfiguration('x')], [LaunchConfiguration('x')]], list[int], [3, 3]),
        (LaunchConfiguration('one'), bool, True),
    ],
)
def test_typed_substitutions(value, data_type, expected):
    found = perform_typed_substitution(context(x='3', l='[1, 2]', one='1'), value, data_type)
    assert found == expected
    assert type(found) is type(expected)


def test_typed_substitutions_refuse_other_types():
    with pytest.raises(TypeError):
        perform_typed_substitution(context(), 'text', int)
    with pytest.raises(ValueError, match='abc'):
        perform_typed_substitution(context(x='abc'), LaunchConfiguration('x'), float)
    with pytest.raises(ValueError, match='Cannot convert'):
        perform_typed_substitution(context(x='[1, a]'), LaunchConfiguration('x'), None)


def test_conditions():
    assert IfCondition(' True ').evaluate(context())
    assert not IfCondition(LaunchConfiguration('x')).evaluate(context(x='0'))
    assert UnlessCondition('false').evaluate(context())
    with pytest.raises(InvalidConditionExpressionError, match='maybe'):
        IfCondition('maybe').evaluate(context())


def test_unsupported_names_say_so():
    with pytest.raises(NotImplementedError, match=r'launch\.substitutions\.Command'):
        from launch.substitutions import Command  # noqa: F401,PLC0415
    with pytest.raises(ImportError):
        from launch.substitutions import Nonsense  # noqa: F401,PLC0415


def test_declared_arguments(capsys):
    seen = []
    code = run(
        DeclareLaunchArgument('a', default_value=['x', 'y']),
        DeclareLaunchArgument('b', default_value=LaunchConfiguration('a'), choices=['xy', 'z']),
        OpaqueFunction(function=lambda c: seen.append(dict(c.launch_configurations))),
    )
    assert (code, seen) == (0, [{'a': 'xy', 'b': 'xy'}])
    assert run(SetLaunchConfiguration('b', 'q'), DeclareLaunchArgument('b', choices=['z'])) == 1
    assert 'Argument "b" provided value "q" is not valid' in capsys.readouterr().out
    assert run(DeclareLaunchArgument('must')) == 1
    assert 'Required launch argument "must" was not provided' in capsys.readouterr().out


def test_default_must_be_a_choice():
    with pytest.raises(RuntimeError, match='not in provided choices'):
        DeclareLaunchArgument('b', default_value='q', choices=['z'])
    described = DeclareLaunchArgument('b', description='What.', choices=['z']).description
    assert described == "What. Valid choices are: ['z']"


def test_groups_scope_configurations_and_environment(monkeypatch):
    monkeypatch.delenv('LAUNCH_TEST', raising=False)
    seen = []

    def look(context):
        seen.append((dict(context.launch_configurations), context.environment.get('LAUNCH_TEST')))

    inside = [
        SetLaunchConfiguration('x', '2'),
        SetEnvironmentVariable('LAUNCH_TEST', 'in'),
        OpaqueFunction(function=look),
    ]
    run(
        SetLaunchConfiguration('x', '1'),
        GroupAction(inside),
        OpaqueFunction(function=look),
        GroupAction(
            [OpaqueFunction(function=look)],
            forwarding=False,
            launch_configurations={'y': LaunchConfiguration('x')},
        ),
        GroupAction([SetLaunchConfiguration('x', '3')], scoped=False),
        GroupAction([SetLaunchConfiguration('x', '4')], condition=IfCondition('false')),
        OpaqueFunction(function=look),
        UnsetEnvironmentVariable('LAUNCH_TEST'),
    )
    assert seen == [({'x': '2'}, 'in'), ({'x': '1'}, None), ({'y': '1'}, None), ({'x': '3'}, None)]


INCLUDED = """
from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, LogInfo
from launch.substitutions import LaunchConfiguration, ThisLaunchFileDir


def generate_launch_description():
    return LaunchDescription([
        DeclareLaunchArgument('who', description='whom to greet'),
        LogInfo(msg=['hello ', LaunchConfiguration('who'), ' from ', ThisLaunchFileDir()]),
    ])
"""


def test_includes_take_arguments(tmp_path, capsys):
    (tmp_path / 'sub').mkdir()
    path = tmp_path / 'sub' / 'inner.launch.py'
    path.write_text(INCLUDED)
    arguments = {'who': LaunchConfiguration('name')}
    include = IncludeLaunchDescription(
        PythonLaunchDescriptionSource([str(tmp_path), '/sub/inner.launch.py']),
        launch_arguments=arguments.items(),
    )
    outer = tmp_path / 'outer.launch.py'
    outer.write_text('')
    assert run(SetLaunchConfiguration('name', 'you'), include) == 0
    assert f'[INFO] [launch.user]: hello you from {tmp_path}/sub' in capsys.readouterr().out
    bare = IncludeLaunchDescription(PythonLaunchDescriptionSource(str(path)))
    assert [a.name for a in LaunchDescription([bare]).get_launch_arguments()] == ['who']
    assert run(bare) == 1
    assert "missing required argument 'who'" in capsys.readouterr().out


def test_this_launch_file_dir_comes_back_after_an_include(tmp_path, capsys):
    (tmp_path / 'sub').mkdir()
    (tmp_path / 'sub' / 'inner.launch.py').write_text(INCLUDED)
    (tmp_path / 'outer.launch.py').write_text("""
from launch import LaunchDescription
from launch.actions import IncludeLaunchDescription, LogInfo
from launch.substitutions import PathJoinSubstitution, ThisLaunchFileDir


def generate_launch_description():
    inner = PathJoinSubstitution([ThisLaunchFileDir(), 'sub', 'inner.launch.py'])
    include = IncludeLaunchDescription(inner, launch_arguments=[('who', 'x')])
    return LaunchDescription([include, LogInfo(msg=['outer in ', ThisLaunchFileDir()])])
""")
    assert run(IncludeLaunchDescription(str(tmp_path / 'outer.launch.py'))) == 0
    out = capsys.readouterr().out
    assert f'hello x from {tmp_path}/sub\n' in out
    assert f'outer in {tmp_path}\n' in out


def test_only_python_launch_files(tmp_path, capsys):
    assert run(IncludeLaunchDescription(str(tmp_path / 'a.launch.xml'))) == 1
    assert 'only Python launch files are supported' in capsys.readouterr().out


def test_outside_of_a_launch_file():
    with pytest.raises(SubstitutionFailure, match='outside of a launch file'):
        ThisLaunchFileDir().perform(context())


def test_timers_fire_in_order_and_shutdown_cancels_them(capsys):
    code = run(
        TimerAction(period=0.2, actions=[LogInfo(msg='second'), Shutdown(reason='enough')]),
        TimerAction(period=0.05, actions=[LogInfo(msg='first')]),
        TimerAction(period=600.0, actions=[LogInfo(msg='never')]),
        RegisterEventHandler(
            OnShutdown(on_shutdown=lambda event, _: [LogInfo(msg=f'end: {event.reason}')])
        ),
    )
    lines = [line.split(': ', 1)[1] for line in capsys.readouterr().out.splitlines()]
    assert (code, lines) == (0, ['first', 'second', 'end: enough'])


def test_events_reach_handlers(capsys):
    assert (
        run(
            RegisterEventHandler(OnShutdown(on_shutdown=[LogInfo(msg='over')])),
            EmitEvent(event=ShutdownEvent(reason='because')),
        )
        == 0
    )
    assert capsys.readouterr().out.count('over') == 1


def test_errors_in_functions_end_the_launch(capsys):
    def fail(_):
        raise KeyError('broken')

    assert run(OpaqueFunction(function=fail)) == 1
    assert "Caught exception in launch (see debug for traceback): 'broken'" in (
        capsys.readouterr().out
    )


def test_deprecated_descriptions_say_so(capsys):
    assert run(LaunchDescription([LogInfo(msg='still')], deprecated_reason='use other')) == 0
    out = capsys.readouterr().out
    assert '[WARNING] [launch]: loading deprecated launch file: use other\n' in out
    assert 'still' in out
