# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Substitutions that look something up: arguments, environment, paths, executables.

Takes names; gives what the context, the environment or PATH holds under them.
"""

from __future__ import annotations

from collections.abc import Iterable
import os
import shutil
from typing import Any

from launch.launch_context import LaunchContext
from launch.substitution import SomeSubstitutionsType, Substitution
from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions


class SubstitutionFailure(RuntimeError):  # noqa: N818  the real name
    """A substitution can't be performed; the text says why."""


class LaunchConfiguration(Substitution):
    """
    The value of a launch argument, or of SetLaunchConfiguration.

    :param variable_name: its name.
    :param default: what it is if it is not set; converted to text.
    """

    def __init__(
        self, variable_name: SomeSubstitutionsType, *, default: Any | Iterable[Any] | None = None
    ) -> None:
        self.variable_name = normalize_to_list_of_substitutions(variable_name)
        self._default: list[Substitution] | None = None
        if default is not None:
            several = isinstance(default, Iterable) and not isinstance(default, str)
            self._default = normalize_to_list_of_substitutions(
                item if isinstance(item, (str, Substitution)) else str(item)
                for item in (default if several else [default])
            )

    def describe(self) -> str:
        """Return ``LaunchConfig(name)``."""
        return f'LaunchConfig({" + ".join(sub.describe() for sub in self.variable_name)})'

    def perform(self, context: LaunchContext) -> str:
        """
        Return the value.

        :raises SubstitutionFailure: if it is not set and has no default.
        """
        name = perform_substitutions(context, self.variable_name)
        if name in context.launch_configurations:
            return str(context.launch_configurations[name])
        if self._default is None:
            raise SubstitutionFailure(f"launch configuration '{name}' does not exist")
        return perform_substitutions(context, self._default)


class EnvironmentVariable(Substitution):
    """
    The value of an environment variable.

    :param name: its name.
    :param default_value: what it is if it is not set.
    """

    def __init__(
        self, name: SomeSubstitutionsType, *, default_value: SomeSubstitutionsType | None = None
    ) -> None:
        self.name = normalize_to_list_of_substitutions(name)
        self.default_value = (
            None if default_value is None else normalize_to_list_of_substitutions(default_value)
        )

    def perform(self, context: LaunchContext) -> str:
        """
        Return the value.

        :raises SubstitutionFailure: if it is not set and has no default.
        """
        name = perform_substitutions(context, self.name)
        if name in context.environment:
            return context.environment[name]
        if self.default_value is None:
            raise SubstitutionFailure(f"environment variable '{name}' does not exist")
        return perform_substitutions(context, self.default_value)


class PathJoinSubstitution(Substitution):
    """
    A path from its parts.

    :param substitutions: the parts, each text or a substitution.
    """

    def __init__(self, substitutions: Iterable[str | Substitution]) -> None:
        self.substitutions = normalize_to_list_of_substitutions(substitutions)

    def describe(self) -> str:
        """Return ``PathJoin(a + b)``."""
        return f'PathJoin({" + ".join(sub.describe() for sub in self.substitutions)})'

    def perform(self, context: LaunchContext) -> str:
        """Return the joined path."""
        return os.path.join(*(sub.perform(context) for sub in self.substitutions))  # noqa: PTH118  text in, text out: Path would drop './'


class FindExecutable(Substitution):
    """
    The full path of a program on PATH.

    :param name: its name.
    """

    def __init__(self, name: SomeSubstitutionsType) -> None:
        self.name = normalize_to_list_of_substitutions(name)

    def perform(self, context: LaunchContext) -> str:
        """
        Return the path.

        :raises SubstitutionFailure: if there is no such program.
        """
        name = perform_substitutions(context, self.name)
        path = shutil.which(name, path=context.environment.get('PATH'))
        if path is None:
            raise SubstitutionFailure(f"executable '{name}' not found on the PATH")
        return path


class ThisLaunchFile(Substitution):
    """The path of the launch file this stands in."""

    def perform(self, context: LaunchContext) -> str:
        """
        Return the path.

        :raises SubstitutionFailure: outside of a launch file.
        """
        return _of_launch_file(context, 'current_launch_file_path')


class ThisLaunchFileDir(Substitution):
    """The folder of the launch file this stands in."""

    def perform(self, context: LaunchContext) -> str:
        """
        Return the folder.

        :raises SubstitutionFailure: outside of a launch file.
        """
        return _of_launch_file(context, 'current_launch_file_directory')


def _of_launch_file(context: LaunchContext, key: str) -> str:
    value = context.get_locals_as_dict().get(key)
    if value is None:
        raise SubstitutionFailure('ThisLaunchFile used outside of a launch file (in a script)')
    return str(value)
