# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The actions that change or bound the context: arguments, settings, groups, included files.

Each is an entity: visited while launching, it does its part. launch.actions offers them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import KW_ONLY, InitVar, dataclass
import os
from pathlib import Path
from typing import Any

from launch.core import (
    Action,
    LaunchContext,
    LaunchDescriptionEntity,
    SomeSubstitutionsType,
    as_entities,
)
from launch.core import normalize_to_list_of_substitutions as normalize
from launch.launch_description_sources import LaunchDescriptionSource
from ros_wire.limits import check_not_given


@dataclass(eq=False)
class DeclareLaunchArgument(Action):
    """
    Declares an argument of the launch file.

    :param name: its name.
    :param default_value: its value if none is given; without one, it must be given.
    :param description: what it is, for ``ros2 launch --show-args``.
    :param choices: the values it may have, None for any.
    :raises RuntimeError: if there are no choices, or the default is none of them.
    """

    name: str
    _: KW_ONLY
    default_value: Any = None
    description: str | None = None
    choices: list[str] | None = None

    def __post_init__(self) -> None:
        """Check the choices and tell of them."""
        default, choices, text = self.default_value, self.choices, self.description
        if choices is not None:
            if not choices or (isinstance(default, str) and default not in choices):
                raise RuntimeError(f'{self.name}: default "{default}" is not in choices {choices}')
            told = f'{text.rstrip(".")}. Valid choices are' if text else 'One of'
            text = f'{told}: {choices}'
        self.description = 'no description given' if text is None else text
        self.default_value = None if default is None else normalize(default)

    def declared(self, given: frozenset[str]) -> Iterator[tuple[DeclareLaunchArgument, bool]]:
        """Yield this argument, and whether it must be given from outside."""
        is_optional = self.default_value is not None or self.condition is not None
        yield self, not (is_optional or self.name in given)

    def execute(self, context: LaunchContext) -> None:
        """
        Set the configuration to the default if it isn't set.

        :raises RuntimeError: if it has no value, or one that isn't among the choices.
        """
        configurations = context.launch_configurations
        if self.name not in configurations:
            if self.default_value is None:
                raise RuntimeError(f'Required launch argument "{self.name}" was not provided.')
            configurations[self.name] = context.perform(self.default_value)
        value = configurations[self.name]
        if self.choices is not None and value not in self.choices:
            raise RuntimeError(
                f'Argument "{self.name}" provided value "{value}" is not valid. Valid options '
                f'are: {self.choices}'
            )


@dataclass(eq=False)
class SetLaunchConfiguration(Action):
    """
    Sets a launch configuration.

    :param name: its name.
    :param value: its value.
    """

    name: SomeSubstitutionsType
    value: SomeSubstitutionsType

    def execute(self, context: LaunchContext) -> None:
        """Set it."""
        self._set_in(context.launch_configurations, context)

    def _set_in(self, values: Any, context: LaunchContext) -> None:
        name = context.perform(self.name)
        values[name] = context.perform(self.value)


class SetEnvironmentVariable(SetLaunchConfiguration):
    """
    Sets an environment variable for the processes that follow.

    :param name: its name.
    :param value: its value.
    """

    def execute(self, context: LaunchContext) -> None:
        """Set it."""
        self._set_in(context.environment, context)


@dataclass(eq=False)
class GroupAction(Action):
    """
    Several actions under one condition and in one scope.

    :param actions: the actions.
    :param scoped: undo the actions' changes of configurations and environment at the end.
    :param forwarding: False is not supported.
    :param launch_configurations: configurations to set for the actions.
    """

    actions: Iterable[LaunchDescriptionEntity]
    _: KW_ONLY
    scoped: bool = True
    forwarding: InitVar[bool] = True
    launch_configurations: Mapping[Any, SomeSubstitutionsType] | None = None

    def __post_init__(self, forwarding: bool) -> None:
        """Refuse what is not supported."""
        check_not_given('GroupAction', forwarding=not forwarding)
        own = (self.launch_configurations or {}).items()
        self._entities = [*(SetLaunchConfiguration(*pair) for pair in own), *self.actions]

    def get_sub_entities(self) -> list[LaunchDescriptionEntity]:
        """Return the actions."""
        return self._entities

    def execute(self, context: LaunchContext) -> None:
        """Visit the actions."""
        configurations, environment = dict(context.launch_configurations), dict(os.environ)
        context.visit(self._entities)
        if self.scoped:
            context.launch_configurations = configurations
            os.environ.clear()
            os.environ.update(environment)


@dataclass(eq=False)
class IncludeLaunchDescription(Action):
    """
    Visits another launch file.

    :param launch_description_source: the file: a source, or its path as text and substitutions.
    :param launch_arguments: pairs of names and values.
    """

    launch_description_source: Any
    _: KW_ONLY
    launch_arguments: Iterable[tuple[SomeSubstitutionsType, SomeSubstitutionsType]] | None = None

    def __post_init__(self) -> None:
        """Make a source of the path."""
        source = self.launch_description_source
        if not isinstance(source, LaunchDescriptionSource):
            self.launch_description_source = LaunchDescriptionSource(source)
        self.launch_arguments = self._arguments = list(self.launch_arguments or ())

    def get_sub_entities(self) -> list[LaunchDescriptionEntity]:
        """Return the file's description, if its path is known before launching."""
        source = self.launch_description_source
        return as_entities(source.try_get_launch_description_without_context())

    def declared(self, given: frozenset[str]) -> Iterator[tuple[DeclareLaunchArgument, bool]]:
        """Yield the file's arguments; those that this include gives are given."""
        names = {name for name, _ in self._arguments if isinstance(name, str)}
        return super().declared(given | names)

    def execute(self, context: LaunchContext) -> None:
        """
        Set the arguments and visit the file.

        :raises RuntimeError: if an argument that the file requires is not given.
        """
        description = self.launch_description_source.get_launch_description(context)
        path = Path(os.path.abspath(self.launch_description_source.location))  # noqa: PTH100  links stay
        given = [context.perform(name) for name, _ in self._arguments]
        for argument, is_required in description.declared(frozenset(given)):
            if is_required:
                raise RuntimeError(
                    f"Included launch description missing required argument '{argument.name}' "
                    f"(description: '{argument.description}'), given: [{', '.join(given)}]"
                )
        context.visit(SetLaunchConfiguration(*pair) for pair in self._arguments)
        here = {'current_launch_file_path': path, 'current_launch_file_directory': path.parent}
        context.visit([description], **here)
