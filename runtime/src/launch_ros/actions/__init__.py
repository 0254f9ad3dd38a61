# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The actions of ros2/launch_ros that launch files use: nodes, namespaces and shared parameters.

Each is an action of launch.
"""

from launch_ros.actions.node import LifecycleNode, Node
from launch_ros.actions.scope import PushROSNamespace, SetParameter, SetRemap
from ros_wire.limits import unsupported_names

PushRosNamespace = PushROSNamespace

__all__ = [
    'LifecycleNode',
    'Node',
    'PushROSNamespace',
    'PushRosNamespace',
    'SetParameter',
    'SetRemap',
]
__getattr__ = unsupported_names(
    __name__,
    'ComposableNodeContainer',
    'LifecycleTransition',
    'LoadComposableNodes',
    'ROSTimer',
    'RosTimer',
    'SetParametersFromFile',
    'SetROSLogDir',
    'SetUseSimTime',
)
