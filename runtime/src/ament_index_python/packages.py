# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Packages: their prefix and share folder.

Takes a package name; gives paths.
"""

from __future__ import annotations

from pathlib import Path
import warnings

from ament_index_python.resources import get_resources, has_resource
from ament_index_python.search_paths import get_search_paths


class PackageNotFoundError(KeyError):
    """There is no package of that name; the text lists where was looked."""

    def __str__(self) -> str:
        """Return the text without the quotes of a KeyError."""
        return str(self.args[0])


def get_packages_with_prefixes() -> dict[str, str]:
    """Return the names of all packages, and the prefix each is in."""
    return get_resources('packages')


def get_package_prefix(package_name: str) -> str:
    """
    Return the prefix a package is installed in.

    :raises PackageNotFoundError: if there is no such package.
    :raises ValueError: if the name is not one a package can have.
    """
    if not package_name or '/' in package_name:
        raise ValueError(f"'{package_name}' is not a valid package name")
    prefix = has_resource('packages', package_name)
    if not prefix:
        raise PackageNotFoundError(
            f"package '{package_name}' not found, searching: {get_search_paths()}"
        )
    return prefix


def get_package_share_directory(package_name: str, print_warning: bool = True) -> str:
    """
    Return the folder of a package's data.

    :param print_warning: warn if the folder does not exist.
    :raises PackageNotFoundError: if there is no such package.
    """
    path = get_package_share_path(package_name, print_warning=print_warning)
    return str(path)


def get_package_share_path(package_name: str, print_warning: bool = True) -> Path:
    """Return the folder of a package's data as a Path, see get_package_share_directory()."""
    path = Path(get_package_prefix(package_name), 'share', package_name)
    if print_warning and not path.exists():
        warnings.warn(f"Share directory for '{package_name}' doesn't exist: {path}", stacklevel=2)
    return path
