# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
LaunchDescriptionEntity: whatever can stand in a launch description.

Gives the base class of actions and descriptions: visited with a context, an entity does
something and gives the entities to visit next. Knows no particular entity.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from launch.launch_context import LaunchContext


class LaunchDescriptionEntity:
    """Something that can be visited while launching."""

    def visit(self, context: LaunchContext) -> Sequence[LaunchDescriptionEntity] | None:
        """Do this entity's part and return the entities to visit next."""
        raise NotImplementedError(f'{type(self).__name__} defines no visit()')

    def get_asyncio_future(self) -> asyncio.Future[None] | None:
        """Return a future that is done when the entity is, or None if it is done already."""
        return None

    def get_sub_entities(self) -> Sequence[LaunchDescriptionEntity]:
        """Return the entities inside this one that are known before launching."""
        return []


SomeEntitiesType = LaunchDescriptionEntity | Iterable[LaunchDescriptionEntity]


def as_entities(entities: SomeEntitiesType | None) -> list[LaunchDescriptionEntity]:
    """
    Return one entity, several or none as a list.

    :raises TypeError: if something else than an entity is among them.
    """
    if entities is None:
        return []
    found = [entities] if isinstance(entities, LaunchDescriptionEntity) else list(entities)
    for entity in found:
        if not isinstance(entity, LaunchDescriptionEntity):
            raise TypeError(f'expected a LaunchDescriptionEntity, got {entity!r}')
    return found
