# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Arguments, scopes, includes, events and errors in a LaunchService (ros2/launch launch/)."""

from __future__ import annotations

import importlib
import sys

from launch import LaunchDescription, LaunchService
from launch.actions import (
    DeclareLaunchArgument,
    EmitEvent,
    ExecuteProcess,
    GroupAction,
    IncludeLaunchDescription,
    LogInfo,
    OpaqueFunction,
    RegisterEventHandler,
    SetEnvironmentVariable,
    SetLaunchConfiguration,
    Shutdown,
    TimerAction,
)
from launch.conditions import IfCondition, UnlessCondition
from launch.event_handlers import OnProcessExit, OnProcessStart, OnShutdown
from launch.events import Shutdown as ShutdownEvent
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import (
    EnvironmentVariable,
    LaunchConfiguration,
    PathJoinSubstitution,
    TextSubstitution,
)
import pytest


def run(*entities):
    service = LaunchService()
    service.include_launch_description(LaunchDescription(entities))
    return service.run()


class Seen(list):
    """What was performed at some points of a launch."""

    def look(self, *substitutions, **options):
        """Return an action that notes what the substitutions are by then."""

        def note(context):
            self.append(''.join(sub.perform(context) for sub in substitutions))

        return OpaqueFunction(function=note, **options)

    def note(self, text, **options):
        return self.look(TextSubstitution(text=text), **options)


@pytest.fixture
def seen():
    return Seen()


X = LaunchConfiguration('x', default='-')


# ---- arguments


def test_default_of_an_argument(seen):
    arguments = [
        DeclareLaunchArgument('a', default_value=['1', '2']),
        DeclareLaunchArgument('x', default_value=LaunchConfiguration('a'), choices=['12', 'z']),
    ]
    assert run(*arguments, seen.look(X)) == 0
    assert seen == ['12']


def test_a_configuration_wins_over_the_default(seen):
    run(SetLaunchConfiguration('x', 'a'), DeclareLaunchArgument('x', default_value='b'),
        seen.look(X))  # fmt: skip
    assert seen == ['a']


def test_missing_argument_ends_the_launch(seen):
    assert run(DeclareLaunchArgument('must'), seen.note('never')) == 1
    assert seen == []


def test_value_that_is_no_choice_ends_the_launch(seen):
    entities = [SetLaunchConfiguration('x', 'q'), DeclareLaunchArgument('x', choices=['z'])]
    assert run(*entities, seen.note('never')) == 1
    assert seen == []


def test_default_must_be_a_choice():
    with pytest.raises(RuntimeError):
        DeclareLaunchArgument('b', default_value='q', choices=['z'])
    with pytest.raises(RuntimeError):
        DeclareLaunchArgument('b', choices=[])


def test_arguments_of_a_description_are_told():
    def described(**options):
        return DeclareLaunchArgument('b', **options).description

    assert described() == 'no description given'
    assert described(description='What') == 'What'
    assert described(choices=['z']) == "One of: ['z']"
    assert described(description='What', choices=['z']) == "What. Valid choices are: ['z']"
    group = GroupAction([DeclareLaunchArgument('inner', default_value='1')])
    found = LaunchDescription([DeclareLaunchArgument('outer'), group]).get_launch_arguments()
    assert [argument.name for argument in found] == ['outer', 'inner']
    assert found[0].default_value is None
    assert found[1].default_value[0].text == '1'


# ---- scopes and conditions


def test_condition_decides_whether_an_action_is_executed(seen):
    run(
        seen.note('a', condition=IfCondition('true')),
        seen.note('b', condition=IfCondition('false')),
        seen.note('c', condition=UnlessCondition('false')),
        GroupAction([seen.note('d')], condition=UnlessCondition('true')),
    )
    assert seen == ['a', 'c']


def test_group_is_a_scope_of_configurations(seen):
    inside = [SetLaunchConfiguration('x', '2'), SetLaunchConfiguration('y', '9'), seen.look(X)]
    y = LaunchConfiguration('y', default='-')
    run(SetLaunchConfiguration('x', '1'), GroupAction(inside), seen.look(X, y))
    assert seen == ['2', '1-']


def test_group_is_a_scope_of_the_environment(seen, monkeypatch):
    monkeypatch.setenv('LAUNCH_TEST', 'out')
    variable = EnvironmentVariable('LAUNCH_TEST')
    inside = [SetEnvironmentVariable('LAUNCH_TEST', ['i', X, 'n']), seen.look(variable)]
    run(GroupAction(inside), seen.look(variable))
    assert seen == ['i-n', 'out']


def test_group_without_a_scope(seen):
    run(GroupAction([SetLaunchConfiguration('x', '3')], scoped=False), seen.look(X))
    assert seen == ['3']


