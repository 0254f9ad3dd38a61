# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Packages: their prefix and share folder.

Takes a package name; gives paths. A prefix is a folder of AMENT_PREFIX_PATH or sys.prefix, where
pip puts data files; the first one that has the package's marker counts.
"""

from __future__ import annotations

import os
from pathlib import Path
import sys
import warnings

_MARKERS = Path('share', 'ament_index', 'resource_index', 'packages')


class PackageNotFoundError(KeyError):
    """There is no package of that name; the text lists where was looked."""

    def __str__(self) -> str:
        """Return the text without the quotes of a KeyError."""
        return str(self.args[0])


def _prefixes() -> list[str]:
    listed = os.environ.get('AMENT_PREFIX_PATH', '').split(os.pathsep)
    return list(dict.fromkeys([*(path for path in listed if path), sys.prefix]))


def get_packages_with_prefixes() -> dict[str, str]:
    """Return the names of all packages, and the prefix each is in."""
    found: dict[str, str] = {}
    for prefix in _prefixes():
        for marker in sorted(Path(prefix, _MARKERS).glob('[!.]*')):
            found.setdefault(marker.name, prefix)
    return found


def get_package_prefix(package_name: str) -> str:
    """
    Return the prefix a package is installed in.

    :raises PackageNotFoundError: if there is no such package.
    :raises ValueError: if the name is not one a package can have.
    """
    if not package_name or '/' in package_name:
        raise ValueError(f"'{package_name}' is not a valid package name")
    for prefix in _prefixes():
        if Path(prefix, _MARKERS, package_name).is_file():
            return prefix
    raise PackageNotFoundError(f"package '{package_name}' not found, searching: {_prefixes()}")


def get_package_share_path(package_name: str, print_warning: bool = True) -> Path:
    """
    Return the folder of a package's data as a Path.

    :param print_warning: warn if the folder does not exist.
    :raises PackageNotFoundError: if there is no such package.
    """
    path = Path(get_package_prefix(package_name), 'share', package_name)
    if print_warning and not path.exists():
        warnings.warn(f"Share directory for '{package_name}' doesn't exist: {path}", stacklevel=2)
    return path


def get_package_share_directory(package_name: str, print_warning: bool = True) -> str:
    """Return the folder of a package's data, see get_package_share_path()."""
    return str(get_package_share_path(package_name, print_warning))
