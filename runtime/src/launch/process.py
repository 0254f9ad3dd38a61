# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
A child process in a session of its own, whose output arrives line by line.

Takes a command; gives its lines and its exit code. What it started itself is killed when it has
ended, and on Linux it gets a SIGTERM if the launching process dies without a word. Knows nothing
of actions and events.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
import contextlib
import ctypes
import os
import signal
import subprocess
import sys

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


class _Lines(asyncio.Protocol):
    """Cuts a stream of bytes into lines; ``closed`` is done when the stream has ended."""

    def __init__(self, on_line: Callable[[str], None]) -> None:
        self._on_line = on_line
        self._rest = b''
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def data_received(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b'\n')
        for line in lines:
            self._on_line(line.rstrip(b'\r').decode(errors='replace'))

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  a pty ends with an error
        if self._rest:
            self._on_line(self._rest.decode(errors='replace'))
        if not self.closed.done():
            self.closed.set_result(None)


def _die_with_parent() -> Callable[[], None] | None:
    """Return what the child runs before its program, so that it can't outlive the launch."""
    if sys.platform != 'linux':
        return None
    prctl = ctypes.CDLL(None).prctl  # looked up here: the forked child should do little
    parent = os.getpid()

    def in_child() -> None:
        prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return in_child


class ChildProcess:
    """
    A running child process; start() makes one.

    :param process: the process.
    :param outputs: the readers of its output.
    """

    def __init__(self, process: asyncio.subprocess.Process, outputs: list[_Lines]) -> None:
        self._process = process
        self._outputs = outputs

    @property
    def pid(self) -> int:
        """Its process id, which is that of its process group too."""
        return self._process.pid

    @classmethod
    async def start(
        cls,
        cmd: list[str],
        *,
        on_stdout: Callable[[str], None],
        on_stderr: Callable[[str], None],
        cwd: str | None,
        env: dict[str, str],
        shell: bool,
        tty: bool,
    ) -> ChildProcess:
        """
        Start a process.

        :param cmd: program and arguments.
        :param on_stdout: called with every line of its standard output.
        :param on_stderr: called with every line of its standard error.
        :param shell: run the joined command in a shell.
        :param tty: let it write to terminals instead of pipes.
        :raises OSError: if it can't be started.
        """
        pairs = [os.openpty() if tty else os.pipe() for _ in range(2)]
        (read_out, write_out), (read_err, write_err) = pairs
        try:
            process = await asyncio.create_subprocess_exec(
                *(['/bin/sh', '-c', ' '.join(cmd)] if shell else cmd),
                stdin=subprocess.DEVNULL,
                stdout=write_out,
                stderr=write_err,
                cwd=cwd,
                env=env,
                start_new_session=True,
                preexec_fn=_die_with_parent(),
            )
        except BaseException:
            os.close(read_out)
            os.close(read_err)
            raise
        finally:
            os.close(write_out)
            os.close(write_err)
        outputs = [await _read(read_out, on_stdout), await _read(read_err, on_stderr)]
        return cls(process, outputs)

    def signal(self, signum: signal.Signals) -> None:
        """Send a signal to its process group, as a terminal would."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signum)

    async def wait(self) -> int:
        """Wait until it and all its output have ended; return the exit code."""
        code = await self._process.wait()
        self.signal(signal.SIGKILL)  # what it has left behind would hold the pipes open
        await asyncio.gather(*(output.closed for output in self._outputs))
        return code


async def _read(fd: int, on_line: Callable[[str], None]) -> _Lines:
    loop = asyncio.get_running_loop()
    stream = os.fdopen(fd, 'rb', buffering=0)
    _, lines = await loop.connect_read_pipe(lambda: _Lines(on_line), stream)
    return lines
