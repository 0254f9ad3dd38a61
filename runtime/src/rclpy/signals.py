# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
SIGINT and SIGTERM shut the contexts down.

A thread waiting inside Cyclone DDS can't run Python's handlers; Python's wake-up descriptor tells
a helper thread, which shuts the contexts down and so wakes every executor. Then Python's own
handler runs: for SIGINT the one that was there before, hence KeyboardInterrupt, as with the real
rclpy.
"""

from __future__ import annotations

from enum import Enum
import os
import signal
import threading
from types import FrameType
from typing import Any

from rclpy.context import LIVE


class SignalHandlerOptions(Enum):
    """Which handlers to install."""

    NO = 0
    SIGINT = 1
    SIGTERM = 2
    ALL = 3


class _Installed:
    """What is installed now, and what was before."""

    previous: dict[int, Any]
    previous_descriptor: int
    pipe: tuple[int, int]
    options: SignalHandlerOptions

    def __init__(self) -> None:
        self.options = SignalHandlerOptions.NO
        self.previous = {}


_installed = _Installed()
_NUMBERS = {
    SignalHandlerOptions.NO: (),
    SignalHandlerOptions.SIGINT: (signal.SIGINT,),
    SignalHandlerOptions.SIGTERM: (signal.SIGTERM,),
    SignalHandlerOptions.ALL: (signal.SIGINT, signal.SIGTERM),
}


def _shut_down_contexts() -> None:
    for context in list(LIVE):
        context.try_shutdown()


def _handle(number: int, frame: FrameType | None) -> None:
    _shut_down_contexts()
    previous = _installed.previous.get(number)
    if callable(previous):
        previous(number, frame)


def _watch(descriptor: int, numbers: tuple[int, ...]) -> None:
    while received := os.read(descriptor, 1):
        if received[0] in numbers:
            _shut_down_contexts()
    os.close(descriptor)


def install_signal_handlers(options: SignalHandlerOptions = SignalHandlerOptions.ALL) -> None:
    """Install handlers; only the main thread can, elsewhere nothing is installed."""
    if threading.current_thread() is not threading.main_thread():
        return
    uninstall_signal_handlers()
    numbers = _NUMBERS[options]
    if not numbers:
        return
    _installed.options = options
    _installed.pipe = os.pipe()
    os.set_blocking(_installed.pipe[1], False)
    _installed.previous_descriptor = signal.set_wakeup_fd(_installed.pipe[1])
    for number in numbers:
        _installed.previous[number] = signal.signal(number, _handle)
    watcher = threading.Thread(target=_watch, args=(_installed.pipe[0], numbers), daemon=True)
    watcher.start()


def uninstall_signal_handlers() -> None:
    """Put back what was before."""
    if threading.current_thread() is not threading.main_thread() or not _installed.previous:
        return
    for number, previous in _installed.previous.items():
        if signal.getsignal(number) is _handle:
            signal.signal(number, previous)
    _installed.previous = {}
    signal.set_wakeup_fd(_installed.previous_descriptor)
    os.close(_installed.pipe[1])
    _installed.options = SignalHandlerOptions.NO


def get_current_signal_handlers_options() -> SignalHandlerOptions:
    """Which handlers are installed."""
    return _installed.options
