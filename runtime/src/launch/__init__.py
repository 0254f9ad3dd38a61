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
# There each class has a module of its own, too; those refused are so when the name is asked for.
for _module, _names in {
    actions: 'append_environment_variable declare_launch_argument emit_event execute_local'
    ' execute_process group_action include_launch_description log_info opaque_coroutine'
    ' opaque_function pop_environment pop_launch_configurations push_environment'
    ' push_launch_configurations register_event_handler reset_environment'
    ' reset_launch_configurations set_environment_variable set_launch_configuration'
    ' shutdown_action timer_action unregister_event_handler unset_environment_variable'
    ' unset_launch_configuration',
    conditions: 'if_condition invalid_condition_expression_error launch_configuration_equals'
    ' launch_configuration_not_equals unless_condition',
    event_handlers: 'event_named on_execution_complete on_include_launch_description'
    ' on_process_exit on_process_io on_process_start on_shutdown',
    events: 'execution_complete include_launch_description shutdown timer_event',
    launch_description_sources: 'any_launch_description_source python_launch_description_source',
    substitutions: 'anon_name boolean_substitution command environment_variable'
    ' equals_substitution file_content find_executable if_else_substitution'
    ' launch_configuration launch_log_dir local_substitution not_equals_substitution'
    ' path_join_substitution python_expression substitution_failure text_substitution'
    ' this_launch_file this_launch_file_dir',
}.items():
    for _name in _names.split():
        sys.modules[f'{_module.__name__}.{_name}'] = _module
__getattr__ = unsupported_names(
    __name__, 'InvalidLaunchFileError', 'LaunchIntrospector', 'descriptions', 'frontend'
)
unsupported_modules(
    *('launch.descriptions', 'launch.frontend', 'launch.launch_introspector'),
    *('launch_pytest', 'launch_testing', 'launch_testing_ros', 'launch_xml', 'launch_yaml'),
)
