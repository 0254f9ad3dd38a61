# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Loggers by name, and their levels."""

from __future__ import annotations

from ros_wire.limits import unsupported_names

from rclpy.impl.logging_severity import LoggingSeverity
from rclpy.impl.rcutils_logger import SETTINGS, RcutilsLogger, effective_level

__all__ = ['LoggingSeverity', 'get_logger', 'set_logger_level']
__getattr__ = unsupported_names(
    __name__, 'clear_config', 'get_logging_directory', 'initialize', 'shutdown'
)

_ROOT = RcutilsLogger()


def get_logger(name: str) -> RcutilsLogger:
    """The logger of this name."""
    if not name:
        raise ValueError('Logger name must not be empty.')
    return _ROOT.get_child(name)


def set_logger_level(name: str, level: int) -> None:
    """Log from this logger what is at least this serious."""
    SETTINGS.levels[name] = LoggingSeverity(level)


def get_logger_effective_level(name: str) -> LoggingSeverity:
    """The level that applies to a logger."""
    return effective_level(name)


def get_logger_level(name: str) -> LoggingSeverity:
    """The level set for a logger itself, or UNSET."""
    return SETTINGS.levels.get(name, LoggingSeverity.UNSET)


def get_logging_severity_from_string(log_severity: str) -> LoggingSeverity:
    """
    The severity of this name.

    :raises RuntimeError: there is none.
    """
    try:
        return LoggingSeverity[log_severity.upper()]
    except KeyError:
        raise RuntimeError(f'no log severity {log_severity!r}') from None
