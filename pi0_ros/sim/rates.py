# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How often the simulated robot's drivers do what they do, unless the user chooses otherwise."""

from pi0_ros.types import NS_PER_S

STEP_NS = NS_PER_S // 100  # resolution of its clock; the physics inside takes finer steps
CAMERA_RATE_HZ = 25.0  # pictures of each camera
STATE_RATE_HZ = 50.0  # joint states
