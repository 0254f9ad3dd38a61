# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The part of ROS 2's launch that launch files use, with its module paths, names and meaning.

Takes launch descriptions written for ROS 2 Jazzy (ros2/launch) and runs their processes.
Knows nothing of ROS itself: launch_ros adds nodes. Names of the real package that are absent
here raise NotImplementedError when they are imported.
"""

import sys

from launch import (
    actions,
    conditions,
    core,
    event_handlers,
    events,
    launch_description_sources,
    logging,
    substitutions,
)
from launch.core import (
    Action,
    Condition,
    EventHandler,
    LaunchContext,
    LaunchDescription,
    LaunchDescriptionEntity,
    SomeEntitiesType,
    SomeSubstitutionsType,
    Substitution,
)
from launch.events import Event
from launch.launch_description_sources import LaunchDescriptionSource
from launch.launch_service import LaunchService
from ros_wire.limits import unsupported_modules, unsupported_names

__all__ = [
    'Action', 'Condition', 'Event', 'EventHandler', 'LaunchContext', 'LaunchDescription',
    'LaunchDescriptionEntity', 'LaunchDescriptionSource', 'LaunchService', 'SomeEntitiesType',
    'SomeSubstitutionsType', 'Substitution', 'actions', 'conditions', 'event_handlers', 'events',
    'launch_description_sources', 'logging', 'substitutions',
]  # fmt: skip
# The modules in which ROS 2 has what is in core and events here.
sys.modules['launch.event'] = sys.modules['launch.events.process'] = events
sys.modules['launch.launch_description_source'] = launch_description_sources
for _name in (
    *('action', 'condition', 'event_handler', 'launch_context', 'launch_description'),
    *('launch_description_entity', 'some_substitutions_type', 'substitution', 'utilities'),
):
    sys.modules[f'launch.{_name}'] = core
__getattr__ = unsupported_names(
    __name__, 'InvalidLaunchFileError', 'LaunchIntrospector', 'descriptions', 'frontend'
)
unsupported_modules(
    *('launch.descriptions', 'launch.frontend', 'launch.launch_introspector'),
    *('launch_pytest', 'launch_testing', 'launch_testing_ros', 'launch_xml', 'launch_yaml'),
)
