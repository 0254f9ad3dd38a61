# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The substitutions of ros2/launch: text, what is looked up, and what is computed.

Each becomes a string when it is performed in a LaunchContext.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
import importlib
import math
import os
import shlex
import shutil
import subprocess
from typing import Any

from launch.core import LaunchContext, SomeSubstitutionsType, Substitution, TextSubstitution
from launch.logging import get_logger
from ros_wire.limits import unsupported_names

__all__ = [
    'Command', 'EnvironmentVariable', 'FindExecutable', 'LaunchConfiguration',
    'PathJoinSubstitution', 'PythonExpression', 'SubstitutionFailure', 'TextSubstitution',
    'ThisLaunchFile', 'ThisLaunchFileDir',
]  # fmt: skip
__getattr__ = unsupported_names(
    __name__,
    *('AllSubstitution', 'AndSubstitution', 'AnonName', 'AnySubstitution', 'EqualsSubstitution'),
    *('FileContent', 'IfElseSubstitution', 'LaunchLogDir', 'LocalSubstitution'),
    *('NotEqualsSubstitution', 'NotSubstitution', 'OrSubstitution'),
)


class SubstitutionFailure(RuntimeError):  # noqa: N818  the real name
    """A substitution can't be performed; the text says why."""


def _look_up(context: LaunchContext, values: Mapping[str, Any], name: Any, default: Any) -> str:
    key = context.perform(name)
    if key in values:
        return str(values[key])
    if default is None:
        raise SubstitutionFailure(f"'{key}' does not exist")
    return context.perform(default)


@dataclass(eq=False)
class LaunchConfiguration(Substitution):
    """
    The value of a launch argument, or of SetLaunchConfiguration.

    :param variable_name: its name.
    :param default: what it is if it is not set; converted to text.
    """

    label = 'LaunchConfig'
    variable_name: SomeSubstitutionsType
    _: KW_ONLY
    default: Any = None

    def perform(self, context: LaunchContext) -> str:
        """
        Return the value.

        :raises SubstitutionFailure: if it is not set and has no default.
        """
        return _look_up(context, context.launch_configurations, self.variable_name, self.default)


@dataclass(eq=False)
class EnvironmentVariable(Substitution):
    """
    The value of an environment variable.

    :param name: its name.
    :param default_value: what it is if it is not set.
    """

    label = 'EnvVar'
    name: SomeSubstitutionsType
    _: KW_ONLY
    default_value: SomeSubstitutionsType | None = None

    def perform(self, context: LaunchContext) -> str:
        """
        Return the value.

        :raises SubstitutionFailure: if it is not set and has no default.
        """
        return _look_up(context, context.environment, self.name, self.default_value)


@dataclass(eq=False)
class PathJoinSubstitution(Substitution):
    """
    A path from its parts.

    :param substitutions: the parts, each text or a substitution.
    """

    label = 'PathJoin'
    substitutions: Sequence[str | Substitution]

    def perform(self, context: LaunchContext) -> str:
        """Return the joined path."""
        return os.path.join(*(context.perform(p) for p in self.substitutions))  # noqa: PTH118  text in, text out: Path would drop './'


@dataclass(eq=False)
class FindExecutable(Substitution):
    """
    The full path of a program on PATH.

    :param name: its name.
    """

    label = 'FindExec'
    name: SomeSubstitutionsType

    def perform(self, context: LaunchContext) -> str:
        """
        Return the path.

        :raises SubstitutionFailure: if there is no such program.
        """
        name = context.perform(self.name)
        path = shutil.which(name)
        if path is None:
            raise SubstitutionFailure(f"executable '{name}' not found on the PATH")
        return path


@dataclass(eq=False)
class Command(Substitution):
    """
    What a program prints.

    :param command: the command line, split as a shell would.
    :param on_stderr: if the program writes to its standard error: 'fail', 'ignore', 'warn', or
        'capture' to take it for output.
    """

    label = 'Command'
    command: SomeSubstitutionsType
    _: KW_ONLY
    on_stderr: SomeSubstitutionsType = 'fail'

    def perform(self, context: LaunchContext) -> str:
        """
        Run the program and return its output.

        :raises SubstitutionFailure: if it can't be run, fails, or writes what it shouldn't.
        """
        command = context.perform(self.command)
        on_stderr = context.perform(self.on_stderr)
        if on_stderr not in ('fail', 'ignore', 'warn', 'capture'):
            raise SubstitutionFailure(f"Command: on_stderr can't be '{on_stderr}'")
        stderr = subprocess.STDOUT if on_stderr == 'capture' else subprocess.PIPE
        options: dict[str, Any] = {'stdout': subprocess.PIPE, 'stderr': stderr, 'text': True}
        try:
            done = subprocess.run(shlex.split(command), check=False, **options)
        except OSError as error:
            raise SubstitutionFailure(f'Command: {command}: {error}') from error
        told = f'Command: {command}: exit code {done.returncode}, standard error: {done.stderr}'
        if done.returncode or (done.stderr and on_stderr == 'fail'):
            raise SubstitutionFailure(told)
        if done.stderr and on_stderr == 'warn':
            get_logger().warning('%s', told)
        return str(done.stdout)


@dataclass(eq=False)
class PythonExpression(Substitution):
    """
    The value of a Python expression, as text.

    :param expression: the expression, of text and substitutions.
    :param python_modules: modules it may use by name; what math holds needs no prefix.
    """

    label = 'PythonExpr'
    expression: SomeSubstitutionsType
    python_modules: Sequence[SomeSubstitutionsType] = ('math',)

    def perform(self, context: LaunchContext) -> str:
        """Return the value."""
        names: dict[str, Any] = {}
        for name in (context.perform(module) for module in self.python_modules):
            names.update(vars(math) if name == 'math' else {})
            names[name] = importlib.import_module(name)
        text = context.perform(self.expression)
        return str(eval(text, {}, names))  # noqa: S307  launch files are programs already


@dataclass(eq=False)
class ThisLaunchFile(Substitution):
    """The path of the launch file this stands in."""

    key = 'current_launch_file_path'

    def perform(self, context: LaunchContext) -> str:
        """
        Return the path.

        :raises SubstitutionFailure: outside of a launch file.
        """
        path = getattr(context.locals, self.key, None)
        if path is None:
            raise SubstitutionFailure(f'{self.describe()} used outside of a launch file')
        return str(path)


class ThisLaunchFileDir(ThisLaunchFile):
    """The folder of the launch file this stands in."""

    key = 'current_launch_file_directory'
