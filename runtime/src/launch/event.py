# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Event: something that happened while launching; event handlers react to it."""

from __future__ import annotations


class Event:
    """Base of all events."""

    name = 'launch.Event'
