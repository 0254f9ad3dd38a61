# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Event handlers for what usually happens: a process starts or exits, or all is shut down.

Each takes entities, or a function ``(event, context)`` that gives them.
"""

from __future__ import annotations

from typing import Any

from launch.core import EventHandler, Reaction
from launch.events import Event, ProcessExited, ProcessStarted, RunningProcessEvent, Shutdown
from ros_wire.limits import unsupported_names

__all__ = ['OnProcessExit', 'OnProcessStart', 'OnShutdown']
__getattr__ = unsupported_names(
    __name__,
    *('OnExecutionComplete', 'OnIncludeLaunchDescription', 'OnProcessIO', 'event_named'),
)


class _OnProcess(EventHandler):
    """Handles an event of one process, of those that a function picks, or of any."""

    def __init__(
        self, kind: type[RunningProcessEvent], target: Any, reaction: Reaction, **kwargs: Any
    ) -> None:
        def matcher(event: Event) -> bool:
            is_meant = target if callable(target) else lambda action: target in (None, action)
            return isinstance(event, kind) and bool(is_meant(event.action))

        super().__init__(matcher=matcher, entities=reaction, **kwargs)


class OnProcessStart(_OnProcess):
    """
    Handles the start of a process.

    :param target_action: which one's: an action, a function that tells of an action whether
        it is meant, or None for any.
    :param on_start: entities, or a function that gives them.
    :param kwargs: see EventHandler.
    """

    def __init__(self, *, target_action: Any = None, on_start: Reaction, **kwargs: Any) -> None:
        super().__init__(ProcessStarted, target_action, on_start, **kwargs)


class OnProcessExit(_OnProcess):
    """
    Handles the exit of a process.

    :param target_action: which one's, see OnProcessStart.
    :param on_exit: entities, or a function that gives them.
    :param kwargs: see EventHandler.
    """

    def __init__(self, *, target_action: Any = None, on_exit: Reaction, **kwargs: Any) -> None:
        super().__init__(ProcessExited, target_action, on_exit, **kwargs)


class OnShutdown(EventHandler):
    """
    Handles the shutdown of everything.

    :param on_shutdown: entities, or a function that gives them.
    :param kwargs: see EventHandler.
    """

    def __init__(self, *, on_shutdown: Reaction, **kwargs: Any) -> None:
        def matcher(event: Event) -> bool:
            return isinstance(event, Shutdown)

        super().__init__(matcher=matcher, entities=on_shutdown, **kwargs)
