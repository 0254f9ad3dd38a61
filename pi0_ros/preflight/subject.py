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
    """

    robot: Robot
    policy: Policy

    @property
    def preprocessor(self) -> Preprocessor:
        """The policy's own conversions: a second set could differ from them."""
        return self.policy.preprocessor

    @property
    def config(self) -> Pi0Config:
        """The model's sizes."""
        return self.preprocessor.config

    @property
    def stats(self) -> NormStats:
        """What scales the state and the actions."""
        return self.preprocessor.stats
