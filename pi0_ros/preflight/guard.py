# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
A policy that first makes sure: nothing leaves it before the first observation has been examined.

It stands between the worker and the policy. What it refuses stays refused until it is armed
anew, so that a robot which somebody pushes into a better pose does not start by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from pi0_ros.policy.continuation import Rest
from pi0_ros.policy.policy import Inference, Policy
from pi0_ros.policy.worker import Infers
from pi0_ros.preflight.examine import examine_observation, examine_statistics
from pi0_ros.preflight.findings import Finding, Level
from pi0_ros.preflight.subject import Subject
from pi0_ros.robots.spec import Robot
from pi0_ros.types import InputError, Observation

# Not `off`: a parameter's value is YAML, in which off is a truth value.
MODES = ('refuse', 'warn', 'skip')


class Guard:
    """
    Infer, but only for a robot that has passed.

    :param policy: what infers.
    :param examine: what checks the first observation and its chunk.
    :param mode: one of :data:`MODES`: a failed check refuses, is only said, or isn't looked for.
    :param say: takes every doubt and failure.
    """

    def __init__(
        self,
        policy: Infers,
        examine: Callable[[Observation, Inference], list[Finding]],
        mode: str,
        say: Callable[[Finding], None],
    ) -> None:
        self._policy = policy
        self._examine = examine
        self._mode = mode
        self._say = say
        self.refusal = ''
        """Why nothing will be inferred; empty as long as it may."""
        self.arm()

    def arm(self) -> None:
        """Examine the next observation, whatever has been found before."""
        self.refusal = ''
        self._awaits_first = self._mode != 'skip'

    def check(self, findings: Iterable[Finding]) -> None:
        """
        Say what is doubtful.

        :raises InputError: if a check has failed and the mode is to refuse then.
        """
        if self._mode == 'skip':
            return
        doubts = [finding for finding in findings if finding.level > Level.PASS]
        for finding in doubts:
            self._say(finding)
        failures = [str(finding) for finding in doubts if finding.level == Level.FAIL]
        if failures and self._mode == 'refuse':
            self.refusal = f'preflight refuses: {"; ".join(failures)}'
            raise InputError(self.refusal)

    def infer(self, observation: Observation, *, rest: Rest | None = None) -> Inference:
        """
        Compute the chunk that follows an observation, as the policy does.

        :raises InputError: if the robot is refused, or the policy can't infer.
        """
        if self.refusal:
            raise InputError(self.refusal)
        inference = self._policy.infer(observation, rest=rest)
        if self._awaits_first:
            self.check(self._examine(observation, inference))
            self._awaits_first = False
        return inference


def guard(robot: Robot, policy: Infers, mode: str, say: Callable[[Finding], None]) -> Guard:
    """
    Return a policy's guard, once the statistics have been checked.

    :param policy: if its statistics are elsewhere, what needs them is not checked.
    :param mode: see :class:`Guard`.
    :param say: see :class:`Guard`.
    :raises InputError: if the statistics are refused.
    """
    subject = Subject(robot, policy) if isinstance(policy, Policy) else None
    stats = subject.stats if subject else None
    made = Guard(policy, partial(examine_observation, robot, stats), mode, say)
    made.check(examine_statistics(subject) if subject else [])
    return made
