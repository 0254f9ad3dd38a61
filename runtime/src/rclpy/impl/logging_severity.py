# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How serious a log message is."""

from enum import IntEnum


class LoggingSeverity(IntEnum):
    """Severities in rising order."""

    UNSET = 0
    DEBUG = 10
    INFO = 20
    WARN = 30
    ERROR = 40
    FATAL = 50
