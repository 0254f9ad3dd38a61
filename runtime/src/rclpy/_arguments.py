# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What stands after --ros-args: remaps, parameters, log levels (rcl's grammar).

Takes a command line, gives :class:`Arguments`; and the parameter files, as dictionaries by node
pattern. Knows no node.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
import re
from typing import Any

import yaml

from rclpy import _names
from rclpy.exceptions import RemapInvalidError, UnknownROSArgsError
from rclpy.impl.logging_severity import LoggingSeverity

_RULE = re.compile(
    r'(?:(?P<node>[A-Za-z_][A-Za-z0-9_]*):(?!=|//))?'
    r'(?P<kind>rostopic://|rosservice://)?(?P<source>[^:]+):=(?P<target>.*)'
)
_PARAMETER = re.compile(
    r'(?:(?P<node>[A-Za-z_][A-Za-z0-9_]*):(?!=))?(?P<name>[^:]+):=(?P<value>.*)'
)


@dataclass(frozen=True)
class Remap:
    """One rule `[node:][rostopic://|rosservice://]source:=target`."""

    node: str
    kind: str
    source: str
    target: str

    def concerns(self, node_name: str) -> bool:
        """Whether the rule is for this node (by the name given in the code)."""
        return self.node in {'', node_name}


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
        return self._special(name, ('__node', '__name')) or name

    def namespace(self, name: str, namespace: str) -> str:
        """
        The namespace a node is to have.

        :param name: the node's name as given in the code.
        """
        return self._special(name, ('__ns',)) or namespace

    def _special(self, node: str, sources: tuple[str, ...]) -> str | None:
        return next(
            (r.target for r in self.remaps if r.source in sources and r.concerns(node)), None
        )

    def remapped(
        self, full_name: str, node: str, namespace: str, *, is_service: bool, given: str
    ) -> str:
        """A fully qualified topic or service name after the first rule that fits."""
        unlike = 'rostopic://' if is_service else 'rosservice://'
        for rule in self.remaps:
            if rule.source.startswith('__') or rule.kind == unlike or not rule.concerns(given):
                continue
            if _names.expand(rule.source, node, namespace) == full_name:
                return _names.expand(rule.target, node, namespace)
        return full_name

    def parameters_of(self, full_name: str) -> dict[str, Any]:
        """The values given for a node's parameters; later patterns win."""
        values: dict[str, Any] = {}
        for pattern, given in self.parameters.items():
            if _pattern(pattern).fullmatch(full_name):
                values.update(given)
        return values


def _pattern(text: str) -> re.Pattern[str]:
    """`/**` is any number of tokens, `*` exactly one."""
    parts = re.split(r'(/\*\*|\*)', text)
    meaning = {'/**': '(?:/[^/]+)*', '*': '[^/]+'}
    return re.compile(''.join(meaning.get(part, re.escape(part)) for part in parts))


def parse(argv: Sequence[str]) -> Arguments:
    """
    Parse a command line.

    :raises UnknownROSArgsError: an unknown flag after --ros-args.
    :raises NotImplementedError: a flag that this runtime doesn't support.
    """
    found = Arguments()
    rest = list(argv)
    in_ros = False
    while rest:
        argument = rest.pop(0)
        if argument == '--ros-args':
            in_ros = True
        elif in_ros and argument == '--':
            in_ros = False
        elif in_ros:
            _take_flag(argument, rest, found)
        else:
            found.others.append(argument)
    return found


def _take_flag(flag: str, rest: list[str], found: Arguments) -> None:
    if flag in {'--enable-stdout-logs', '--disable-stdout-logs'}:
        found.to_console = flag.startswith('--enable')
    elif flag in {'--enable-rosout-logs', '--disable-rosout-logs'}:
        found.to_rosout = flag.startswith('--enable')
    elif (
        flag in {'-e', '--enclave', '--log-config-file', '--log-file-name'}
        or 'external-lib' in flag
    ):
        raise NotImplementedError(f'rclpy argument {flag}')
    elif flag not in _TAKERS:
        raise UnknownROSArgsError(f'unknown ROS argument {flag!r}')
    elif not rest:
        raise UnknownROSArgsError(f'{flag} needs a value')
    else:
        _TAKERS[flag](rest.pop(0), found)


