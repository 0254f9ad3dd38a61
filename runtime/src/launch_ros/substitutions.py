# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Substitutions that find packages and their programs.

Takes package names; gives paths from the resource index.
"""

from __future__ import annotations

from dataclasses import dataclass

from ament_index_python.executables import get_executable_paths
from ament_index_python.packages import get_package_prefix, get_package_share_directory
from launch import LaunchContext, SomeSubstitutionsType, Substitution
from launch.core import describe
from launch.substitutions import SubstitutionFailure
from ros_wire.limits import unsupported_names

__getattr__ = unsupported_names(__name__, 'FindPackage', 'Parameter')


@dataclass(eq=False)
class FindPackagePrefix(Substitution):
    """
    The prefix a package is installed in.

    :param package: its name, as text or substitutions.
    """

    find = staticmethod(get_package_prefix)
    package: SomeSubstitutionsType

    def describe(self) -> str:
        """Return ``FindPackageShare(pkg='name')`` or the like."""
        return f'{type(self).__name__}(pkg={describe(self.package)})'

    def perform(self, context: LaunchContext) -> str:
        """
        Return the path.

        :raises PackageNotFoundError: if there is no such package.
        """
        return self.find(context.perform(self.package))


class FindPackageShare(FindPackagePrefix):
    """
    The folder of a package's data.

    :param package: its name, as text or substitutions.
    """

    find = staticmethod(get_package_share_directory)


@dataclass(eq=False)
class ExecutableInPackage(Substitution):
    """
    The path of a program of a package.

    :param executable: its name, as text or substitutions.
    :param package: the package's name, as text or substitutions.
    """

    label = 'ExecInPkg'
    executable: SomeSubstitutionsType
    package: SomeSubstitutionsType

    def perform(self, context: LaunchContext) -> str:
        """
        Return the path.

        :raises PackageNotFoundError: if there is no such package.
        :raises SubstitutionFailure: if it has no such program.
        """
        name = context.perform(self.executable)
        package = context.perform(self.package)
        paths = get_executable_paths(package)
        if name not in paths:
            raise SubstitutionFailure(
                f"executable '{name}' not found in package '{package}', which has: "
                f'[{", ".join(paths)}]'
            )
        return paths[name]
