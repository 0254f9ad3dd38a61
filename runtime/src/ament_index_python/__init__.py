# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Where installed packages are: the part of ament_index_python that launch files use."""

from ros_wire.limits import unsupported_modules, unsupported_names

from ament_index_python.packages import (
    PackageNotFoundError,
    get_package_prefix,
    get_package_share_directory,
    get_package_share_path,
    get_packages_with_prefixes,
)

__all__ = [
    'PackageNotFoundError', 'get_package_prefix', 'get_package_share_directory',
    'get_package_share_path', 'get_packages_with_prefixes',
]  # fmt: skip
__getattr__ = unsupported_names(
    __name__,
    *('get_resource', 'get_resource_types', 'get_resources', 'get_search_paths', 'has_resource'),
)
unsupported_modules(
    *('ament_index_python.constants', 'ament_index_python.resources'),
    'ament_index_python.search_paths',
)
