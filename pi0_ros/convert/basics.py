# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What every message has: a type, a stamp; and what a node says about itself."""

from __future__ import annotations

from builtin_interfaces.msg import Duration, Time
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from std_msgs.msg import Header

from pi0_ros.types import NS_PER_S


def type_name(message_class: type) -> str:
    """Return the name of a message's type, as in ``std_msgs/msg/String``."""
    package = message_class.__module__.partition('.')[0]
    return f'{package}/msg/{message_class.__name__}'


def time_to_ns(time: Time | Duration) -> int:
    """Return a stamp or duration in [ns]."""
    return time.sec * NS_PER_S + time.nanosec


def ns_to_time(ns: int) -> Time:
    """Return a number of nanoseconds as a stamp."""
    sec, nanosec = divmod(int(ns), NS_PER_S)
    return Time(sec=sec, nanosec=nanosec)


def ns_to_duration(ns: int) -> Duration:
    """Return a number of nanoseconds as a duration."""
    sec, nanosec = divmod(int(ns), NS_PER_S)
    return Duration(sec=sec, nanosec=nanosec)


def status_message(
    name: str, level: bytes, text: str, values: dict[str, object], hardware_id: str = ''
) -> DiagnosticStatus:
    """Return a diagnostic status; numbers are printed with four significant digits."""
    return DiagnosticStatus(
        level=level,
        name=name,
        message=text,
        hardware_id=hardware_id,
        values=[
            KeyValue(key=key, value=f'{value:.4g}' if isinstance(value, float) else str(value))
            for key, value in values.items()
        ],
    )


def diagnostics_message(stamp_ns: int, status: DiagnosticStatus) -> DiagnosticArray:
    """Return a status as /diagnostics takes it."""
    return DiagnosticArray(header=Header(stamp=ns_to_time(stamp_ns)), status=[status])
