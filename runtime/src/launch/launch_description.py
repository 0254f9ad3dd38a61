# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
LaunchDescription: the list of entities a launch file returns.

Takes entities; gives them when visited, and the launch arguments declared inside of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from launch.action import Action
from launch.launch_context import LaunchContext
from launch.launch_description_entity import LaunchDescriptionEntity
from launch.logging import get_logger

if TYPE_CHECKING:
    from launch.actions import DeclareLaunchArgument


class LaunchDescription(LaunchDescriptionEntity):
    """
    What is to be launched.

    :param initial_entities: actions and other descriptions, visited in this order.
    :param deprecated_reason: why the description should no longer be used.
    """

    def __init__(
        self,
        initial_entities: Iterable[LaunchDescriptionEntity] | None = None,
        *,
        deprecated_reason: str | None = None,
    ) -> None:
        self.entities = list(initial_entities or [])
        self.deprecated_reason = deprecated_reason

    def add_entity(self, entity: LaunchDescriptionEntity) -> None:
        """Append an entity."""
        self.entities.append(entity)

    def add_action(self, action: Action) -> None:
        """Append an action."""
        self.add_entity(action)

    def visit(self, context: LaunchContext) -> list[LaunchDescriptionEntity]:  # noqa: ARG002  the same in any context
        """Return the entities; warn if the description should no longer be used."""
        if self.deprecated_reason is not None:
            get_logger('launch').warning(
                'loading deprecated launch file: %s', self.deprecated_reason
            )
        return self.entities

    def get_sub_entities(self) -> list[LaunchDescriptionEntity]:
        """Return the entities."""
        return self.entities

    def get_launch_arguments(
        self,
        conditional_inclusion: bool = False,
    ) -> list[DeclareLaunchArgument]:
        """
        Return the declared launch arguments that can be seen before launching.

        :param conditional_inclusion: call those under no condition of their own conditional too.
        """
        return [argument for argument, _ in self.walk_arguments(given=conditional_inclusion)]

    def walk_arguments(
        self, *, given: bool = False
    ) -> Iterator[tuple[DeclareLaunchArgument, bool]]:
        """
        Yield each declared argument, and whether a condition or an include takes care of it.

        :param given: all of them are taken care of.
        """
        yield from _walk(self, frozenset(), is_conditional=given)


def _walk(
    entity: LaunchDescriptionEntity, given: frozenset[str], *, is_conditional: bool
) -> Iterator[tuple[DeclareLaunchArgument, bool]]:
    from launch.actions import DeclareLaunchArgument, IncludeLaunchDescription  # noqa: PLC0415  actions import this module

    if isinstance(entity, Action) and entity.condition is not None:
        is_conditional = True
    if isinstance(entity, IncludeLaunchDescription):
        given |= entity.known_argument_names()
    if isinstance(entity, DeclareLaunchArgument):
        yield entity, is_conditional or entity.name in given
    for sub in entity.get_sub_entities():
        yield from _walk(sub, given, is_conditional=is_conditional)
