# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Names of nodes, topics and services: validation and expansion (rcl's rules)."""

from __future__ import annotations

import re

from rclpy.exceptions import (
    InvalidNamespaceException,
    InvalidNodeNameException,
    InvalidServiceNameException,
    InvalidTopicNameException,
)

_TOKEN = re.compile(r'[A-Za-z_][A-Za-z0-9_]*')
_RELATIVE = re.compile(
    r'(~|~/[A-Za-z_{][A-Za-z0-9_{}]*|/?[A-Za-z_{][A-Za-z0-9_{}]*)(/[A-Za-z_{][A-Za-z0-9_{}]*)*'
)


def _first_bad_index(pattern: re.Pattern[str], name: str) -> int:
    match = pattern.match(name)
    return min(match.end() if match else 0, max(len(name) - 1, 0))


def validate_node_name(name: str) -> bool:
    """
    True for a valid node name.

    :raises InvalidNodeNameException: otherwise.
    """
    if not _TOKEN.fullmatch(name):
        reason = 'node name must be letters, digits and underscores, not beginning with a digit'
        raise InvalidNodeNameException(name, reason, _first_bad_index(_TOKEN, name))
    return True


def validate_namespace(namespace: str) -> bool:
    """
    True for a valid, absolute namespace.

    :raises InvalidNamespaceException: otherwise.
    """
    if not namespace.startswith('/'):
        raise InvalidNamespaceException(namespace, 'namespace must be absolute', 0)
    if namespace != '/' and not all(_TOKEN.fullmatch(t) for t in namespace[1:].split('/')):
        raise InvalidNamespaceException(namespace, 'namespace has an invalid token', 0)
    return True


def validate_topic_name(name: str, *, is_service: bool = False) -> bool:
    """
    True for a valid topic or service name, relative ones and `~` included.

    :raises InvalidTopicNameException: otherwise (InvalidServiceNameException for a service).
    """
    if not _RELATIVE.fullmatch(name):
        error = InvalidServiceNameException if is_service else InvalidTopicNameException
        raise error(name, 'name has an invalid token', _first_bad_index(_RELATIVE, name))
    return True


def expand(name: str, node_name: str, namespace: str) -> str:
    """The fully qualified name that a name means inside a node."""
    base = namespace.rstrip('/')
    name = name.replace('{node}', node_name)
    name = name.replace('{ns}', base).replace('{namespace}', base)
    if name.startswith('/'):
        return name
    if name.startswith('~'):
        rest = name[1:].lstrip('/')
        return f'{base}/{node_name}' + (f'/{rest}' if rest else '')
    return f'{base}/{name}'


def join(namespace: str, name: str) -> str:
    """A node's fully qualified name."""
    return f'{namespace.rstrip("/")}/{name}'
