# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Events about processes: they start and exit, or are to be signalled or shut down.

ExecuteProcess emits the former and reacts to the latter.
"""

from __future__ import annotations

from collections.abc import Callable
import signal
from typing import TYPE_CHECKING

from launch.event import Event
from ros_wire.limits import unsupported_names

if TYPE_CHECKING:
    from launch.actions.execute_process import ExecuteProcess

__all__ = [
    'ProcessExited',
    'ProcessStarted',
    'ProcessTargetedEvent',
    'RunningProcessEvent',
    'ShutdownProcess',
    'SignalProcess',
]
__getattr__ = unsupported_names(
    __name__,
    'ProcessIO',
    'ProcessStderr',
    'ProcessStdin',
    'ProcessStdout',
    'matches_executable',
    'matches_name',
    'matches_pid',
)


class RunningProcessEvent(Event):
    """
    Something happened to a process.

    :param action: the ExecuteProcess action it belongs to.
    :param name: its unique name, e.g. ``talker-1``.
    :param cmd: its command line.
    :param cwd: its working directory, None for that of the launch.
    :param env: its environment.
    :param pid: its process id.
    """

    name = 'launch.events.process.RunningProcessEvent'

    def __init__(
        self,
        *,
        action: ExecuteProcess,
        name: str,
        cmd: list[str],
        cwd: str | None,
        env: dict[str, str],
        pid: int,
    ) -> None:
        self.action = action
        self.process_name = name
        self.cmd = cmd
        self.cwd = cwd
        self.env = env
        self.pid = pid


class ProcessStarted(RunningProcessEvent):
    """A process has started."""

    name = 'launch.events.process.ProcessStarted'


class ProcessExited(RunningProcessEvent):
    """
    A process has exited.

    :param returncode: its exit code, or minus the signal that ended it.
    """

    name = 'launch.events.process.ProcessExited'
    returncode: int

    @classmethod
    def of(cls, details: dict[str, object], returncode: int) -> ProcessExited:
        """Return the event for a process of these details."""
        event = cls(**details)  # type: ignore[arg-type]  # the keys are the arguments above
        event.returncode = returncode
        return event


class ProcessTargetedEvent(Event):
    """
    Something is to happen to a process.

    :param process_matcher: tells for an ExecuteProcess action whether it is meant.
    """

    name = 'launch.events.process.ProcessTargetedEvent'

    def __init__(self, *, process_matcher: Callable[[ExecuteProcess], bool]) -> None:
        self.process_matcher = process_matcher


class ShutdownProcess(ProcessTargetedEvent):
    """A process is to be shut down: SIGINT, then SIGTERM, then SIGKILL."""

    name = 'launch.events.process.ShutdownProcess'


class SignalProcess(ProcessTargetedEvent):
    """
    A process is to be sent a signal.

    :param signal_number: a ``signal.Signals``, or 'SIGKILL'.
    :param process_matcher: tells for an ExecuteProcess action whether it is meant.
    """

    name = 'launch.events.process.SignalProcess'

    def __init__(
        self,
        *,
        signal_number: str | signal.Signals,
        process_matcher: Callable[[ExecuteProcess], bool],
    ) -> None:
        super().__init__(process_matcher=process_matcher)
        is_name = isinstance(signal_number, str)
        self.signal = signal.Signals[signal_number] if is_name else signal.Signals(signal_number)  # type: ignore[misc,arg-type]  # narrowed by is_name
        self.signal_name = self.signal.name