def test_group_with_configurations_of_its_own(seen):
    run(GroupAction([seen.look(X)], launch_configurations={'x': '5'}), seen.look(X))
    assert seen == ['5', '-']


# ---- functions


def test_function_gets_the_context_and_gives_entities(seen):
    def function(context, first, *, second):
        return [SetLaunchConfiguration('x', [first, second]), seen.look(X)]

    assert run(OpaqueFunction(function=function, args=['a'], kwargs={'second': 'b'})) == 0
    assert seen == ['ab']


def test_error_in_a_function_ends_the_launch(seen):
    def fail(_):
        raise KeyError('broken')

    over = RegisterEventHandler(OnShutdown(on_shutdown=[seen.note('over')]))
    assert run(over, OpaqueFunction(function=fail), seen.note('never')) == 1
    assert seen == ['over']


def test_descriptions_nest(seen):
    assert run(LaunchDescription([seen.note('in')]), seen.note('out')) == 0
    assert seen == ['in', 'out']


def test_entities_can_be_added(seen):
    description = LaunchDescription()
    description.add_action(seen.note('a'))
    description.add_entity(seen.note('b'))
    assert run(description) == 0
    assert seen == ['a', 'b']


# ---- includes

INNER = """
from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, SetEnvironmentVariable
from launch.substitutions import LaunchConfiguration, ThisLaunchFileDir


def generate_launch_description():
    return LaunchDescription([
        DeclareLaunchArgument('who', description='whom to greet'),
        SetEnvironmentVariable('GREETED', [LaunchConfiguration('who'), ' ', ThisLaunchFileDir()]),
    ])
"""


@pytest.fixture
def inner(tmp_path, monkeypatch):
    monkeypatch.setenv('GREETED', '')
    (tmp_path / 'inner.launch.py').write_text(INNER)
    return tmp_path


GREETED = EnvironmentVariable('GREETED')


def test_include_passes_arguments(inner, seen):
    include = IncludeLaunchDescription(
        PythonLaunchDescriptionSource([str(inner), '/inner.launch.py']),
        launch_arguments={'who': LaunchConfiguration('name')}.items(),
    )
    assert run(SetLaunchConfiguration('name', 'you'), include, seen.look(GREETED)) == 0
    assert seen == [f'you {inner}']


def test_include_in_a_group_keeps_its_arguments_to_itself(inner, seen):
    path = str(inner / 'inner.launch.py')
    include = IncludeLaunchDescription(
        PythonLaunchDescriptionSource(path), launch_arguments=[('who', 'x')]
    )
    who = LaunchConfiguration('who', default='-')
    assert run(GroupAction([include, seen.look(who)]), seen.look(who)) == 0
    assert seen == ['x', '-']


def test_include_takes_a_path_and_a_substitution(inner, seen):
    path = PathJoinSubstitution([str(inner), 'inner.launch.py'])
    assert run(IncludeLaunchDescription(path, launch_arguments=[('who', 'a')])) == 0
    path = str(inner / 'inner.launch.py')
    include = IncludeLaunchDescription(path, launch_arguments=[('who', 'b')])
    assert run(include, seen.look(GREETED)) == 0
    assert seen == [f'b {inner}']


def test_include_without_a_required_argument_fails(inner, seen):
    source = PythonLaunchDescriptionSource(str(inner / 'inner.launch.py'))
    assert run(IncludeLaunchDescription(source), seen.note('never')) == 1
    assert seen == []


def test_include_may_leave_out_what_stands_under_a_condition(inner, seen):
    (inner / 'outer.launch.py').write_text("""
from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, GroupAction, IncludeLaunchDescription
from launch.conditions import IfCondition


def generate_launch_description():
    never = IfCondition('false')
    given = IncludeLaunchDescription('FOLDER/inner.launch.py', launch_arguments=[('who', 'x')])
    return LaunchDescription([
        GroupAction([DeclareLaunchArgument('other')], condition=never),
        DeclareLaunchArgument('third', condition=never),
        GroupAction([given]),
    ])
""".replace('FOLDER', str(inner)))  # fmt: skip
    assert run(IncludeLaunchDescription(str(inner / 'outer.launch.py')), seen.note('end')) == 0
    assert seen == ['end']


def test_arguments_of_includes_are_told(inner):
    source = PythonLaunchDescriptionSource(str(inner / 'inner.launch.py'))
    description = LaunchDescription([IncludeLaunchDescription(source)])
    assert [a.name for a in description.get_launch_arguments()] == ['who']


