# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Loggers: severity levels by name, filters, the console, and sinks for /rosout.

Console format and environment variables are rcutils' (RCUTILS_CONSOLE_OUTPUT_FORMAT,
RCUTILS_COLORIZED_OUTPUT). Knows no node: whoever wants the messages adds a sink.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
import os
import re
import sys
import threading
import time
from typing import Any

from rcl_interfaces.msg import Log

from rclpy.impl.logging_severity import LoggingSeverity
from rclpy.time import Time

_COLOURS = {10: '\x1b[32m', 20: '', 30: '\x1b[33m', 40: '\x1b[31m', 50: '\x1b[31m'}
_FILTERS = {'throttle_duration_sec', 'throttle_time_source_type', 'skip_first', 'once'}


@dataclass
class _Settings:
    """What all loggers share."""

    levels: dict[str, LoggingSeverity] = field(default_factory=dict)
    default_level: LoggingSeverity = LoggingSeverity.INFO
    sinks: dict[str, Callable[[Any], None]] = field(default_factory=dict)
    to_console: bool = True
    lock: threading.Lock = field(default_factory=threading.Lock)


SETTINGS = _Settings()


def effective_level(name: str) -> LoggingSeverity:
    """The level set for a logger or its nearest ancestor, else the default."""
    while name:
        level = SETTINGS.levels.get(name, LoggingSeverity.UNSET)
        if level:
            return level
        name = name.rpartition('.')[0]
    return SETTINGS.default_level


def _console_line(log: Any) -> str:
    layout = os.environ.get(
        'RCUTILS_CONSOLE_OUTPUT_FORMAT', '[{severity}] [{time}] [{name}]: {message}'
    )
    values = {
        'severity': LoggingSeverity(log.level).name,
        'time': f'{log.stamp.sec}.{log.stamp.nanosec:09d}',
        'time_as_nanoseconds': log.stamp.sec * 10**9 + log.stamp.nanosec,
        'name': log.name,
        'message': log.msg,
        'function_name': log.function,
        'file_name': log.file,
        'line_number': log.line,
    }
    line = re.sub(r'\{(\w+)\}', lambda m: str(values.get(m[1], m[0])), layout)
    coloured = os.environ.get('RCUTILS_COLORIZED_OUTPUT', str(int(sys.stderr.isatty())))
    colour = _COLOURS[log.level] if coloured == '1' else ''
    return f'{colour}{line}\x1b[0m\n' if colour else f'{line}\n'


def emit(log: Any) -> None:
    """Write a rcl_interfaces/Log to the console, and to its logger's and its ancestors' sinks."""
    with SETTINGS.lock:
        if SETTINGS.to_console:
            to_stdout = os.environ.get('RCUTILS_LOGGING_USE_STDOUT') == '1'
            stream = sys.stdout if to_stdout else sys.stderr
            stream.write(_console_line(log))
            stream.flush()
        sinks = list(SETTINGS.sinks.items())
    for name, sink in sinks:
        if f'{log.name}.'.startswith(f'{name}.'):
            sink(log)


@dataclass
class _Line:
    """One place in the code that logs, always with the same severity and filters."""

    severity: int
    options: dict[str, Any]
    calls: int = 0
    last_ns: int = 0

    def passes(self) -> bool:
        """Whether this call is to be logged."""
        period_s = self.options.get('throttle_duration_sec')
        if period_s:
            clock = self.options.get('throttle_time_source_type')
            now_ns = clock.now().nanoseconds if clock else time.time_ns()
            if now_ns < self.last_ns + period_s * 1e9:
                return False
            self.last_ns = now_ns
        self.calls += 1
        first = 2 if self.options.get('skip_first') else 1
        return self.calls == first or (self.calls > first and not self.options.get('once'))


class RcutilsLogger:
    """A logger; names are a hierarchy with dots."""

    def __init__(self, name: str = '') -> None:
        self.name = name
        self._lines: dict[tuple[str, int, int], _Line] = {}

    def get_child(self, name: str) -> RcutilsLogger:
        """The logger `name` below this one."""
        if not name:
            raise ValueError('Child logger name must not be empty.')
        return RcutilsLogger(f'{self.name}.{name}' if self.name else name)

    def set_level(self, level: int) -> None:
        """Log what is at least this serious."""
        SETTINGS.levels[self.name] = LoggingSeverity(level)

    def get_effective_level(self) -> LoggingSeverity:
        """The level that applies here."""
        return effective_level(self.name)

    def is_enabled_for(self, severity: int) -> bool:
        """Whether a message of this severity is logged."""
        return severity >= effective_level(self.name)

    def log(self, message: str, severity: int, **options: Any) -> bool:
        """
        Log a message.

        :param options: throttle_duration_sec, throttle_time_source_type, skip_first, once.
        :return: whether it was logged.
        :raises TypeError: unknown option.
        :raises ValueError: the same line of code logs with different severity or options.
        """
        if not self.is_enabled_for(severity):
            return False
        name = options.pop('name', self.name)
        if options.keys() - _FILTERS:
            raise TypeError(f'unknown logging options {sorted(options.keys() - _FILTERS)}')
        if 'throttle_time_source_type' in options and 'throttle_duration_sec' not in options:
            raise TypeError('throttle_time_source_type needs throttle_duration_sec')
        frame = sys._getframe(1)  # noqa: SLF001 the documented way to the caller
        while frame.f_code.co_filename == __file__ and frame.f_back is not None:
            frame = frame.f_back
        file, number = frame.f_code.co_filename, frame.f_lineno
        line = self._lines.setdefault((file, number, frame.f_lasti), _Line(severity, options))
        if line.severity != severity:
            raise ValueError('Logger severity cannot be changed between calls.')
        if line.options != options:
            raise ValueError('Logging filter parameters cannot be changed between calls.')
        if not line.passes():
            return False
        emit(
            Log(
                stamp=Time(nanoseconds=time.time_ns()).to_msg(),
                level=int(severity),
                name=name,
                msg=str(message),
                file=file,
                function=frame.f_code.co_name,
                line=number,
            )
        )
        return True

    def debug(self, message: str, **options: Any) -> bool:
        """Log with severity DEBUG."""
        return self.log(message, LoggingSeverity.DEBUG, **options)

    def info(self, message: str, **options: Any) -> bool:
        """Log with severity INFO."""
        return self.log(message, LoggingSeverity.INFO, **options)

    def warning(self, message: str, **options: Any) -> bool:
        """Log with severity WARN."""
        return self.log(message, LoggingSeverity.WARN, **options)

    warn = warning

    def error(self, message: str, **options: Any) -> bool:
        """Log with severity ERROR."""
        return self.log(message, LoggingSeverity.ERROR, **options)

    def fatal(self, message: str, **options: Any) -> bool:
        """Log with severity FATAL."""
        return self.log(message, LoggingSeverity.FATAL, **options)
