# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the simulated robot's drivers do: how often it senses, and how large its pictures are."""

from __future__ import annotations

from dataclasses import dataclass

from pi0_ros.types import NS_PER_S

STEP_NS = NS_PER_S // 100  # resolution of its clock; the physics inside takes finer steps


@dataclass(frozen=True)
class SimSettings:
    """
    What a real robot's drivers would be set to.

    :param image_width: of every camera [px].
    :param image_height: of every camera [px].
    :param camera_rate_hz: pictures per second of each camera [Hz].
    :param state_rate_hz: joint states per second [Hz].
    """

    image_width: int = 320
    image_height: int = 240
    camera_rate_hz: float = 25.0
    state_rate_hz: float = 50.0
