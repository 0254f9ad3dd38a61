# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The substitutions of ros2/launch: text, values that are looked up, and logic on them.

Each becomes a string when it is performed in a LaunchContext.
"""

from launch.substitution import TextSubstitution
from launch.substitutions.logic import (
    AndSubstitution,
    EqualsSubstitution,
    IfElseSubstitution,
    NotEqualsSubstitution,
    NotSubstitution,
    OrSubstitution,
    PythonExpression,
)
from launch.substitutions.lookup import (
    EnvironmentVariable,
    FindExecutable,
    LaunchConfiguration,
    PathJoinSubstitution,
    SubstitutionFailure,
    ThisLaunchFile,
    ThisLaunchFileDir,
)
from ros_wire.limits import unsupported_names

__all__ = [
    'AndSubstitution',
    'EnvironmentVariable',
    'EqualsSubstitution',
    'FindExecutable',
    'IfElseSubstitution',
    'LaunchConfiguration',
    'NotEqualsSubstitution',
    'NotSubstitution',
    'OrSubstitution',
    'PathJoinSubstitution',
    'PythonExpression',
    'SubstitutionFailure',
    'TextSubstitution',
    'ThisLaunchFile',
    'ThisLaunchFileDir',
]
__getattr__ = unsupported_names(
    __name__,
    'AllSubstitution',
    'AnonName',
    'AnySubstitution',
    'Command',
    'FileContent',
    'LaunchLogDir',
    'LocalSubstitution',
)
