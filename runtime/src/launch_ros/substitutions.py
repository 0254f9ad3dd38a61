# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Substitutions that find packages and their programs.

Takes package names; gives paths from the resource index.
"""

from __future__ import annotations

from ament_index_python.executables import get_executable_paths
from ament_index_python.packages import (
    PackageNotFoundError,
    get_package_prefix,
    get_package_share_directory,
)
from launch import LaunchContext, SomeSubstitutionsType, Substitution
from launch.substitutions import SubstitutionFailure
from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions
from ros_wire.limits import unsupported_names

__all__ = [
    'ExecutableInPackage',
    'FindPackage',
    'FindPackagePrefix',
    'FindPackageShare',
    'PackageNotFoundError',
]
__getattr__ = unsupported_names(__name__, 'Parameter')


class FindPackage(Substitution):
    """
    Something about a package.

    :param package: its name, as text or substitutions.
    """

    def __init__(self, package: SomeSubstitutionsType) -> None:
        self.package = normalize_to_list_of_substitutions(package)

    def describe(self) -> str:
        """Return ``FindPackageShare(pkg='name')`` or the like."""
        names = ' + '.join(sub.describe() for sub in self.package)
        return f'{type(self).__name__}(pkg={names})'

    def find(self, package_name: str) -> str:
        """Return what is looked for, for the package of that name."""
        raise NotImplementedError(f'{type(self).__name__} defines no find()')

    def perform(self, context: LaunchContext) -> str:
        """Return what is looked for."""
        return self.find(perform_substitutions(context, self.package))


class FindPackagePrefix(FindPackage):
    """
    The prefix a package is installed in.

    :param package: its name, as text or substitutions.
    """

    def find(self, package_name: str) -> str:
        """Return the prefix."""
        return get_package_prefix(package_name)


class FindPackageShare(FindPackage):
    """
    The folder of a package's data.

    :param package: its name, as text or substitutions.
    """

    def find(self, package_name: str) -> str:
        """Return the folder."""
        return get_package_share_directory(package_name)


class ExecutableInPackage(FindPackage):
    """
    The path of a program of a package.

    :param executable: its name, as text or substitutions.
    :param package: the package's name, as text or substitutions.
    """

    def __init__(self, executable: SomeSubstitutionsType, package: SomeSubstitutionsType) -> None:
        super().__init__(package)
        self.executable = normalize_to_list_of_substitutions(executable)

    def perform(self, context: LaunchContext) -> str:
        """
        Return the path.

        :raises SubstitutionFailure: if the package has no such program.
        """
        package = perform_substitutions(context, self.package)
        executable = perform_substitutions(context, self.executable)
        paths = get_executable_paths(package)
        if executable not in paths:
            raise SubstitutionFailure(
                f"executable '{executable}' not found in package '{package}', which has: "
                f'[{", ".join(paths)}]'
            )
        return paths[executable]
