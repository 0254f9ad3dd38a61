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
) -> tuple[asyncio.subprocess.Process, asyncio.Future[list[None]]]:
    """
    Start a process; return it, and what is done when all that it has written was shown.

    :param cmd: program and arguments.
    :param show: called with every line it writes.
    :param tty: let it write to a terminal instead of a pipe.
    :param errors_only: show what it writes to its standard error alone.
    :param options: its cwd and env.
    :raises OSError: if it can't be started.
    """
    pairs = [os.openpty() if tty else os.pipe() for _ in range(1 if errors_only else 2)]
    stdout = subprocess.DEVNULL if errors_only else pairs[0][1]
    options |= {'stdin': subprocess.DEVNULL, 'stdout': stdout, 'stderr': pairs[-1][1]}
    options |= {'start_new_session': True, 'preexec_fn': _die_with_parent()}
    try:
        process = await asyncio.create_subprocess_exec(*cmd, **options)
    except OSError:
        for read, _ in pairs:
            os.close(read)
        raise
    finally:
        for _, write in pairs:
            os.close(write)
    return process, asyncio.gather(*(_show(read, show) for read, _ in pairs))


def signal_all(pid: int, signum: signal.Signals) -> None:
    """Signal a process and those it has started, as a terminal would."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signum)


def _show(read: int, show: Callable[[str], None]) -> asyncio.Future[None]:
    """Return what is done when all that is written to the other end was shown."""
    loop = asyncio.get_running_loop()
    done = loop.create_future()
    rest = b''

    def take() -> None:
        nonlocal rest
        try:
            data = os.read(read, 65536)
        except OSError:  # a terminal ends with an error
            data = b''
        *lines, rest = (rest + data).split(b'\n')
        if not data:
            lines = [rest] if rest else []
            loop.remove_reader(read)
            os.close(read)
            done.set_result(None)
        for line in lines:
            show(line.rstrip(b'\r').decode(errors='replace'))

    loop.add_reader(read, take)
    return done


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
