# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Substitutions and conditions (ros2/launch launch/substitutions/, launch/conditions/)."""

from __future__ import annotations

import os

from launch import LaunchContext
from launch.conditions import IfCondition, InvalidConditionExpressionError, UnlessCondition
from launch.substitutions import (
    Command,
    EnvironmentVariable,
    FindExecutable,
    LaunchConfiguration,
    PathJoinSubstitution,
    PythonExpression,
    SubstitutionFailure,
    TextSubstitution,
    ThisLaunchFileDir,
)
from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions
from launch_ros.substitutions import FindPackageShare
import pytest


def context(**configurations):
    found = LaunchContext()
    found.launch_configurations.update(configurations)
    return found


@pytest.mark.parametrize(
    ('substitution', 'expected'),
    [
        (TextSubstitution(text='a'), 'a'),
        (LaunchConfiguration('x'), '3'),
        (LaunchConfiguration([TextSubstitution(text='x')]), '3'),
        (LaunchConfiguration('none', default=5), '5'),
        (LaunchConfiguration('none', default=['a', LaunchConfiguration('x')]), 'a3'),
        (EnvironmentVariable('NOT_SET_HERE', default_value='d'), 'd'),
        (PathJoinSubstitution(['/a', LaunchConfiguration('x'), 'b.yaml']), '/a/3/b.yaml'),
        (PythonExpression([LaunchConfiguration('x'), ' + 1']), '4'),
        (PythonExpression(["'", LaunchConfiguration('x'), "' == '3' and cos(0) == 1"]), 'True'),
        (Command(['printf %s.%s ', '"a b" ', LaunchConfiguration('x')]), 'a b.3'),
        (Command('sh -c "echo told >&2; echo out"', on_stderr='ignore'), 'out\n'),
    ],
)
def test_substitutions_perform(substitution, expected):
    assert substitution.perform(context(x='3')) == expected


def test_context_performs_a_substitution():
    assert context(x='3').perform_substitution(LaunchConfiguration('x')) == '3'


def test_text_and_substitutions_become_one_text():
    subs = normalize_to_list_of_substitutions(['a', LaunchConfiguration('x'), 'b'])
    assert perform_substitutions(context(x='3'), subs) == 'a3b'


def test_environment_variables_are_those_of_the_process(monkeypatch):
    monkeypatch.setenv('SET_HERE', 'value')
    assert EnvironmentVariable('SET_HERE').perform(context()) == 'value'
    assert context().environment['SET_HERE'] == 'value'


def test_programs_are_found_on_the_path():
    found = FindExecutable(name='sh').perform(context())
    assert found.endswith('/sh')
    assert os.access(found, os.X_OK)


@pytest.mark.parametrize(
    'substitution',
    [
        LaunchConfiguration('nope'),
        EnvironmentVariable('NOT_SET_HERE'),
        FindExecutable(name='no-such-program'),
        ThisLaunchFileDir(),  # outside of a launch file
        Command('no-such-program'),
        Command('false'),
        Command('sh -c "echo told >&2"'),  # on_stderr is 'fail'
        Command('true', on_stderr='whatever'),
    ],
)
def test_what_cannot_be_performed_fails(substitution):
    with pytest.raises(SubstitutionFailure):
        substitution.perform(context())


def test_packages_that_are_not_there_fail():
    with pytest.raises(LookupError, match='no_such_package'):
        FindPackageShare('no_such_package').perform(context())


@pytest.mark.parametrize('text', ['true', ' True ', '1', 'TRUE'])
def test_what_is_true(text):
    assert IfCondition(text).evaluate(context())
    assert not UnlessCondition(LaunchConfiguration('x')).evaluate(context(x=text))


@pytest.mark.parametrize('text', ['false', ' False ', '0', 'FALSE'])
def test_what_is_false(text):
    assert not IfCondition(LaunchConfiguration('x')).evaluate(context(x=text))
    assert UnlessCondition(text).evaluate(context())


@pytest.mark.parametrize('text', ['maybe', '', 'yes', '2', 'on'])
def test_what_is_neither(text):
    for condition in (IfCondition(text), UnlessCondition(text)):
        with pytest.raises(InvalidConditionExpressionError):
            condition.evaluate(context())
