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

from enum import IntFlag
import os
import signal
import threading
from types import FrameType
from typing import Any

from rclpy.context import LIVE


class SignalHandlerOptions(IntFlag):
    """Which handlers to install."""

    NO, SIGINT, SIGTERM, ALL = 0, 1, 2, 3


_OPTIONS = {
    signal.SIGINT: SignalHandlerOptions.SIGINT,
    signal.SIGTERM: SignalHandlerOptions.SIGTERM,
}
#: What was there before, by signal; and the wake-up descriptors, ours and the one before.
_previous: dict[signal.Signals, Any] = {}
_descriptors: list[int] = []


def _shut_down_contexts() -> None:
    for context in list(LIVE):
        context.try_shutdown()


def _handle(number: int, frame: FrameType | None) -> None:
    _shut_down_contexts()
    previous = _previous.get(signal.Signals(number))
    if callable(previous):
        previous(number, frame)


def _watch(descriptor: int, numbers: frozenset[int]) -> None:
    while received := os.read(descriptor, 1):
        if received[0] in numbers:
            _shut_down_contexts()
    os.close(descriptor)


def install_signal_handlers(options: SignalHandlerOptions = SignalHandlerOptions.ALL) -> None:
    """Install handlers; only the main thread can, elsewhere nothing is installed."""
    numbers = frozenset(number for number, option in _OPTIONS.items() if options & option)
    if threading.current_thread() is not threading.main_thread() or not numbers:
        return
    uninstall_signal_handlers()
    readable, writable = os.pipe()
    os.set_blocking(writable, False)
    _descriptors[:] = writable, signal.set_wakeup_fd(writable)
    for number in numbers:
        _previous[number] = signal.signal(number, _handle)
    threading.Thread(target=_watch, args=(readable, numbers), daemon=True).start()


def uninstall_signal_handlers() -> None:
    """Put back what was before."""
    if threading.current_thread() is not threading.main_thread() or not _previous:
        return
    for number, previous in _previous.items():
        if signal.getsignal(number) is _handle:
            signal.signal(number, previous)
    _previous.clear()
    writable, before = _descriptors
    signal.set_wakeup_fd(before)
    os.close(writable)


def get_current_signal_handlers_options() -> SignalHandlerOptions:
    """Which handlers are installed."""
    return SignalHandlerOptions(sum(_OPTIONS[number] for number in _previous))
