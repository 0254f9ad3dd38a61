# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Checks before anything moves: does this checkpoint fit this robot, as it stands there now?

Takes a robot's description, a policy, and plain numbers and pictures that were observed; gives
findings, a table and a contact sheet. It knows no ROS and reads no clock. Letters in shapes:
J joints, S numbers of a state, T moments in time, K points of a chunk.
"""
