# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What a robot is, as data: its description, its joint transforms, its statistics.

Takes YAML, JSON and URDF files and numpy arrays. It knows neither torch nor ROS. Letters in
shapes: J joints, K points of a chunk, A dimensions of the model's action vector.
"""
