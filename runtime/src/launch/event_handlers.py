# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Event handlers for what usually happens: a process starts or exits, or all is shut down.

Each takes entities, or a function ``(event, context)`` that gives them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from launch.event import Event
from launch.event_handler import BaseEventHandler, EventHandler
from launch.events import Shutdown
from launch.events.process import ProcessExited, ProcessStarted, ProcessTargetedEvent
from launch.launch_context import LaunchContext
from launch.launch_description_entity import SomeEntitiesType, as_entities
from ros_wire.limits import unsupported_names

__all__ = [
    'BaseEventHandler',
    'EventHandler',
    'OnActionEventBase',
    'OnProcessExit',
    'OnProcessStart',
    'OnShutdown',
    'OnTargetedProcess',
]
__getattr__ = unsupported_names(
    __name__, 'OnExecutionComplete', 'OnProcessIO', 'OnIncludeLaunchDescription', 'event_named'
)

Reaction = SomeEntitiesType | Callable[[Any, LaunchContext], SomeEntitiesType | None] | None


class _Reacting(BaseEventHandler):
    """Base of the handlers here: entities, or a function that gives them."""

    def __init__(
        self,
        *,
        matcher: Callable[[Event], bool],
        reaction: Reaction,
        handle_once: bool = False,
    ) -> None:
        super().__init__(matcher=matcher, handle_once=handle_once)
        self._reaction = reaction if callable(reaction) else as_entities(reaction)

    def handle(self, event: Event, context: LaunchContext) -> SomeEntitiesType | None:
        """Return the entities."""
        super().handle(event, context)
        if callable(self._reaction):
            return self._reaction(event, context)
        return self._reaction


class OnActionEventBase(_Reacting):
    """
    Handles an event that some action is the source of.

    :param action_matcher: that action, a function that tells whether an action is meant, or
        None for any.
    :param on_event: entities, or a function that gives them.
    :param target_event_cls: the class of events.
    :param handle_once: forget the handler after its first event.
    """

    def __init__(
        self,
        *,
        action_matcher: Any,
        on_event: Reaction,
        target_event_cls: type[Event],
        handle_once: bool = False,
    ) -> None:
        def matcher(event: Event) -> bool:
            if not isinstance(event, target_event_cls):
                return False
            action = event.action  # type: ignore[attr-defined]  # events with a source have one
            if callable(action_matcher):
                return bool(action_matcher(action))
            return action_matcher is None or action is action_matcher

        super().__init__(matcher=matcher, reaction=on_event, handle_once=handle_once)


class OnProcessStart(OnActionEventBase):
    """
    Handles the start of a process.

    :param target_action: which one's, see OnActionEventBase.
    :param on_start: entities, or a function that gives them.
    :param handle_once: forget the handler after its first event.
    """

    def __init__(
        self, *, target_action: Any = None, on_start: Reaction, handle_once: bool = False
    ) -> None:
        super().__init__(
            action_matcher=target_action,
            on_event=on_start,
            target_event_cls=ProcessStarted,
            handle_once=handle_once,
        )


class OnProcessExit(OnActionEventBase):
    """
    Handles the exit of a process.

    :param target_action: which one's, see OnActionEventBase.
    :param on_exit: entities, or a function that gives them.
    :param handle_once: forget the handler after its first event.
    """

    def __init__(
        self, *, target_action: Any = None, on_exit: Reaction, handle_once: bool = False
    ) -> None:
        super().__init__(
            action_matcher=target_action,
            on_event=on_exit,
            target_event_cls=ProcessExited,
            handle_once=handle_once,
        )


class OnShutdown(_Reacting):
    """
    Handles the shutdown of everything.

    :param on_shutdown: entities, or a function that gives them.
    :param handle_once: forget the handler after its first event.
    """

    def __init__(self, *, on_shutdown: Reaction, handle_once: bool = False) -> None:
        super().__init__(
            matcher=lambda event: isinstance(event, Shutdown),
            reaction=on_shutdown,
            handle_once=handle_once,
        )


class OnTargetedProcess(_Reacting):
    """
    Handles an event that is meant for one process; ExecuteProcess uses it.

    :param action: the ExecuteProcess action.
    :param target_event_cls: the class of events, a ProcessTargetedEvent.
    :param react: called with the event.
    """

    def __init__(
        self,
        action: Any,
        target_event_cls: type[ProcessTargetedEvent],
        react: Callable[[Any], None],
    ) -> None:
        def matcher(event: Event) -> bool:
            return isinstance(event, target_event_cls) and event.process_matcher(action)

        super().__init__(matcher=matcher, reaction=lambda event, _: react(event))
