# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Typed reading of a YAML file whose every complaint names the file and the key.

Takes a file, gives values that have been checked one by one. It does not know what the keys
mean: that is the business of whoever reads them.
"""

from __future__ import annotations

from collections.abc import Sequence
import math
from pathlib import Path
from typing import Any, NoReturn, TypeVar, cast

import yaml

from pi0_ros.types import InputError

Choice = TypeVar('Choice', bound='str | int')


class _UniqueKeyLoader(yaml.SafeLoader):
    """YAML's safe loader, except that a key may stand only once in its mapping."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Refuse a doubled key: plain YAML keeps the last one and says nothing."""
        seen: list[Any] = []
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                line = key_node.start_mark.line + 1
                raise InputError(f'line {line}: key {key!r} stands twice in the same mapping')
            seen.append(key)
        return super().construct_mapping(node, deep)


class Section:
    """
    One mapping of a file; it remembers which of its keys have been asked for.

    Read every key, then call :meth:`finish`: a key nobody asked for is an error.

    :param file: the file, for error texts.
    :param path: key path of this mapping, empty at the top.
    :param value: what stands there.
    :raises InputError: if it isn't a mapping with text keys.
    """

    def __init__(self, file: Path, path: str, value: Any) -> None:
        self.file = file
        self.path = path
        if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
            self.fail('', value, 'a mapping with text keys')
        self._items: dict[str, Any] = value
        self._read: list[str] = []

    def fail(self, key: str, found: Any, valid: str) -> NoReturn:
        """Raise the InputError of a key: where, what was found, what would have been valid."""
        where = '.'.join(part for part in (self.path, key) if part) or 'top level'
        raise InputError(f'{self.file}: {where}: expected {valid}, found {found!r}')

    def finish(self) -> None:
        """
        Refuse what was not read.

        :raises InputError: naming an unknown key and the valid ones.
        """
        for key in self._items:
            if key not in self._read:
                self.fail(key, key, f'one of the keys {", ".join(self._read)}')

    def has(self, key: str) -> bool:
        """Say whether a key is there; it has been asked for now."""
        if key not in self._read:
            self._read.append(key)
        return key in self._items

    def value(self, key: str, valid: str, default: Any = None) -> Any:
        """Return what stands at a key; only a default lets the key be absent."""
        found = 'nothing' if self.has(key) else 'no such key'
        value = self._items.get(key, default)
        if value is None:
            raise InputError(f'{self.file}: {self.at(key)}: expected {valid}, found {found}')
        return value

    def at(self, key: str) -> str:
        """Return the key path of a key of this mapping."""
        return f'{self.path}.{key}' if self.path else key

    def text(self, key: str) -> str:
        """Return a text that isn't empty."""
        value = self.value(key, 'a text')
        if not isinstance(value, str) or not value.strip():
            self.fail(key, value, 'a text')
        return value

    def number(self, key: str, default: float | None = None) -> float:
        """Return a finite number."""
        return self._number(key, self.value(key, 'a number', default))

    def positive(self, key: str) -> float:
        """Return a finite number above zero."""
        value = self.number(key)
        if value <= 0:
            self.fail(key, value, 'a number above 0')
        return value

    def interval(self, key: str) -> tuple[float, float]:
        """Return two finite numbers, the lower one first."""
        valid = 'two numbers [lower, upper]'
        value = self.value(key, valid)
        if not isinstance(value, list) or len(value) != 2:
            self.fail(key, value, valid)
        lower, upper = (self._number(f'{key}[{i}]', value[i]) for i in range(2))
        if lower >= upper:
            self.fail(key, value, 'a lower limit below the upper one')
        return lower, upper

    def choice(self, key: str, valid: Sequence[Choice], default: Choice | None = None) -> Choice:
        """Return one of the valid values."""
        text = f'one of {", ".join(map(str, valid))}'
        value = self.value(key, text, default)
        # Compared with their types: True is not the rotation 1, nor is 90.0 the rotation 90.
        if not any(type(value) is type(option) and value == option for option in valid):
            self.fail(key, value, text)
        return cast('Choice', value)

    def names(self, key: str) -> tuple[str, ...]:
        """Return a list of texts, in which none stands twice; it may be empty."""
        valid = 'a list of names, each once'
        value = self.value(key, valid)
        if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
            self.fail(key, value, valid)
        if len(set(value)) < len(value):
            self.fail(key, value, valid)
        return tuple(value)

    def section(self, key: str) -> Section:
        """Return the mapping at a key."""
        return Section(self.file, self.at(key), self.value(key, 'a mapping'))

    def named_sections(self, key: str) -> dict[str, Section]:
        """Return the mappings of the mapping at a key, whose keys are names; it may be empty."""
        outer = self.section(key)
        return {name: outer.section(name) for name in self._items[key]}

    def sections(self, key: str) -> list[Section]:
        """Return the mappings of the list at a key; there is at least one."""
        valid = 'a list of mappings'
        value = self.value(key, valid)
        if not isinstance(value, list) or not value:
            self.fail(key, value, valid)
        return [Section(self.file, f'{self.at(key)}[{i}]', one) for i, one in enumerate(value)]

    def _number(self, key: str, value: Any) -> float:
        # A bool is an int for Python, and YAML 1.1 reads 1e-3 (no dot) as a text.
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            self.fail(key, value, 'a number (with exponent: 1.0e-3)')
        if not math.isfinite(value):
            self.fail(key, value, 'a finite number')
        return float(value)


def read_yaml(path: Path) -> Section:
    """
    Read a file whose top level is a mapping.

    :raises InputError: if it can't be read, isn't YAML or has a doubled key.
    """
    try:
        value = yaml.load(path.read_text(encoding='utf-8'), Loader=_UniqueKeyLoader)  # noqa: S506 it is derived from SafeLoader
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f'{path}: cannot be read: {error}') from error
    except yaml.YAMLError as error:
        raise InputError(f'{path}: not YAML: {error}') from error
    except InputError as error:
        raise InputError(f'{path}: {error}') from error
    return Section(path, '', value)
