# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the executor says about itself: a state, and the sentence that explains it."""

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
