# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The life-cycle of a managed node: states and transitions (rcl_lifecycle's default machine)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class TransitionCallbackReturn(Enum):
    """What a transition's callback says."""

    SUCCESS = 97
    FAILURE = 98
    ERROR = 99

    def to_label(self) -> str:
        """The label of the transition that follows."""
        return f'transition_{self.name.lower()}'


@dataclass(frozen=True)
class LifecycleState:
    """A state: its number and name."""

    state_id: int
    label: str


@dataclass(frozen=True)
class Transition:
    """A transition: its number and name, and where it leads."""

    id: int
    label: str
    start: LifecycleState
    goal: LifecycleState


_PRIMARY = ('unknown', 'unconfigured', 'inactive', 'active', 'finalized')
_INTERMEDIATE = ('configuring', 'cleaningup', 'shuttingdown', 'activating', 'deactivating',
                 'errorprocessing')  # fmt: skip
STATES = {
    label: LifecycleState(number, label)
    for number, label in (*enumerate(_PRIMARY), *enumerate(_INTERMEDIATE, start=10))
}

# What a user asks for: number, label, start, intermediate state.
_REQUESTS = (
    (1, 'configure', 'unconfigured', 'configuring'),
    (2, 'cleanup', 'inactive', 'cleaningup'),
    (3, 'activate', 'inactive', 'activating'),
    (4, 'deactivate', 'active', 'deactivating'),
    (5, 'shutdown', 'unconfigured', 'shuttingdown'),
    (6, 'shutdown', 'inactive', 'shuttingdown'),
    (7, 'shutdown', 'active', 'shuttingdown'),
)
# What follows from a callback's answer: first number, intermediate state, callback, then the goals
# after success, failure and error.
_OUTCOMES = (
    (10, 'configuring', 'on_configure', 'inactive', 'unconfigured', 'errorprocessing'),
    (20, 'cleaningup', 'on_cleanup', 'unconfigured', 'inactive', 'errorprocessing'),
    (30, 'activating', 'on_activate', 'active', 'inactive', 'errorprocessing'),
    (40, 'deactivating', 'on_deactivate', 'inactive', 'active', 'errorprocessing'),
    (50, 'shuttingdown', 'on_shutdown', 'finalized', 'finalized', 'errorprocessing'),
    (60, 'errorprocessing', 'on_error', 'unconfigured', 'finalized', 'finalized'),
)
CALLBACKS = {state: callback for _, state, callback, *_ in _OUTCOMES}
TRANSITIONS = [
    Transition(number, label, STATES[start], STATES[goal])
    for number, label, start, goal in (
        *_REQUESTS,
        *(
            (first + offset, answer.to_label(), start, goals[offset])
            for first, start, _, *goals in _OUTCOMES
            for offset, answer in enumerate(TransitionCallbackReturn)
        ),
    )
]
