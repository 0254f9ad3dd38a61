# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Run the π0 and π0.5 vision-language-action models on a robot over ROS 2."""
