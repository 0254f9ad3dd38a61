# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Events of the launch system itself; those of processes are in launch.events.process."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from launch.event import Event
from launch.events import process
from ros_wire.limits import unsupported_names

if TYPE_CHECKING:
    from launch.action import Action
    from launch.launch_description import LaunchDescription

__all__ = ['IncludeLaunchDescription', 'Shutdown', 'TimerEvent', 'matches_action', 'process']
__getattr__ = unsupported_names(__name__, 'ExecutionComplete')


class Shutdown(Event):
    """
    Everything is to end.

    :param reason: why, for people.
    :param due_to_sigint: whether a SIGINT is the reason.
    """

    name = 'launch.events.Shutdown'

    def __init__(self, *, reason: str = 'reason not given', due_to_sigint: bool = False) -> None:
        self.reason = reason
        self.due_to_sigint = due_to_sigint


class IncludeLaunchDescription(Event):
    """
    A launch description is to be visited.

    :param launch_description: which one.
    """

    name = 'launch.events.IncludeLaunchDescription'

    def __init__(self, launch_description: LaunchDescription) -> None:
        self.launch_description = launch_description


class TimerEvent(Event):
    """
    A TimerAction's time has come.

    :param timer_action: which one's.
    """

    name = 'launch.events.TimerEvent'

    def __init__(self, *, timer_action: Action) -> None:
        self.timer_action = timer_action


def matches_action(target_action: Action) -> Callable[[Action], bool]:
    """Return a matcher that holds for this action only."""
    return lambda action: action is target_action
