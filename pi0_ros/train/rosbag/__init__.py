# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Recordings of a robot's own topics, read as episodes at the robot's rate."""
