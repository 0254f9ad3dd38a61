# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the executor says about itself: a state, the sentence that explains it, and counts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class State(Enum):
    """What the executor does."""

    IDLE = 'idle'  # sends nothing: the robot is not ours
    RUNNING = 'running'  # follows a chunk
    HOLDING = 'holding'  # brakes, then holds; goes on by itself once the reason is gone
    FAULT = 'fault'  # as HOLDING, but until the operator enables it again


@dataclass(frozen=True)
class Status:
    """
    A state and why.

    :param state: what the executor does.
    :param text: the reason, with numbers, e.g. ``newest chunk is 0.62 s old, limit 0.50 s``.
    """

    state: State
    text: str

    def __str__(self) -> str:
        """Return both as one sentence."""
        return f'{self.state.value}: {self.text}'


@dataclass
class Counters:
    """
    What has happened since the start.

    :param chunks_accepted: chunks taken to be followed.
    :param chunks_dropped: sound chunks that came too late: stale, doubled, or out of order.
    :param chunks_rejected: unsound chunks.
    :param ticks: ticks, with or without a command.
    :param ticks_limited: ticks whose command was kept from the target by a limit.
    :param holds: how often a motion was broken off.
    """

    chunks_accepted: int = 0
    chunks_dropped: int = 0
    chunks_rejected: int = 0
    ticks: int = 0
    ticks_limited: int = 0
    holds: int = 0
