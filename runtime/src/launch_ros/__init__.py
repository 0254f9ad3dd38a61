# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The part of ROS 2's launch_ros that launch files use, with its module paths, names and meaning.

Takes nodes as launch files describe them (ros2/launch_ros, Jazzy) and runs them as processes
with the command line every ROS node understands. Imports no rclpy.
"""

from launch_ros import actions, parameter_descriptions, substitutions

__all__ = ['actions', 'parameter_descriptions', 'substitutions']
