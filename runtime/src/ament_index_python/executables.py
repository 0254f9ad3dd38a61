# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Programs of packages: lib/<package>/<program> under its prefix, else what pip has installed.

Takes package and program names; gives paths. This module is not part of ROS 2, where each tool
looks for itself; it serves launch_ros and ``ros2 run``.
"""

from __future__ import annotations

from importlib import metadata
import os
from pathlib import Path
import sysconfig

from ament_index_python.packages import get_package_prefix


def get_executable_paths(package_name: str) -> dict[str, str]:
    """
    Return a package's programs by name, each with its path.

    :raises PackageNotFoundError: if there is no such package.
    """
    folder = Path(get_package_prefix(package_name), 'lib', package_name)
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    own = {path.name: path for path in files if path.is_file() and os.access(path, os.X_OK)}
    return {name: str(path) for name, path in {**_console_scripts(package_name), **own}.items()}


def _console_scripts(distribution: str) -> dict[str, Path]:
    """Return the console scripts of the pip distribution of that name, where they exist."""
    try:
        entry_points = metadata.distribution(distribution).entry_points
    except metadata.PackageNotFoundError:
        return {}
    folder = Path(sysconfig.get_path('scripts'))
    names = [point.name for point in entry_points if point.group == 'console_scripts']
    return {name: folder / name for name in sorted(names) if (folder / name).is_file()}
