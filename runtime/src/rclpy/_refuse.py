# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Refuses to stand in front of a real ROS 2: two rclpys in one process would be mixed up.

Refuses, too, the modules of the real rclpy that aren't here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
import os
from pathlib import Path
import sys

from ros_wire.limits import unsupported_modules

_MISSING = """
    action destroyable endpoint_info experimental expand_topic_name logging_service type_hash
    parameter_client parameter_event_handler qos_overriding_options service_introspection waitable
    type_description_service subscription_content_filter_options topic_or_service_is_hidden
    type_support validate_full_topic_name validate_namespace validate_node_name
    validate_parameter_name validate_topic_name
"""
# Only the real one has its C library's Python side.
_MARK = Path('rclpy', 'impl', 'implementation_singleton.py')


def real_rclpy(paths: Iterable[str], environment: Mapping[str, str]) -> Path | None:
    """
    Where a real rclpy is, if there is one.

    :param paths: sys.path.
    :param environment: its AMENT_PREFIX_PATH is looked at too.
    """
    folders = [Path(path or '.') for path in paths]
    for prefix in filter(None, environment.get('AMENT_PREFIX_PATH', '').split(':')):
        folders += Path(prefix).glob('l*/python3*/*-packages')
    return next((folder for folder in folders if (folder / _MARK).is_file()), None)


def refuse_beside_real_rclpy(paths: Iterable[str], environment: Mapping[str, str]) -> None:
    """
    Fail where a real rclpy can be imported.

    :raises ImportError: there is one.
    """
    found = real_rclpy(paths, environment)
    if found is not None:
        raise ImportError(
            f'pi0-ros-runtime stands in for ROS 2 where there is none; there is one in {found}. '
            'Uninstall pi0-ros-runtime, or use a shell in which ROS 2 is not sourced.'
        )


refuse_beside_real_rclpy(sys.path, os.environ)
unsupported_modules(*(f'rclpy.{name}' for name in _MISSING.split()))
