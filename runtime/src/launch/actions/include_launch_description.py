# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
IncludeLaunchDescription: the entities of another launch file, with arguments for it.

Takes a source and arguments; gives the description it holds. The arguments stay set for what
follows, as in ROS 2, unless a scoped GroupAction stands around.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from launch.action import Action
from launch.actions.configuration import SetLaunchConfiguration
from launch.actions.flow import OpaqueFunction
from launch.launch_context import LaunchContext
from launch.launch_description import LaunchDescription
from launch.launch_description_entity import LaunchDescriptionEntity
from launch.launch_description_source import LaunchDescriptionSource
from launch.launch_description_sources import AnyLaunchDescriptionSource
from launch.substitution import SomeSubstitutionsType, Substitution, TextSubstitution
from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions

_LOCATION = ('current_launch_file_path', 'current_launch_file_directory')


class IncludeLaunchDescription(Action):
    """
    Includes a launch file.

    :param launch_description_source: the source, or a path as text or substitutions.
    :param launch_arguments: pairs of name and value.
    :param kwargs: see Action.
    """

    def __init__(
        self,
        launch_description_source: LaunchDescriptionSource | SomeSubstitutionsType,
        *,
        launch_arguments: Iterable[tuple[SomeSubstitutionsType, SomeSubstitutionsType]]
        | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not isinstance(launch_description_source, LaunchDescriptionSource):
            launch_description_source = AnyLaunchDescriptionSource(launch_description_source)
        self.launch_description_source = launch_description_source
        self.launch_arguments = [
            (normalize_to_list_of_substitutions(name), value)
            for name, value in launch_arguments or ()
        ]

    def known_argument_names(self) -> frozenset[str]:
        """Return the names of the arguments, as far as they are plain text."""
        return frozenset(
            name for subs, _ in self.launch_arguments if (name := _plain(subs)) is not None
        )

    def get_sub_entities(self) -> Sequence[LaunchDescriptionEntity]:
        """Return the description, if it can be read before launching."""
        found = self.launch_description_source.try_get_launch_description_without_context()
        return [] if found is None else [found]

    def execute(self, context: LaunchContext) -> list[LaunchDescriptionEntity]:
        """Set the arguments, then visit the description as the current launch file."""
        description = self.launch_description_source.get_launch_description(context)
        self._check_required(context, description)
        outside = {key: context.get_locals_as_dict().get(key) for key in _LOCATION}
        path = Path(self.launch_description_source.location).absolute()
        context.extend_locals(dict(zip(_LOCATION, (str(path), str(path.parent)), strict=False)))

        def restore(context: LaunchContext) -> None:
            context.extend_locals(outside)

        return [
            *(SetLaunchConfiguration(name, value) for name, value in self.launch_arguments),
            description,
            OpaqueFunction(function=restore),
        ]

    def _check_required(self, context: LaunchContext, description: LaunchDescription) -> None:
        names = [perform_substitutions(context, name) for name, _ in self.launch_arguments]
        for argument, is_given in description.walk_arguments():
            if not (is_given or argument.default_value is not None or argument.name in names):
                raise RuntimeError(
                    'Included launch description missing required argument '
                    f"'{argument.name}' (description: '{argument.description}'), given: "
                    f'[{", ".join(names)}]'
                )


def _plain(subs: list[Substitution]) -> str | None:
    texts = [sub.text for sub in subs if isinstance(sub, TextSubstitution)]
    return ''.join(texts) if len(texts) == len(subs) else None
