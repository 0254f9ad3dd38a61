# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
A child process in a session of its own, whose output arrives line by line.

Knows nothing of actions and events.
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
from typing import Any

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


async def start(
    cmd: list[str], show: Callable[[str], None], *, tty: bool, errors_only: bool, **options: Any
) -> tuple[asyncio.subprocess.Process, asyncio.Task[None]]:
    """
    Start a process; return it, and what is done when all that it has written was shown.

    :param cmd: program and arguments.
    :param show: called with every line it writes.
    :param tty: let it write to a terminal instead of a pipe.
    :param errors_only: show what it writes to its standard error alone.
    :param options: its cwd and env.
    :raises OSError: if it can't be started.
    """
    read, write = os.openpty() if tty else os.pipe()
    stdout = subprocess.DEVNULL if errors_only else write
    options |= {'stdin': subprocess.DEVNULL, 'stdout': stdout, 'stderr': write}
    options |= {'start_new_session': True, 'preexec_fn': _die_with_parent()}
    try:
        process = await asyncio.create_subprocess_exec(*cmd, **options)
    except OSError:
        os.close(read)
        raise
    finally:
        os.close(write)
    return process, asyncio.create_task(_show(read, show))


def signal_all(pid: int, signum: signal.Signals) -> None:
    """Signal a process and those it has started, as a terminal would."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signum)


async def _show(read: int, show: Callable[[str], None]) -> None:
    stream = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(stream), os.fdopen(read, 'rb', buffering=0)
    )
    rest = b''
    with contextlib.suppress(OSError):  # a terminal ends with an error
        while data := await stream.read(65536):
            *lines, rest = (rest + data).split(b'\n')
            for line in lines:
                show(line.rstrip(b'\r').decode(errors='replace'))
    if rest:
        show(rest.decode(errors='replace'))
    transport.close()


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
