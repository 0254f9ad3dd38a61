# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What stands after --ros-args: remaps, parameters, log levels (rcl's grammar).

Takes a command line, gives :class:`Arguments`; and the parameter files, as dictionaries by node
pattern. Knows no node.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
import re
from typing import Any, NamedTuple

from ros_wire.limits import unsupported
import yaml

from rclpy import _names
from rclpy.impl.logging_severity import LoggingSeverity

_SWITCH = re.compile('--(enable|disable)-(stdout|rosout)-logs')
_SWITCHES = {'stdout': 'to_console', 'rosout': 'to_rosout'}
_UNSUPPORTED = {
    '-e', '--enclave', '--log-config-file', '--log-file-name', '--enable-external-lib-logs',
    '--disable-external-lib-logs',
}  # fmt: skip
_LEVELS = LoggingSeverity.__members__
_TRUE, _FALSE = ('y', 'yes', 'true', 'on'), ('n', 'no', 'false', 'off')


class Remap(NamedTuple):
    """One rule `[node:][rostopic://|rosservice://]source:=target`."""

    node: str
    kind: str
    source: str
    target: str


@dataclass
class Arguments:
    """A parsed command line."""

    remaps: list[Remap] = field(default_factory=list)
    #: Node pattern -> parameter -> value; patterns in the order they first appear.
    parameters: dict[str, dict[str, Any]] = field(default_factory=dict)
    log_levels: dict[str, LoggingSeverity] = field(default_factory=dict)
    to_console: bool = True
    to_rosout: bool = True
    others: list[str] = field(default_factory=list)

    def node_name(self, name: str) -> str:
        """The name a node is to have."""
        return self._special(name, '__node', '__name') or name

    def namespace(self, name: str, namespace: str) -> str:
        """
        The namespace a node is to have.

        :param name: the node's name, remapped.
        """
        return self._special(name, '__ns') or namespace

    def _special(self, node: str, *sources: str) -> str | None:
        rules = (r for r in self.remaps if r.source in sources and r.node in {'', node})
        return next((rule.target for rule in rules), None)

    def remapped(self, full_name: str, node: str, namespace: str, *, is_service: bool) -> str:
        """A fully qualified topic or service name after the first rule that fits."""
        kinds = {'', 'rosservice://' if is_service else 'rostopic://'}
        for rule in self.remaps:
            if (
                rule.kind in kinds
                and rule.node in {'', node}
                and not rule.source.startswith('__')
                and _names.expand(rule.source, node, namespace) == full_name
            ):
                return _names.expand(rule.target, node, namespace)
        return full_name

    def parameters_of(self, full_name: str) -> dict[str, Any]:
        """The values given for a node's parameters; later patterns win (rclpy/src/node.cpp)."""
        values: dict[str, Any] = {}
        for pattern, given in self.parameters.items():
            expression = f'/{pattern.lstrip("/")}'.replace('/*', r'(/\w+)')
            if re.fullmatch(expression, full_name):
                values.update(given)
        return values


def parse(argv: Sequence[str]) -> Arguments:
    """
    Parse a command line.

    :raises RuntimeError: a flag after --ros-args isn't known, or what it says can't be read.
    :raises NotImplementedError: a flag that this runtime doesn't support.
    """
    found = Arguments()
    rest = iter(argv)
    in_ros = False
    for argument in rest:
        switch = _SWITCH.fullmatch(argument)
        if argument == '--ros-args':
            in_ros = True
        elif not in_ros:
            found.others.append(argument)
        elif argument == '--':
            in_ros = False
        elif argument in _UNSUPPORTED:
            raise unsupported(f'argument {argument}')
        elif switch:
            setattr(found, _SWITCHES[switch[2]], switch[1] == 'enable')
        else:
            _take(argument, next(rest, ''), found)
    return found


def _take(flag: str, text: str, found: Arguments) -> None:
    rule = re.fullmatch(r'(?s)(?:(\w+):(?!=|//))?(rostopic://|rosservice://)?([^:]+):=(.+)', text)
    node, kind, source, target = rule.groups('') if rule else ('', '', '', '')
    name, separator, level = text.rpartition(':=')
    if flag in {'-r', '--remap'} and rule:
        found.remaps.append(Remap(node, kind, source, target))
    elif flag in {'-p', '--param'} and rule and not kind:
        values = _flat({source: _load(target, text)}, text)
        found.parameters.setdefault(node or '/**', {}).update(values)
    elif flag == '--params-file' and text:
        try:
            content = _load(Path(text).read_text(encoding='utf-8'), text)
        except OSError as error:
            raise RuntimeError(f'parameter file {text}: {error}') from error
        _collect(content, '', text, found.parameters)
    elif flag == '--log-level' and level.upper() in _LEVELS and bool(name) == bool(separator):
        found.log_levels[name] = _LEVELS[level.upper()]
    else:
        raise RuntimeError(f'ROS arguments: cannot understand {flag} {text}')


def _collect(content: Any, above: str, path: str, found: dict[str, dict[str, Any]]) -> None:
    """Find the parameters by node pattern in what a file holds."""
    if not isinstance(content, dict):
        raise RuntimeError(  # noqa: TRY004 the content is wrong, not the call
            f'parameter file {path}: no ros__parameters below {above or "the top"!r}'
        )
    for key, value in content.items():
        if key == 'ros__parameters':
            found.setdefault(above, {}).update(_flat(value, path))
        else:
            _collect(value, f'{above}/{key.strip("/")}', path, found)


def _flat(values: Any, source: str, above: str = '') -> dict[str, Any]:
    """Nested dictionaries as dotted names."""
    flat: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, dict):
            flat.update(_flat(value, source, f'{above}{key}.'))
        elif isinstance(value, list) and len({type(item) for item in value}) > 1:
            raise RuntimeError(f'{source}: parameter {above}{key} = {value!r} has no one type')
        else:
            flat[f'{above}{key}'] = value
    return flat


def _load(text: str, source: str) -> Any:
    try:
        return yaml.load(text, _Loader)  # noqa: S506 a safe loader
    except yaml.YAMLError as error:
        raise RuntimeError(f'{source}: {error}') from error


class _Loader(yaml.SafeLoader):
    """YAML as rcl reads it: names are text, and plain values what C's functions make of them."""

    yaml_implicit_resolvers = {None: [('!plain', re.compile('(?s).*'))]}  # noqa: RUF012 yaml's

    def construct_mapping(self, node: Any, deep: bool = True) -> dict[Hashable, Any]:
        """Leave names as they are written."""
        return {key.value: self.construct_object(value, deep) for key, value in node.value}

    def plain(self, node: Any) -> Any:
        """What an unquoted value means."""
        text: str = node.value
        for words, meaning in ((_TRUE, True), (_FALSE, False)):
            if text in {word for name in words for word in (name, name.title(), name.upper())}:
                return meaning
        if not text:
            raise yaml.constructor.ConstructorError(None, None, 'no value', node.start_mark)
        if re.fullmatch(r'[-+]?(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)', text):
            return int(text, 8 if re.fullmatch('[-+]?0[0-7]+', text) else 0)
        special = text.lstrip('+-').lower() in {'.inf', '.nan'}
        try:
            return text if '_' in text else float(text.replace('.', '') if special else text)
        except ValueError:
            return text


_Loader.add_constructor('!plain', _Loader.plain)
