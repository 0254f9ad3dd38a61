# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The part of ROS 2's launch_ros that launch files use, with its module paths, names and meaning.

Takes nodes as launch files describe them (ros2/launch_ros, Jazzy) and runs them as processes
with the command line every ROS node understands. Imports no rclpy.
"""

from launch_ros import actions, descriptions, parameter_descriptions, substitutions
from ros_wire.limits import unsupported_modules, unsupported_names

__all__ = ['actions', 'descriptions', 'parameter_descriptions', 'substitutions']
__getattr__ = unsupported_names(
    __name__, 'event_handlers', 'events', 'ros_adapters', 'default_launch_description'
)
unsupported_modules(
    *('launch_ros.event_handlers', 'launch_ros.events', 'launch_ros.events.lifecycle'),
    *('launch_ros.parameters_type', 'launch_ros.ros_adapters', 'launch_ros.utilities'),
)
