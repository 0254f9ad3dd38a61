# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The kinds of clock."""

from enum import IntEnum


class ClockType(IntEnum):
    """Which time a clock shows; times of different kinds can't be compared."""

    UNINITIALIZED = 0
    ROS_TIME = 1
    SYSTEM_TIME = 2
    STEADY_TIME = 3
