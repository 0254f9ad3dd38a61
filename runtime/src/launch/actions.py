# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The actions of ros2/launch that launch files use.

Each is an entity: visited while launching, it does its part and gives what comes next.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import InitVar, dataclass
from typing import Any

from launch.core import (
    Action,
    EventHandler,
    LaunchContext,
    LaunchDescriptionEntity,
    SomeEntitiesType,
    SomeSubstitutionsType,
    as_entities,
)
from launch.events import Event, ProcessExited
from launch.events import Shutdown as ShutdownEvent
from launch.execute_process import ExecuteProcess
from launch.logging import get_logger
from launch.scopes import (
    DeclareLaunchArgument,
    GroupAction,
    IncludeLaunchDescription,
    SetEnvironmentVariable,
    SetLaunchConfiguration,
)
from ros_wire.limits import check_not_given, unsupported_names

__all__ = [
    'DeclareLaunchArgument', 'EmitEvent', 'ExecuteProcess', 'GroupAction',
    'IncludeLaunchDescription', 'LogInfo', 'OpaqueFunction', 'RegisterEventHandler',
    'SetEnvironmentVariable', 'SetLaunchConfiguration', 'Shutdown', 'TimerAction',
]  # fmt: skip
__getattr__ = unsupported_names(
    __name__,
    *('AppendEnvironmentVariable', 'ExecuteLocal', 'ForEach', 'ForLoop', 'OpaqueCoroutine'),
    *('PopEnvironment', 'PopLaunchConfigurations', 'PushEnvironment', 'PushLaunchConfigurations'),
    *('ResetEnvironment', 'ResetLaunchConfigurations', 'UnregisterEventHandler'),
    *('UnsetEnvironmentVariable', 'UnsetLaunchConfiguration'),
)


@dataclass(kw_only=True, eq=False)
class OpaqueFunction(Action):
    """
    Calls a function.

    :param function: called with the context; may return entities to visit.
    :param args: what to call it with after the context.
    :param kwargs: what to call it with by name.
    """

    function: Callable[..., SomeEntitiesType | None]
    args: Iterable[Any] | None = None
    kwargs: Mapping[str, Any] | None = None

    def execute(self, context: LaunchContext) -> SomeEntitiesType | None:
        """Return the entities that the function gives."""
        return self.function(context, *(self.args or ()), **(self.kwargs or {}))


@dataclass(kw_only=True, eq=False)
class LogInfo(Action):
    """
    Prints a line.

    :param msg: the line, as text and substitutions.
    """

    msg: SomeSubstitutionsType

    def execute(self, context: LaunchContext) -> None:
        """Print it."""
        get_logger('launch.user').info('%s', context.perform(self.msg))


@dataclass(eq=False)
class RegisterEventHandler(Action):
    """
    Registers an event handler.

    :param event_handler: the handler.
    """

    event_handler: EventHandler

    def execute(self, context: LaunchContext) -> None:
        """Register it."""
        context.register_event_handler(self.event_handler)


@dataclass(kw_only=True, eq=False)
class EmitEvent(Action):
    """
    Emits an event.

    :param event: the event.
    """

    event: Event

    def execute(self, context: LaunchContext) -> None:
        """Emit it."""
        context.emit_event_sync(self.event)


@dataclass(kw_only=True, eq=False)
class Shutdown(Action):
    """
    Shuts everything down.

    :param reason: why, for people.
    """

    reason: str = 'reason not given'

    def execute(self, context: LaunchContext) -> None:
        """Shut everything down; say so if it is because a process has exited."""
        event = getattr(context.locals, 'event', None)
        if isinstance(event, ProcessExited):
            get_logger('launch').info(
                'process[%s] was required: shutting down launched system', event.process_name
            )
        context.emit_event_sync(ShutdownEvent(reason=self.reason))


@dataclass(kw_only=True, eq=False)
class TimerAction(Action):
    """
    Visits entities after a while, unless everything is shut down before.

    :param period: how long to wait [s], a number or substitutions.
    :param actions: what to visit then.
    :param cancel_on_shutdown: False is not supported.
    """

    period: float | SomeSubstitutionsType
    actions: Iterable[LaunchDescriptionEntity]
    cancel_on_shutdown: InitVar[bool] = True

    def __post_init__(self, cancel_on_shutdown: bool) -> None:
        """Refuse what is not supported."""
        check_not_given('TimerAction', cancel_on_shutdown=not cancel_on_shutdown)

    def execute(self, context: LaunchContext) -> None:
        """Begin to wait."""
        period_s, values = float(context.perform(self.period)), vars(context.locals)

        async def wait() -> None:
            try:
                await asyncio.wait_for(context.stop.wait(), period_s)
            except asyncio.TimeoutError:
                context.visit(as_entities(self.actions), **values)

        context.start(wait())
