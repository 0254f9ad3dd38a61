# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
ExecuteProcess: runs a program, shows its output, and ends it when everything is shut down.

Takes a command of text and substitutions; emits ProcessStarted and ProcessExited. A process is
ended by SIGINT, and if that doesn't help by SIGTERM and SIGKILL. Knows nothing of ROS.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
import contextlib
import itertools
import os
from pathlib import Path
import re
import shlex
import signal
from typing import Any

from launch.action import Action
from launch.conditions import evaluate_condition_expression
from launch.event_handler import BaseEventHandler
from launch.event_handlers import OnProcessExit, OnShutdown, OnTargetedProcess, Reaction
from launch.events.process import (
    ProcessExited,
    ProcessStarted,
    ShutdownProcess,
    SignalProcess,
)
from launch.launch_context import LaunchContext
from launch.logging import get_logger, write_line
from launch.process import ChildProcess
from launch.substitution import SomeSubstitutionsType
from launch.substitutions import LaunchConfiguration
from launch.utilities import normalize_to_list_of_substitutions, perform_text
from launch.utilities.type_utils import perform_typed_substitution

_numbers = itertools.count(1)
_SHOWN = {'screen': (True, True), 'both': (True, True), 'log': (False, True)}


class ExecuteProcess(Action):
    """
    Runs a program.

    :param cmd: program and arguments, each of text and substitutions.
    :param prefix: what stands before the command, split as a shell would.
    :param name: label of its output; the program's name if None.
    :param cwd: working directory.
    :param env: its whole environment; that of the context if None.
    :param additional_env: variables to add.
    :param shell: run the command in a shell.
    :param sigterm_timeout: how long after SIGINT it gets SIGTERM [s].
    :param sigkill_timeout: how long after SIGTERM it gets SIGKILL [s].
    :param emulate_tty: let it write to a terminal, so that it buffers by lines.
    :param output: 'screen' or 'both' show all it writes, 'log' its standard error only.
    :param log_cmd: print the command.
    :param on_exit: entities to visit when it exits, or a function that gives them.
    :param respawn: start it again when it exits.
    :param respawn_delay: how long to wait before that [s].
    :param respawn_max_retries: how often; negative for no limit.
    :param kwargs: see Action.
    """

    def __init__(
        self,
        *,
        cmd: Iterable[SomeSubstitutionsType],
        prefix: SomeSubstitutionsType | None = None,
        name: SomeSubstitutionsType | None = None,
        cwd: SomeSubstitutionsType | None = None,
        env: Mapping[Any, SomeSubstitutionsType] | None = None,
        additional_env: Mapping[Any, SomeSubstitutionsType] | None = None,
        shell: bool = False,
        sigterm_timeout: SomeSubstitutionsType | None = None,
        sigkill_timeout: SomeSubstitutionsType | None = None,
        emulate_tty: bool = False,
        output: SomeSubstitutionsType = 'log',
        log_cmd: bool = False,
        on_exit: Reaction = None,
        respawn: bool | SomeSubstitutionsType = False,
        respawn_delay: float | None = None,
        respawn_max_retries: int = -1,
        **kwargs: Any,
    ) -> None:
        for option in ('cached_output', 'output_format', 'arguments'):
            if option in kwargs:
                raise NotImplementedError(f'ExecuteProcess({option}=...) is not supported')
        super().__init__(**kwargs)
        self.cmd = [normalize_to_list_of_substitutions(part) for part in cmd]
        self.name = name
        self.process_details: dict[str, Any] | None = None
        self.return_code: int | None = None
        self._prefix = prefix
        self._cwd = cwd
        self._env = env
        self._additional_env = additional_env or {}
        self._shell = shell
        self._timeouts = (
            sigterm_timeout or LaunchConfiguration('sigterm_timeout', default='5'),
            sigkill_timeout or LaunchConfiguration('sigkill_timeout', default='5'),
        )
        self._emulate_tty = emulate_tty
        self._output = output
        self._log_cmd = log_cmd
        self._on_exit = on_exit
        self._respawn = respawn
        self._respawn_delay_s = respawn_delay or 0.0
        self._respawns_left = respawn_max_retries if respawn_max_retries >= 0 else None
        self._stop = asyncio.Event()
        self._child: ChildProcess | None = None
        self._task: asyncio.Task[None] | None = None

    def get_asyncio_future(self) -> asyncio.Future[None] | None:
        """Return what is done when the process has ended for good."""
        return self._task

    def execute(self, context: LaunchContext) -> None:
        """Start the process, unless everything is being shut down already."""
        if self.process_details is not None:
            raise RuntimeError(f'{self.process_details["name"]}: executed more than once')
        self.process_details = self._prepare(context)
        if context.is_shutdown:
            return
        handlers: list[BaseEventHandler] = [
            OnShutdown(on_shutdown=lambda *_: self._stop.set()),
            OnTargetedProcess(self, ShutdownProcess, lambda _: self._stop.set()),
            OnTargetedProcess(self, SignalProcess, self._on_signal),
        ]
        if self._on_exit is not None:
            handlers.append(OnProcessExit(target_action=self, on_exit=self._on_exit))
        for handler in handlers:
            context.register_event_handler(handler)
        options = self._options(context)
        self._task = asyncio.ensure_future(self._run(context, **options))

    def _prepare(self, context: LaunchContext) -> dict[str, Any]:
        """Return what events tell of the process."""
        cmd = [perform_text(context, part) for part in self.cmd]
        cmd = [*self._performed_prefix(context, cmd[0]), *cmd]
        name = Path(cmd[0]).name if self.name is None else perform_text(context, self.name)
        variables = dict(context.environment) if self._env is None else {}
        for key, value in {**(self._env or {}), **self._additional_env}.items():
            variables[perform_text(context, key)] = perform_text(context, value)
        return {
            'action': self,
            'name': f'{name}-{next(_numbers)}',
            'cmd': cmd,
            'cwd': None if self._cwd is None else perform_text(context, self._cwd),
            'env': variables,
        }

    def _performed_prefix(self, context: LaunchContext, program: str) -> list[str]:
        """Return the prefix of this action, or that of the user if the program is meant."""
        if self._prefix is not None:
            return shlex.split(perform_text(context, self._prefix))
        pattern = context.launch_configurations.get('launch-prefix-filter', '')
        if not re.match(pattern, Path(program).name):
            return []
        return shlex.split(context.launch_configurations.get('launch-prefix', ''))

    def _options(self, context: LaunchContext) -> dict[str, Any]:
        """Return what _run() needs, performed while the context is that of this action."""
        output = os.environ.get('OVERRIDE_LAUNCH_PROCESS_OUTPUT')
        if output is None:
            if isinstance(self._output, Mapping):
                raise NotImplementedError('ExecuteProcess(output=<dict>) is not supported')
            output = perform_text(context, self._output)
        if output not in _SHOWN:
            raise NotImplementedError(f"ExecuteProcess(output='{output}') is not supported")
        tty = self._emulate_tty
        if 'emulate_tty' in context.launch_configurations:
            tty = evaluate_condition_expression(
                context, context.launch_configurations['emulate_tty']
            )
        return {
            'shown': _SHOWN[output],
            'tty': tty,
            'timeouts_s': [float(perform_text(context, t)) for t in self._timeouts],
            'respawn': perform_typed_substitution(context, self._respawn, bool),
        }

    async def _run(
        self,
        context: LaunchContext,
        *,
        shown: tuple[bool, bool],
        tty: bool,
        timeouts_s: list[float],
        respawn: bool,
    ) -> None:
        """Run the process, again and again if it is to be respawned."""
        try:
            await self._run_once(context, shown, timeouts_s, tty=tty)
            while respawn and self._respawns_left != 0 and not self._stop.is_set():
                if self._respawns_left is not None:
                    self._respawns_left -= 1
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(self._stop.wait(), self._respawn_delay_s)
                if not self._stop.is_set():
                    await self._run_once(context, shown, timeouts_s, tty=tty)
        finally:
            self._cleanup()

    def _cleanup(self) -> None:
        """Do what is to be done when the process has ended for good."""

    async def _run_once(
        self,
        context: LaunchContext,
        shown: tuple[bool, bool],
        timeouts_s: list[float],
        *,
        tty: bool,
    ) -> None:
        """Run the process from its start to its end."""
        details = self.process_details
        assert details is not None
        name, command = details['name'], ' '.join(details['cmd'])
        logger = get_logger(name)
        if self._log_cmd:
            logger.info("process details: cmd='%s', cwd='%s'", command, details['cwd'])
        show, hide = (lambda line: write_line(f'[{name}] {line}')), (lambda _: None)
        self._child = child = await ChildProcess.start(
            details['cmd'],
            on_stdout=show if shown[0] else hide,
            on_stderr=show if shown[1] else hide,
            cwd=details['cwd'],
            env=details['env'],
            shell=self._shell,
            tty=tty,
        )
        logger.info('process started with pid [%d]', child.pid)
        details['pid'] = child.pid
        context.emit_event_sync(ProcessStarted(**details))
        self.return_code = code = await self._wait(child, name, timeouts_s)
        if code == 0:
            logger.info('process has finished cleanly [pid %d]', child.pid)
        else:
            logger.error(
                "process has died [pid %d, exit code %d, cmd '%s'].", child.pid, code, command
            )
        self._child = None
        context.emit_event_sync(ProcessExited.of(details, code))

    async def _wait(self, child: ChildProcess, name: str, timeouts_s: list[float]) -> int:
        """Return the exit code, once it has exited or has been made to."""
        ended = asyncio.ensure_future(child.wait())
        stop = asyncio.ensure_future(self._stop.wait())
        await asyncio.wait([ended, stop], return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        signals = [signal.SIGINT, signal.SIGTERM, signal.SIGKILL]
        for signum, harder, timeout_s in zip(signals, signals[1:], timeouts_s, strict=False):
            if ended.done():
                return ended.result()
            self._send(child, name, signum)
            await asyncio.wait([ended], timeout=timeout_s)
            if not ended.done():
                get_logger(name).error(
                    "process[%s] failed to terminate '%g' seconds after receiving '%s', "
                    "escalating to '%s'",
                    name,
                    timeout_s,
                    signum.name,
                    harder.name,
                )
        if not ended.done():
            self._send(child, name, signal.SIGKILL)
        return await ended

    def _on_signal(self, event: SignalProcess) -> None:
        if self._child is not None and self.process_details is not None:
            self._send(self._child, self.process_details['name'], event.signal)

    def _send(self, child: ChildProcess, name: str, signum: signal.Signals) -> None:
        get_logger(name).info("sending signal '%s' to process[%s]", signum.name, name)
        child.signal(signum)
