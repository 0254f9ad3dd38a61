# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Flow-matching training: demonstrations in, a checkpoint that a policy loads out.

Data travel as Episode (one recording at the robot's rate) and Example (one instant of it, and
the motion that followed). What turns them into the model's vectors is
:mod:`pi0_ros.policy.preprocess`, the code that also serves the robot at work. Letters in shapes:
T instants of an episode, J joints, H horizon, A dimensions of the model's action vector.
"""
