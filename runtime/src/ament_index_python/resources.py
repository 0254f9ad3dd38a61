# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Resources of the index: files share/ament_index/resource_index/<type>/<name> under a prefix.

Takes a type and a name; gives content and prefix.
"""

from __future__ import annotations

from pathlib import Path

from ament_index_python.search_paths import get_search_paths


def _folder(prefix: str, resource_type: str) -> Path:
    if not resource_type or '/' in resource_type:
        raise ValueError(f"resource type '{resource_type}' is not valid")
    return Path(prefix, 'share', 'ament_index', 'resource_index', resource_type)


def get_resource(resource_type: str, resource_name: str) -> tuple[str, str]:
    """
    Return a resource's content and the prefix it is in.

    :raises LookupError: if there is none.
    """
    prefix = has_resource(resource_type, resource_name)
    if not prefix:
        raise LookupError(
            f"Could not find the resource '{resource_name}' of type '{resource_type}'"
        )
    return (_folder(prefix, resource_type) / resource_name).read_text(encoding='utf-8'), prefix


def get_resources(resource_type: str) -> dict[str, str]:
    """Return the names of all resources of a type, and the prefix each is in."""
    found: dict[str, str] = {}
    for prefix in get_search_paths():
        folder = _folder(prefix, resource_type)
        names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
        for name in names:
            if not name.startswith('.'):
                found.setdefault(name, prefix)
    return found


def has_resource(resource_type: str, resource_name: str) -> str:
    """Return the prefix a resource is in, '' if there is none."""
    for prefix in get_search_paths():
        if (_folder(prefix, resource_type) / resource_name).is_file():
            return prefix
    return ''
