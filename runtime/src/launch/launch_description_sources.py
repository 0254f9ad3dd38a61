# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Launch descriptions from Python files.

Takes a path; gives what the file's ``generate_launch_description()`` returns. XML and YAML
launch files are not supported.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
import os
from pathlib import Path
from types import ModuleType

from launch.launch_description import LaunchDescription
from launch.launch_description_source import LaunchDescriptionSource
from launch.substitution import SomeSubstitutionsType, Substitution
from ros_wire.limits import unsupported_names

__all__ = [
    'AnyLaunchDescriptionSource',
    'InvalidPythonLaunchFileError',
    'PythonLaunchDescriptionSource',
    'get_launch_description_from_python_launch_file',
    'load_python_launch_file_as_module',
]
__getattr__ = unsupported_names(
    __name__,
    'FrontendLaunchDescriptionSource',
    'XMLLaunchDescriptionSource',
    'YAMLLaunchDescriptionSource',
)


class InvalidPythonLaunchFileError(Exception):
    """The Python file is no launch file."""


def load_python_launch_file_as_module(python_launch_file_path: str) -> ModuleType:
    """Return the file, run as a module."""
    loader = SourceFileLoader('python_launch_file', python_launch_file_path)
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


def get_launch_description_from_python_launch_file(
    python_launch_file_path: str,
) -> LaunchDescription:
    """
    Return the file's launch description.

    :raises InvalidPythonLaunchFileError: if it defines no generate_launch_description().
    """
    module = load_python_launch_file_as_module(python_launch_file_path)
    if not hasattr(module, 'generate_launch_description'):
        raise InvalidPythonLaunchFileError(
            f"launch file at '{python_launch_file_path}' does not contain the required function "
            "'generate_launch_description()'"
        )
    description = module.generate_launch_description()
    assert isinstance(description, LaunchDescription), f'{description!r} is no LaunchDescription'
    return description


class PythonLaunchDescriptionSource(LaunchDescriptionSource):
    """
    A Python launch file.

    :param launch_file_path: its path, as text or substitutions.
    """

    def __init__(self, launch_file_path: os.PathLike[str] | SomeSubstitutionsType) -> None:
        is_text = isinstance(launch_file_path, (str, Substitution, Iterable))
        super().__init__(launch_file_path if is_text else os.fspath(launch_file_path))  # type: ignore[arg-type]  # narrowed by is_text

    def _load(self, location: str) -> LaunchDescription:
        return get_launch_description_from_python_launch_file(location)


class AnyLaunchDescriptionSource(PythonLaunchDescriptionSource):
    """
    A launch file of any kind that is supported: Python.

    :param launch_file_path: its path, as text or substitutions.
    """

    def _load(self, location: str) -> LaunchDescription:
        if Path(location).suffix != '.py':
            raise NotImplementedError(
                f"{location}: only Python launch files are supported, not '"
                f"{Path(location).suffix}'"
            )
        return super()._load(location)