def test_nested_include_finds_its_own_folder(inner, seen):
    (inner / 'sub').mkdir()
    (inner / 'sub' / 'outer.launch.py').write_text("""
from launch import LaunchDescription
from launch.actions import IncludeLaunchDescription
from launch.substitutions import PathJoinSubstitution, ThisLaunchFileDir


def generate_launch_description():
    path = PathJoinSubstitution([ThisLaunchFileDir(), '..', 'inner.launch.py'])
    return LaunchDescription([IncludeLaunchDescription(path, launch_arguments=[('who', 'x')])])
""")
    outer = IncludeLaunchDescription(str(inner / 'sub' / 'outer.launch.py'))
    assert run(outer, seen.look(GREETED)) == 0
    assert seen == [f'x {inner}']


def test_file_that_is_no_launch_file_fails(tmp_path):
    (tmp_path / 'empty.launch.py').write_text('')
    assert run(IncludeLaunchDescription(str(tmp_path / 'empty.launch.py'))) == 1
    assert run(IncludeLaunchDescription(str(tmp_path / 'missing.launch.py'))) == 1


# ---- events


def test_timers_fire_in_their_order_and_end_with_the_launch(seen):
    assert run(
        TimerAction(period=0.2, actions=[seen.note('second'), Shutdown(reason='enough')]),
        TimerAction(period=0.05, actions=[seen.note('first')]),
        TimerAction(period=LaunchConfiguration('x', default='600'), actions=[seen.note('never')]),
        RegisterEventHandler(OnShutdown(on_shutdown=lambda e, _: [seen.note(e.reason)])),
    ) == 0  # fmt: skip
    assert seen == ['first', 'second', 'enough']


def test_shutdown_event_can_be_emitted(seen):
    assert run(
        RegisterEventHandler(OnShutdown(on_shutdown=[seen.note('over')])),
        EmitEvent(event=ShutdownEvent(reason='because')),
    ) == 0  # fmt: skip
    assert seen == ['over']


def test_idle_launch_shuts_down(seen):
    assert run(RegisterEventHandler(OnShutdown(on_shutdown=seen.note('over')))) == 0
    assert seen == ['over']


def python(code, **options):
    return ExecuteProcess(cmd=[sys.executable, '-c', code], **options)


def test_handlers_of_the_start_and_the_exit_of_a_process(seen):
    child = python('raise SystemExit(3)', name='child')
    other = python('')

    def exited(event, context):
        assert event.action is child
        assert event.pid > 0
        assert event.process_name.startswith('child-')
        assert event.cmd[:2] == [sys.executable, '-c']
        return [seen.note(f'code {event.returncode}')]

    assert run(
        RegisterEventHandler(OnProcessStart(target_action=child, on_start=[seen.note('up')])),
        RegisterEventHandler(OnProcessExit(target_action=child, on_exit=exited)),
        other,
        child,
    ) == 0  # fmt: skip
    assert seen == ['up', 'code 3']


def test_handler_without_a_target_is_for_every_process(seen):
    run(
        RegisterEventHandler(OnProcessExit(on_exit=lambda e, _: seen.note(str(e.returncode)))),
        python('raise SystemExit(1)'),
        python('raise SystemExit(2)'),
    )
    assert sorted(seen) == ['1', '2']


def test_handler_may_forget_itself(seen):
    handler = OnProcessExit(on_exit=[seen.note('once')], handle_once=True)
    run(RegisterEventHandler(handler), python(''), python(''))
    assert seen == ['once']


def test_process_does_not_start_after_shutdown(seen):
    started = RegisterEventHandler(OnProcessStart(on_start=[seen.note('started')]))
    over = OnShutdown(on_shutdown=[seen.note('over'), python('')])
    assert run(started, RegisterEventHandler(over)) == 0
    assert seen == ['over']


def test_signalled_process_has_a_negative_code(seen):
    child = python('import os, signal; os.kill(os.getpid(), signal.SIGKILL)')
    run(RegisterEventHandler(OnProcessExit(on_exit=lambda e, _: seen.note(str(e.returncode)))),
        child)  # fmt: skip
    assert seen == ['-9']


def test_message_is_text_and_substitutions():
    assert run(LogInfo(msg=['x is ', X])) == 0


@pytest.mark.parametrize(
    'name',
    ['launch.actions.declare_launch_argument.DeclareLaunchArgument',
     'launch.actions.shutdown_action.Shutdown', 'launch.conditions.if_condition.IfCondition',
     'launch.event_handlers.on_process_exit.OnProcessExit', 'launch.events.shutdown.Shutdown',
     'launch.substitutions.launch_configuration.LaunchConfiguration'],
)  # fmt: skip
def test_each_class_has_a_module_of_its_own_too(name):
    module, _, cls = name.rpartition('.')
    package, _, _ = module.rpartition('.')
    found = getattr(importlib.import_module(module), cls)
    assert found is getattr(importlib.import_module(package), cls)
