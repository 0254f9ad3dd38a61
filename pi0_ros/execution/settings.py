# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a user may choose about the executor: plain values with units in their names, checked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
import math

from pi0_ros.execution.seams import STRATEGIES
from pi0_ros.execution.timeline import INTERPOLATIONS
from pi0_ros.types import NS_PER_S, InputError

RATE_HZ = 100.0  # of commands, unless the user chooses another


@dataclass(frozen=True)
class ExecutorSettings:
    """
    How chunks are executed.

    :param period_ns: time between two commands [ns].
    :param strategy: how a new chunk takes over, a name in :data:`.seams.STRATEGIES`.
    :param interpolation: how to read between points, a name in :data:`.timeline.INTERPOLATIONS`.
    :param smoothing_s: how far around itself an instant of a chunk is smoothed by ``spline`` [s].
    :param crossfade_s: time in which a strategy that fades gives way to the new chunk [s].
    :param ensemble_decay_per_s: how much less ``ensemble`` counts a chunk than an older one, as
        the rate of an exponential [1/s]. The default is ACT's 0.01 per action, at 50 actions a
        second (tonyzhaozh/act, imitate_episodes.py).
    :param chunk_timeout_s: age of a chunk's stamp beyond which it is stale [s].
    :param state_timeout_s: age of the joint state's stamp beyond which it is stale [s].
    :param future_tolerance_s: how far ahead of the clock a stamp may be [s].
    :param clock_jump_s: time between two ticks beyond which the clock has jumped [s].
    :param tracking_tolerance: distance of the measured from the commanded position beyond which
        the robot isn't following, and beyond the limits within which it may start; for every
        joint that is no gripper, [rad] or [m].
    :param heartbeat_timeout_s: time since the operator's last heartbeat beyond which the robot
        holds [s]; 0 if it moves without any.
    :param gripper_joints: names of the joints that are never faded, and that may be kept from
        following by what they grasp.
    :param velocity_joints: names of the joints that chunks tell velocities.
    :param forwarded_joints: those of them whose robot is told velocities too. Nothing holds it to
        a commanded position, so every step of theirs begins where they are measured.
    :raises InputError: naming the setting, what was found and what was expected.
    """

    period_ns: int
    strategy: str = 'crossfade'
    interpolation: str = 'spline'
    smoothing_s: float = 0.02
    crossfade_s: float = 0.3
    ensemble_decay_per_s: float = 0.5
    chunk_timeout_s: float = 1.0
    state_timeout_s: float = 0.2
    future_tolerance_s: float = 0.05
    clock_jump_s: float = 1.0
    tracking_tolerance: float = 0.5
    heartbeat_timeout_s: float = 0.0
    gripper_joints: tuple[str, ...] = ()
    velocity_joints: tuple[str, ...] = ()
    forwarded_joints: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check."""
        _check_name('strategy', self.strategy, STRATEGIES)
        _check_name('interpolation', self.interpolation, INTERPOLATIONS)
        for field in (
            'period_ns',
            'crossfade_s',
            'chunk_timeout_s',
            'state_timeout_s',
            'clock_jump_s',
            'tracking_tolerance',
        ):
            value = getattr(self, field)
            if not (math.isfinite(value) and value > 0):
                raise InputError(f'{field}: expected a positive number, found {value}')
        for field in (
            'smoothing_s',
            'heartbeat_timeout_s',
            'future_tolerance_s',
            'ensemble_decay_per_s',
        ):
            value = getattr(self, field)
            if not (math.isfinite(value) and value >= 0):
                raise InputError(f'{field}: expected zero or more, found {value}')
        for field, wrong in (
            ('velocity_joints', set(self.velocity_joints) & set(self.gripper_joints)),
            ('forwarded_joints', set(self.forwarded_joints) - set(self.velocity_joints)),
        ):
            if wrong:
                expected = 'no gripper' if field == 'velocity_joints' else 'velocity joints'
                raise InputError(f'{field}: expected {expected}, found {", ".join(sorted(wrong))}')
        if self.clock_jump_s <= self.period_s:
            raise InputError(
                f'clock_jump_s: expected more than the period ({self.period_s} s), '
                f'found {self.clock_jump_s}'
            )

    @property
    def period_s(self) -> float:
        """Time between two commands [s]."""
        return self.period_ns / NS_PER_S


def _check_name(field: str, found: str, valid: Iterable[str]) -> None:
    """Raise if a name is in no table."""
    if found not in valid:
        raise InputError(f'{field}: expected one of {", ".join(valid)}, found {found!r}')
