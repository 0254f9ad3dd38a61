# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
ExecuteProcess: runs a program, shows its output, and ends it when everything is shut down.

Takes a command of text and substitutions; emits ProcessStarted and ProcessExited. A process is
ended by SIGINT, and if that doesn't help by SIGTERM and SIGKILL. What it has started itself is
killed when it has ended, and on Linux it gets a SIGTERM if the launching process dies without a
word. Knows nothing of ROS.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
import contextlib
from dataclasses import dataclass
import itertools
import os
from pathlib import Path
import shlex
import signal
from typing import Any

from launch import process
from launch.conditions import evaluate_condition_expression
from launch.core import Action, LaunchContext, Reaction, SomeSubstitutionsType
from launch.event_handlers import OnProcessExit
from launch.events import ProcessExited, ProcessStarted
from launch.logging import get_logger, write_line
from launch.substitutions import LaunchConfiguration
from ros_wire.limits import check_not_given, unsupported

_numbers = itertools.count(1)


@dataclass(kw_only=True, eq=False)
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
    :param on_exit: entities to visit when it exits, or a function that gives them.
    :param respawn: start it again when it exits.
    :param respawn_delay: how long to wait before that [s].
    :param respawn_max_retries: how often; negative for no limit.
    :param cached_output: not supported.
    :param output_format: not supported.
    :param log_cmd: not supported.
    """

    cmd: Iterable[SomeSubstitutionsType]
    prefix: SomeSubstitutionsType | None = None
    name: SomeSubstitutionsType | None = None
    cwd: SomeSubstitutionsType | None = None
    env: Mapping[Any, SomeSubstitutionsType] | None = None
    additional_env: Mapping[Any, SomeSubstitutionsType] | None = None
    shell: bool = False
    sigterm_timeout: SomeSubstitutionsType | None = None
    sigkill_timeout: SomeSubstitutionsType | None = None
    emulate_tty: bool = False
    output: SomeSubstitutionsType = 'log'
    on_exit: Reaction = None
    respawn: bool | SomeSubstitutionsType = False
    respawn_delay: float | None = None
    respawn_max_retries: int = -1
    cached_output: bool = False
    output_format: str | None = None
    log_cmd: bool = False

    def __post_init__(self) -> None:
        """Refuse what is not supported."""
        refused = ('cached_output', 'output_format', 'log_cmd')
        check_not_given('ExecuteProcess', **{name: getattr(self, name) for name in refused})
        self.process_details: dict[str, Any] | None = None
        self.return_code: int | None = None

    def execute(self, context: LaunchContext) -> None:
        """
        Start the process, unless everything is being shut down already.

        What depends on the scope is performed now, while the context is that of this action.

        :raises RuntimeError: if it has been started before.
        """
        if self.process_details is not None:
            raise RuntimeError(f'{self.process_details["process_name"]}: executed more than once')
        details = self.process_details = self._perform(context)
        output = os.environ.get('OVERRIDE_LAUNCH_PROCESS_OUTPUT', self.output)
        text = '' if isinstance(output, Mapping) else context.perform(output)
        if text not in ('screen', 'both', 'log'):
            raise unsupported(f'ExecuteProcess(output={output!r})')
        if context.is_shutdown:
            return
        handler = OnProcessExit(target_action=self, on_exit=self.on_exit)
        context.register_event_handler(handler)
        tty = LaunchConfiguration('emulate_tty', default=self.emulate_tty)
        options = {
            'cmd': ['/bin/sh', '-c', ' '.join(details['cmd'])] if self.shell else details['cmd'],
            'cwd': details['cwd'],
            'env': details['env'],
            'errors_only': text == 'log',
            'tty': evaluate_condition_expression(context, tty),
        }
        timeouts = [
            self.sigterm_timeout or LaunchConfiguration('sigterm_timeout', default='5'),
            self.sigkill_timeout or LaunchConfiguration('sigkill_timeout', default='5'),
        ]
        timeouts_s = [float(context.perform(timeout)) for timeout in timeouts]
        respawn = evaluate_condition_expression(context, self.respawn)
        retries = self.respawn_max_retries if respawn else 0
        context.start(self._run(context, options, timeouts_s, retries))

    def _label(self) -> SomeSubstitutionsType | None:
        return self.name

    def _perform(self, context: LaunchContext) -> dict[str, Any]:
        """Return what events tell of the process, but for its id."""
        cmd = shlex.split(context.perform(self.prefix or ''))
        cmd += [context.perform(part) for part in self.cmd]
        label = context.perform(self._label() or Path(cmd[0]).name)
        env = dict(context.environment) if self.env is None else {}
        for key, value in {**(self.env or {}), **(self.additional_env or {})}.items():
            env[context.perform(key)] = context.perform(value)
        cwd = context.perform(self.cwd or '') or None
        name = f'{label}-{next(_numbers)}'
        return {'action': self, 'process_name': name, 'cmd': cmd, 'cwd': cwd, 'env': env}

    async def _run(
        self,
        context: LaunchContext,
        options: dict[str, Any],
        timeouts_s: list[float],
        retries: int,
    ) -> None:
        """Run the process, again and again if it is to be respawned."""
        details = self.process_details
        assert details is not None
        name = details['process_name']
        logger = get_logger(name)
        while not context.is_shutdown:
            try:
                child, shown = await process.start(
                    **options, show=lambda line: write_line(f'[{name}] {line}')
                )
            except OSError as error:
                logger.error('exception occurred while executing process:\n%s', error)  # noqa: TRY400  the text says it all
                return
            details['pid'] = child.pid
            logger.info('process started with pid [%d]', child.pid)
            context.emit_event_sync(ProcessStarted(**details))
            self.return_code = code = await _end(child, name, timeouts_s, context.stop)
            process.signal_all(child.pid, signal.SIGKILL)  # what is left would hold the pipe open
            await shown
            if code == 0:
                logger.info('process has finished cleanly [pid %d]', child.pid)
            else:
                told = (child.pid, code, ' '.join(details['cmd']))
                logger.error("process has died [pid %d, exit code %d, cmd '%s'].", *told)
            context.emit_event_sync(ProcessExited(**details, returncode=code))
            if retries == 0:
                return
            retries -= 1
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(context.stop.wait(), self.respawn_delay or 0.0)


async def _end(
    child: asyncio.subprocess.Process, name: str, timeouts_s: list[float], stop: asyncio.Event
) -> int:
    """Return the exit code, once the process has exited or, after the stop, has been made to."""
    ended = asyncio.ensure_future(child.wait())
    stopped = asyncio.ensure_future(stop.wait())
    await asyncio.wait([ended, stopped], return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    logger = get_logger(name)
    before, waited_s = '', 0.0
    for sign, timeout_s in zip(('SIGINT', 'SIGTERM', 'SIGKILL'), (*timeouts_s, None), strict=True):
        if ended.done():
            break
        if before:
            logger.error(
                "process[%s] failed to terminate '%g' seconds after receiving '%s', "
                "escalating to '%s'",
                *(name, waited_s, before, sign),
            )
        logger.info("sending signal '%s' to process[%s]", sign, name)
        process.signal_all(child.pid, signal.Signals[sign])
        await asyncio.wait([ended], timeout=timeout_s)
        before, waited_s = sign, waited_s + (timeout_s or 0.0)
    return await ended
