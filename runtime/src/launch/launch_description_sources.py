# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Launch descriptions from Python files.

Takes a path; gives what the file's ``generate_launch_description()`` returns. XML and YAML
launch files are not supported.
"""

from __future__ import annotations

from dataclasses import dataclass
import os
from pathlib import Path
import runpy

from launch.core import LaunchContext, LaunchDescription, SomeSubstitutionsType
from launch.substitutions import SubstitutionFailure
from ros_wire.limits import unsupported, unsupported_names

__getattr__ = unsupported_names(
    __name__,
    *('FrontendLaunchDescriptionSource', 'InvalidFrontendLaunchFileError'),
    *('InvalidLaunchFileError', 'XMLLaunchDescriptionSource', 'YAMLLaunchDescriptionSource'),
    *('get_launch_description_from_any_launch_file', 'load_python_launch_file_as_module'),
    'get_launch_description_from_frontend_launch_file',
)


class InvalidPythonLaunchFileError(Exception):
    """The Python file is no launch file."""


def get_launch_description_from_python_launch_file(path: str) -> LaunchDescription:
    """
    Return the file's launch description.

    :raises InvalidPythonLaunchFileError: if it has no generate_launch_description().
    """
    if Path(path).suffix != '.py':
        raise unsupported(f'{path}: a launch file that is not Python')
    names = runpy.run_path(path, run_name='python_launch_file')
    if 'generate_launch_description' not in names:
        raise InvalidPythonLaunchFileError(
            f"launch file at '{path}' does not contain the required function "
            "'generate_launch_description()'"
        )
    description = names['generate_launch_description']()
    assert isinstance(description, LaunchDescription), f'{description!r} is no LaunchDescription'
    return description


@dataclass(eq=False)
class LaunchDescriptionSource:
    """
    A Python launch file.

    :param launch_file_path: its path, as text or substitutions.
    """

    launch_file_path: os.PathLike[str] | SomeSubstitutionsType

    def get_launch_description(self, context: LaunchContext) -> LaunchDescription:
        """Return the description; from now on ``location`` is the path it came from."""
        self.location = context.perform(self.launch_file_path)
        return get_launch_description_from_python_launch_file(self.location)

    def try_get_launch_description_without_context(self) -> LaunchDescription | None:
        """Return the description if its path is known before launching, else None."""
        try:
            return self.get_launch_description(LaunchContext())
        except (SubstitutionFailure, LookupError, OSError):
            return None


class PythonLaunchDescriptionSource(LaunchDescriptionSource):
    """A launch file that is known to be Python."""


class AnyLaunchDescriptionSource(LaunchDescriptionSource):
    """A launch file of any kind that is supported: Python."""
