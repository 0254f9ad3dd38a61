# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The simulated robot: physics, cameras and the demo task; it knows neither ROS nor torch."""
