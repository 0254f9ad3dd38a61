# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Events: everything is to end, or a process has started or exited."""

from __future__ import annotations

from dataclasses import dataclass
import sys
from typing import TYPE_CHECKING

from ros_wire.limits import unsupported_names

if TYPE_CHECKING:
    from launch.execute_process import ExecuteProcess

__getattr__ = unsupported_names(
    __name__,
    *('ExecutionComplete', 'IncludeLaunchDescription', 'ProcessIO', 'ProcessStderr'),
    *('ProcessStdin', 'ProcessStdout', 'ProcessTargetedEvent', 'ShutdownProcess'),
    *('SignalProcess', 'TimerEvent', 'matches_action', 'matches_executable', 'matches_name'),
    'matches_pid',
)
process = sys.modules[__name__]  # ROS 2 has the events of processes one module deeper


class Event:
    """Something that happened while launching; event handlers react to it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Shutdown(Event):
    """
    Everything is to end.

    :param reason: why, for people.
    :param due_to_sigint: whether a SIGINT is the reason.
    """

    reason: str = 'reason not given'
    due_to_sigint: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class RunningProcessEvent(Event):
    """
    Something happened to a process.

    :param action: the ExecuteProcess action it belongs to.
    :param process_name: its unique name, e.g. ``talker-1``.
    :param cmd: its command line.
    :param cwd: its working directory, None for that of the launch.
    :param env: its environment.
    :param pid: its process id.
    """

    action: ExecuteProcess
    process_name: str
    cmd: list[str]
    cwd: str | None
    env: dict[str, str]
    pid: int


class ProcessStarted(RunningProcessEvent):
    """A process has started."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ProcessExited(RunningProcessEvent):
    """
    A process has exited.

    :param returncode: its exit code, or minus the signal that ended it.
    """

    returncode: int
