# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Where launch_ros offers its parameter descriptions a second time."""

from launch_ros.parameter_descriptions import ParameterFile, ParameterValue
from ros_wire.limits import unsupported_names

__all__ = ['ParameterFile', 'ParameterValue']
__getattr__ = unsupported_names(__name__, 'ComposableNode', 'Parameter')
