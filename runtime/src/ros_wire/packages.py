# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What makes `sensor_msgs.msg` and its like: classes that are made on first use."""

from __future__ import annotations

from collections.abc import Callable
import sys
from typing import Any

from ros_wire.definitions import names
from ros_wire.limits import unsupported_modules
from ros_wire.messages import message_class, service_class

unsupported_modules(
    *('action_msgs', 'control_msgs', 'example_interfaces', 'message_filters'),
    *('nav_msgs', 'shape_msgs', 'tf2_geometry_msgs', 'tf2_ros', 'tf2_sensor_msgs'),
    *('type_description_interfaces', 'unique_identifier_msgs', 'rosidl_runtime_py'),
)


def lazy_classes(package: str) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """
    `__getattr__`, `__dir__` and `__all__` of a module of interfaces.

    :param package: e.g. `sensor_msgs/msg`.
    """
    module = package.replace('/', '.')
    known = names(package)

    def find(name: str) -> Any:
        if name not in known:
            raise AttributeError(f'module {module!r} has no attribute {name!r}')
        make = service_class if package.endswith('/srv') else message_class
        cls = make(f'{package}/{name}')
        setattr(sys.modules[module], name, cls)
        return cls

    return find, lambda: known, known
