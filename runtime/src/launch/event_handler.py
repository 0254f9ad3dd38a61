# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
EventHandler: what to do when an event of some kind happens.

Takes a matcher and entities; gives the entities when the launch service hands it a matching
event. Ready-made handlers are in launch.event_handlers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from launch.event import Event
from launch.launch_description_entity import SomeEntitiesType

if TYPE_CHECKING:
    from launch.launch_context import LaunchContext


class BaseEventHandler:
    """
    Base of all event handlers.

    :param matcher: tells whether an event is to be handled.
    :param handle_once: forget the handler after its first event.
    """

    def __init__(self, *, matcher: Callable[[Event], bool], handle_once: bool = False) -> None:
        self._matcher = matcher
        self.handle_once = handle_once

    def matches(self, event: Event) -> bool:
        """Return whether the event is to be handled."""
        return self._matcher(event)

    def handle(self, event: Event, context: LaunchContext) -> SomeEntitiesType | None:
        """Handle the event: it is ``context.locals.event`` for the entities that follow."""
        context.extend_locals({'event': event})
        if self.handle_once:
            context.unregister_event_handler(self)
        return None


class EventHandler(BaseEventHandler):
    """
    Visits the given entities on every matching event.

    :param matcher: tells whether an event is to be handled.
    :param entities: what to visit then.
    :param handle_once: forget the handler after its first event.
    """

    def __init__(
        self,
        *,
        matcher: Callable[[Event], bool],
        entities: SomeEntitiesType | None = None,
        handle_once: bool = False,
    ) -> None:
        super().__init__(matcher=matcher, handle_once=handle_once)
        self.entities = entities

    def handle(self, event: Event, context: LaunchContext) -> SomeEntitiesType | None:
        """Return the entities."""
        super().handle(event, context)
        return self.entities
