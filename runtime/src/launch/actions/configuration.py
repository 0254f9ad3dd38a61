# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Actions that change the context: launch arguments, configurations, environment variables.

Takes names and values of text and substitutions; changes the LaunchContext they are executed in.
"""

from __future__ import annotations

from collections.abc import Mapping
import os
from typing import Any

from launch.action import Action
from launch.launch_context import LaunchContext
from launch.substitution import SomeSubstitutionsType
from launch.utilities import (
    normalize_to_list_of_substitutions,
    perform_substitutions,
    perform_text,
)


class DeclareLaunchArgument(Action):
    """
    Declares an argument of the launch file.

    :param name: its name.
    :param default_value: its value if none is given; without one, it must be given.
    :param description: what it is, for ``ros2 launch --show-args``.
    :param choices: the values it may have, None for any.
    :param kwargs: see Action.
    """

    def __init__(
        self,
        name: str,
        *,
        default_value: SomeSubstitutionsType | None = None,
        description: str | None = None,
        choices: list[str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if choices is not None and not choices:
            raise RuntimeError('Provided choices arg is empty. Use None to ignore it.')
        if choices and isinstance(default_value, str) and default_value not in choices:
            raise RuntimeError(
                f'Provided default_value "{default_value}" is not in provided choices {choices}.'
            )
        self.name = name
        self.default_value = (
            None if default_value is None else normalize_to_list_of_substitutions(default_value)
        )
        self.choices = choices
        self.description = _describe(description, choices)

    def execute(self, context: LaunchContext) -> None:
        """
        Set the configuration to the default if it isn't set.

        :raises RuntimeError: if it has no value, or one that isn't among the choices.
        """
        configurations = context.launch_configurations
        if self.name not in configurations:
            if self.default_value is None:
                raise RuntimeError(f'Required launch argument "{self.name}" was not provided.')
            configurations[self.name] = perform_substitutions(context, self.default_value)
        value = configurations[self.name]
        if self.choices is not None and value not in self.choices:
            raise RuntimeError(
                f'Argument "{self.name}" provided value "{value}" is not valid. Valid options '
                f'are: {self.choices}'
            )


def _describe(description: str | None, choices: list[str] | None) -> str:
    if choices is None:
        return 'no description given' if description is None else description
    if description is None:
        return f'One of: {choices}'
    return f'{description.rstrip(".")}. Valid choices are: {choices}'


class SetLaunchConfiguration(Action):
    """
    Sets a launch configuration.

    :param name: its name.
    :param value: its value.
    :param kwargs: see Action.
    """

    def __init__(
        self, name: SomeSubstitutionsType, value: SomeSubstitutionsType, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.name = normalize_to_list_of_substitutions(name)
        self.value = normalize_to_list_of_substitutions(value)

    def execute(self, context: LaunchContext) -> None:
        """Set it."""
        name = perform_substitutions(context, self.name)
        context.launch_configurations[name] = perform_substitutions(context, self.value)


class UnsetLaunchConfiguration(Action):
    """
    Removes a launch configuration.

    :param name: its name.
    :param kwargs: see Action.
    """

    def __init__(self, name: SomeSubstitutionsType, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.name = normalize_to_list_of_substitutions(name)

    def execute(self, context: LaunchContext) -> None:
        """Remove it, if it is set."""
        context.launch_configurations.pop(perform_substitutions(context, self.name), None)


class SetEnvironmentVariable(Action):
    """
    Sets an environment variable for the processes that follow.

    :param name: its name.
    :param value: its value.
    :param kwargs: see Action.
    """

    def __init__(
        self, name: SomeSubstitutionsType, value: SomeSubstitutionsType, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.name = normalize_to_list_of_substitutions(name)
        self.value = normalize_to_list_of_substitutions(value)

    def execute(self, context: LaunchContext) -> None:
        """Set it."""
        name = perform_substitutions(context, self.name)
        context.environment[name] = perform_substitutions(context, self.value)


class AppendEnvironmentVariable(Action):
    """
    Adds to an environment variable that is a list of paths.

    :param name: its name.
    :param value: what to add.
    :param prepend: add it in front.
    :param separator: what stands between two paths.
    :param kwargs: see Action.
    """

    def __init__(
        self,
        name: SomeSubstitutionsType,
        value: SomeSubstitutionsType,
        *,
        prepend: bool = False,
        separator: str = os.pathsep,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._name = normalize_to_list_of_substitutions(name)
        self._value = normalize_to_list_of_substitutions(value)
        self._prepend = prepend
        self._separator = separator

    def execute(self, context: LaunchContext) -> None:
        """Add it."""
        name = perform_substitutions(context, self._name)
        parts = [context.environment.get(name, ''), perform_substitutions(context, self._value)]
        if self._prepend:
            parts.reverse()
        context.environment[name] = self._separator.join(part for part in parts if part)


class UnsetEnvironmentVariable(Action):
    """
    Removes an environment variable for the processes that follow.

    :param name: its name.
    :param kwargs: see Action.
    """

    def __init__(self, name: SomeSubstitutionsType, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._name = normalize_to_list_of_substitutions(name)

    def execute(self, context: LaunchContext) -> None:
        """Remove it, if it is set."""
        context.environment.pop(perform_substitutions(context, self._name), None)


class PushLaunchConfigurations(Action):
    """Begins a scope of launch configurations."""

    def execute(self, context: LaunchContext) -> None:
        """Begin it."""
        context.push_launch_configurations()


class PopLaunchConfigurations(Action):
    """Ends a scope of launch configurations."""

    def execute(self, context: LaunchContext) -> None:
        """End it."""
        context.pop_launch_configurations()


class ResetLaunchConfigurations(Action):
    """
    Removes all launch configurations but the given ones.

    :param launch_configurations: names and values of text and substitutions.
    :param kwargs: see Action.
    """

    def __init__(
        self,
        launch_configurations: Mapping[Any, SomeSubstitutionsType] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._launch_configurations = dict(launch_configurations or {})

    def execute(self, context: LaunchContext) -> None:
        """Perform the given ones before anything is removed."""
        kept = {
            perform_text(context, name): perform_text(context, value)
            for name, value in self._launch_configurations.items()
        }
        context.launch_configurations.clear()
        context.launch_configurations.update(kept)


class PushEnvironment(Action):
    """Begins a scope of environment variables."""

    def execute(self, context: LaunchContext) -> None:
        """Begin it."""
        context.push_environment()


class PopEnvironment(Action):
    """Ends a scope of environment variables."""

    def execute(self, context: LaunchContext) -> None:
        """End it."""
        context.pop_environment()


class ResetEnvironment(Action):
    """Goes back to the environment launching began with."""

    def execute(self, context: LaunchContext) -> None:
        """Go back."""
        context.reset_environment()
