# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is examined: a robot and a policy for it, taken apart into what the checks look at."""

from __future__ import annotations

from dataclasses import dataclass

from pi0_ros.model.config import Pi0Config
from pi0_ros.policy.policy import Policy
from pi0_ros.policy.preprocess import Preprocessor
from pi0_ros.robots.norm_stats import NormStats
from pi0_ros.robots.spec import Robot


@dataclass(frozen=True)
class Subject:
    """
    A robot and its policy.

    :param robot: its description.
    :param policy: loaded, on its device.
    :param config: the model's sizes.
    :param stats: what scales the state and the actions.
    :param preprocessor: the policy's own conversions.
    """

    robot: Robot
    policy: Policy
    config: Pi0Config
    stats: NormStats
    preprocessor: Preprocessor


def take_apart(robot: Robot, policy: Policy) -> Subject:
    """Return a policy's own parts, the very ones that it works with."""
    preprocessor = policy._preprocessor  # noqa: SLF001 a second set could differ from these
    config, stats = preprocessor._config, preprocessor._stats  # noqa: SLF001 as above
    return Subject(robot, policy, config, stats, preprocessor)
