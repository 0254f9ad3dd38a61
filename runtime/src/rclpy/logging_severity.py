# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How serious a log message is."""

from rclpy.impl.logging_severity import LoggingSeverity

__all__ = ['LoggingSeverity']
