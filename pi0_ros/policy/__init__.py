# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
From an Observation to a Chunk: collecting inputs, preprocessing, the model, postprocessing.

It knows the model and the robot's description, but no ROS message and no clock. Letters in
shapes: J joints, K points of a chunk (the model's horizon), A dimensions of the model's action
vector, S side of the model's square image.
"""
