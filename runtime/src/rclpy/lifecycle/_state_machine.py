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


STATES = {
    label: LifecycleState(number, label)
    for number, label in (
        (0, 'unknown'),
        (1, 'unconfigured'),
        (2, 'inactive'),
        (3, 'active'),
        (4, 'finalized'),
        (10, 'configuring'),
        (11, 'cleaningup'),
        (12, 'shuttingdown'),
        (13, 'activating'),
        (14, 'deactivating'),
        (15, 'errorprocessing'),
    )
}

# What a user asks for: number, label, start, intermediate state.
_REQUESTS = (
    (1, 'configure', 'unconfigured', 'configuring'),
    (2, 'cleanup', 'inactive', 'cleaningup'),
    (5, 'shutdown', 'unconfigured', 'shuttingdown'),
    (6, 'shutdown', 'inactive', 'shuttingdown'),
    (7, 'shutdown', 'active', 'shuttingdown'),
    (3, 'activate', 'inactive', 'activating'),
    (4, 'deactivate', 'active', 'deactivating'),
)
# What follows from the callback's answer: intermediate state, first number, then the goals after
# success, failure and error.
_OUTCOMES = (
    ('configuring', 10, 'inactive', 'unconfigured', 'errorprocessing'),
    ('cleaningup', 20, 'unconfigured', 'inactive', 'errorprocessing'),
    ('activating', 30, 'active', 'inactive', 'errorprocessing'),
    ('deactivating', 40, 'inactive', 'active', 'errorprocessing'),
    ('shuttingdown', 50, 'finalized', 'finalized', 'errorprocessing'),
    ('errorprocessing', 60, 'unconfigured', 'finalized', 'finalized'),
)


def _transitions() -> tuple[Transition, ...]:
    found = [
        Transition(number, label, STATES[start], STATES[goal])
        for number, label, start, goal in _REQUESTS
    ]
    for start, first, *goals in _OUTCOMES:
        for offset, (answer, goal) in enumerate(zip(TransitionCallbackReturn, goals, strict=True)):
            found.append(
                Transition(first + offset, answer.to_label(), STATES[start], STATES[goal])
            )
    return tuple(found)


TRANSITIONS = _transitions()


class TransitionError(RuntimeError):
    """The transition isn't possible in this state."""


class StateMachine:
    """The current state, and where it can go."""

    def __init__(self) -> None:
        self.state = STATES['unconfigured']

    def available(self) -> list[Transition]:
        """The transitions possible now."""
        return [t for t in TRANSITIONS if t.start == self.state]

    def find(self, name: int | str) -> Transition:
        """
        A transition possible now, by number or label.

        :raises TransitionError: it isn't possible.
        """
        for transition in self.available():
            if name in (transition.id, transition.label):
                return transition
        raise TransitionError(f'no transition {name!r} from state {self.state.label!r}')

    def follow(self, transition: Transition) -> None:
        """Make a transition."""
        self.state = transition.goal
