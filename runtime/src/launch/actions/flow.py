# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Actions that decide what happens and when: groups, functions, timers, events, log lines.

Takes other actions, functions and events; gives the entities to visit next.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from launch.action import Action
from launch.actions.configuration import (
    PopEnvironment,
    PopLaunchConfigurations,
    PushEnvironment,
    PushLaunchConfigurations,
    ResetEnvironment,
    ResetLaunchConfigurations,
    SetLaunchConfiguration,
)
from launch.event import Event
from launch.event_handler import BaseEventHandler, EventHandler
from launch.event_handlers import OnShutdown
from launch.events import Shutdown as ShutdownEvent
from launch.events import TimerEvent
from launch.events.process import ProcessExited
from launch.launch_context import LaunchContext
from launch.launch_description_entity import LaunchDescriptionEntity, SomeEntitiesType, as_entities
from launch.logging import get_logger
from launch.substitution import SomeSubstitutionsType
from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions
from launch.utilities.type_utils import perform_typed_substitution


class GroupAction(Action):
    """
    Several actions under one condition and in one scope.

    :param actions: the actions.
    :param scoped: undo the actions' changes of configurations and environment at the end.
    :param forwarding: the actions see the configurations and environment outside.
    :param launch_configurations: configurations to set for the actions.
    :param kwargs: see Action.
    """

    def __init__(
        self,
        actions: Iterable[LaunchDescriptionEntity],
        *,
        scoped: bool = True,
        forwarding: bool = True,
        launch_configurations: Mapping[Any, SomeSubstitutionsType] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        configurations = dict(launch_configurations or {})
        self._entities = [SetLaunchConfiguration(k, v) for k, v in configurations.items()]
        if scoped and not forwarding:
            self._entities = [ResetEnvironment(), ResetLaunchConfigurations(configurations)]  # type: ignore[list-item]  # all are entities
        self._entities += actions  # type: ignore[arg-type]  # all are entities
        if scoped:
            begin = [PushLaunchConfigurations(), PushEnvironment()]
            end = [PopEnvironment(), PopLaunchConfigurations()]
            self._entities = [*begin, *self._entities, *end]  # type: ignore[list-item]  # all are entities

    def get_sub_entities(self) -> Sequence[LaunchDescriptionEntity]:
        """Return the actions, with those that begin and end the scope."""
        return self._entities

    def execute(self, context: LaunchContext) -> Sequence[LaunchDescriptionEntity]:  # noqa: ARG002  the actions use it
        """Return the actions."""
        return self._entities


class OpaqueFunction(Action):
    """
    Calls a function.

    :param function: called with the context; may return entities to visit.
    :param args: what to call it with after the context.
    :param kwargs: what to call it with by name.
    :param left_over_kwargs: see Action.
    """

    def __init__(
        self,
        *,
        function: Callable[..., SomeEntitiesType | None],
        args: Iterable[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        **left_over_kwargs: Any,
    ) -> None:
        super().__init__(**left_over_kwargs)
        self._function = function
        self._args = list(args or [])
        self._kwargs = dict(kwargs or {})

    def execute(self, context: LaunchContext) -> Sequence[LaunchDescriptionEntity]:
        """Return the entities that the function gives."""
        return as_entities(self._function(context, *self._args, **self._kwargs))


class LogInfo(Action):
    """
    Prints a line.

    :param msg: the line, as text and substitutions.
    :param kwargs: see Action.
    """

    def __init__(self, *, msg: SomeSubstitutionsType, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.msg = normalize_to_list_of_substitutions(msg)

    def execute(self, context: LaunchContext) -> None:
        """Print it."""
        get_logger('launch.user').info('%s', perform_substitutions(context, self.msg))


class RegisterEventHandler(Action):
    """
    Registers an event handler.

    :param event_handler: the handler.
    :param kwargs: see Action.
    """

    def __init__(self, event_handler: BaseEventHandler, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.event_handler = event_handler

    def execute(self, context: LaunchContext) -> None:
        """Register it."""
        context.register_event_handler(self.event_handler)


class UnregisterEventHandler(Action):
    """
    Unregisters an event handler.

    :param event_handler: the handler.
    :param kwargs: see Action.
    """

    def __init__(self, event_handler: BaseEventHandler, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.event_handler = event_handler

    def execute(self, context: LaunchContext) -> None:
        """Unregister it."""
        context.unregister_event_handler(self.event_handler)


class EmitEvent(Action):
    """
    Emits an event.

    :param event: the event.
    :param kwargs: see Action.
    """

    def __init__(self, *, event: Event, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.event = event

    def execute(self, context: LaunchContext) -> None:
        """Emit it."""
        context.emit_event_sync(self.event)


class Shutdown(EmitEvent):
    """
    Shuts everything down.

    :param reason: why, for people.
    :param kwargs: see Action.
    """

    def __init__(self, *, reason: str = 'reason not given', **kwargs: Any) -> None:
        super().__init__(event=ShutdownEvent(reason=reason), **kwargs)

    def execute(self, context: LaunchContext) -> None:
        """Shut everything down; say so if it is because a process has exited."""
        event = context.get_locals_as_dict().get('event')
        if isinstance(event, ProcessExited):
            get_logger('launch').info(
                'process[%s] was required: shutting down launched system', event.process_name
            )
        super().execute(context)


class TimerAction(Action):
    """
    Visits entities after a while.

    :param period: how long to wait [s], a number or substitutions.
    :param actions: what to visit then.
    :param cancel_on_shutdown: don't wait any longer once everything is shut down.
    :param kwargs: see Action.
    """

    def __init__(
        self,
        *,
        period: float | SomeSubstitutionsType,
        actions: Iterable[LaunchDescriptionEntity],
        cancel_on_shutdown: bool | SomeSubstitutionsType = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.period = float(period) if isinstance(period, (int, float, str)) else period
        self.actions = list(actions)
        self._cancel_on_shutdown = cancel_on_shutdown
        self._canceled = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def cancel(self) -> None:
        """Don't wait any longer, and visit nothing."""
        self._canceled.set()

    def execute(self, context: LaunchContext) -> None:
        """Begin to wait."""
        period_s = perform_typed_substitution(context, self.period, float)
        if perform_typed_substitution(context, self._cancel_on_shutdown, bool):
            context.register_event_handler(OnShutdown(on_shutdown=lambda *_: self.cancel()))
        values = context.get_locals_as_dict()

        def react(context: LaunchContext) -> list[LaunchDescriptionEntity]:
            context.extend_locals(values)
            return self.actions

        handler = EventHandler(
            matcher=lambda event: isinstance(event, TimerEvent) and event.timer_action is self,
            entities=OpaqueFunction(function=react),
            handle_once=True,
        )
        context.register_event_handler(handler)
        self._task = asyncio.ensure_future(self._wait(context, period_s))

    async def _wait(self, context: LaunchContext, period_s: float) -> None:
        try:
            await asyncio.wait_for(self._canceled.wait(), period_s)
        except asyncio.TimeoutError:
            context.emit_event_sync(TimerEvent(timer_action=self))

    def get_asyncio_future(self) -> asyncio.Future[None] | None:
        """Return what is done when the wait is over."""
        return self._task
