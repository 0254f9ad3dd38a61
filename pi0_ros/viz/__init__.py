# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Drawing: what the robot sees, does and intends, as pictures and films; it knows no ROS."""