def _take_remap(text: str, found: Arguments) -> None:
    match = _RULE.fullmatch(text)
    if match is None:
        raise RemapInvalidError(f'cannot parse remap rule {text!r}: expected from:=to')
    found.remaps.append(
        Remap(match['node'] or '', match['kind'] or '', match['source'], match['target'])
    )


def _take_parameter(text: str, found: Arguments) -> None:
    match = _PARAMETER.fullmatch(text)
    if match is None:
        raise UnknownROSArgsError(f'cannot parse parameter {text!r}: expected name:=value')
    pattern = f'/**/{match["node"]}' if match['node'] else '/**'
    name = match['name'].replace('/', '.')
    values = _flat({name: yaml.load(match['value'], _Loader)}, text)  # noqa: S506 a safe loader
    found.parameters.setdefault(pattern, {}).update(values)


def _take_file(path: str, found: Arguments) -> None:
    for pattern, values in parameter_file(path).items():
        found.parameters.setdefault(pattern, {}).update(values)


def _take_level(text: str, found: Arguments) -> None:
    name, _, level = text.rpartition(':=')
    try:
        found.log_levels[name] = LoggingSeverity[level.upper()]
    except KeyError:
        raise UnknownROSArgsError(f'unknown log level {level!r}') from None


_TAKERS = {
    '-r': _take_remap,
    '--remap': _take_remap,
    '-p': _take_parameter,
    '--param': _take_parameter,
    '--params-file': _take_file,
    '--log-level': _take_level,
}


class _Loader(yaml.SafeLoader):
    """YAML as rcl reads it: 1e-3 is a number, a date is a string."""


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, rule) for tag, rule in rules if not tag.endswith((':timestamp', ':float', ':int'))
    ]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    'tag:yaml.org,2002:int', re.compile(r'[-+]?(0x[0-9a-fA-F]+|[0-9]+)$'), list('-+0123456789')
)
_Loader.add_implicit_resolver(
    'tag:yaml.org,2002:float',
    re.compile(
        r'([-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))([eE][-+]?[0-9]+)?'
        r'|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$'
    ),
    list('-+0123456789.'),
)


def parameter_file(path: str) -> dict[str, dict[str, Any]]:
    """
    Parameters by node pattern.

    :raises RuntimeError: the file isn't a ROS parameter file.
    """
    try:
        content = yaml.load(Path(path).read_text(), _Loader)  # noqa: S506 a safe loader
    except (OSError, yaml.YAMLError) as error:
        raise RuntimeError(f'parameter file {path}: {error}') from error
    found: dict[str, dict[str, Any]] = {}
    _collect(content, '', path, found)
    return found


def _collect(content: Any, above: str, path: str, found: dict[str, dict[str, Any]]) -> None:
    if not isinstance(content, dict):
        raise RuntimeError(  # noqa: TRY004 the content is wrong, not the call
            f'parameter file {path}: no ros__parameters below {above or "the top"!r}'
        )
    for key, value in content.items():
        if key == 'ros__parameters':
            found.setdefault(above, {}).update(_flat(value or {}, path))
        else:
            _collect(value, f'{above}/{str(key).strip("/")}', path, found)


def _flat(values: dict[str, Any], source: str, above: str = '') -> dict[str, Any]:
    """Nested dictionaries as dotted names."""
    flat: dict[str, Any] = {}
    for key, value in values.items():
        name = f'{above}{key}'
        if isinstance(value, dict):
            flat.update(_flat(value, source, f'{name}.'))
        elif value is None or (isinstance(value, list) and len({type(v) for v in value}) > 1):
            raise RuntimeError(f'{source}: parameter {name} = {value!r} has no one type')
        else:
            flat[name] = value
    return flat
