# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What exists in ROS 2 but not here says so by name, instead of being missing or ignored.

Whatever is refused raises NotImplementedError; the table in the runtime's README lists it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
import sys
from types import ModuleType
from typing import Any


def unsupported(what: str) -> NotImplementedError:
    """
    The error to raise.

    :param what: the feature, as its users write it.
    """
    return NotImplementedError(f'{what} is not supported by pi0-ros-runtime')


def check_not_given(owner: str, **options: Any) -> None:
    """
    Refuse options rather than ignore them.

    :param owner: whose options, for the error's text.
    :raises NotImplementedError: one of the options has a value.
    """
    for name, value in options.items():
        if value:
            raise unsupported(f'{owner}({name}=...)')


def unsupported_names(module: str, *names: str) -> Callable[[str], object]:
    """
    A module's ``__getattr__`` that refuses names which the real module offers.

    :param module: the module's name.
    """

    def getattr_(name: str) -> object:
        if name in names:
            raise unsupported(f'{module}.{name}')
        raise AttributeError(f'module {module!r} has no attribute {name!r}')

    return getattr_


class _Refusal:
    """Finds the modules that aren't there, last of all finders."""

    def __init__(self, modules: Sequence[str]) -> None:
        self._modules = frozenset(modules)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Refuse a module that is one of them."""
        del path, target
        if name in self._modules:
            raise unsupported(name)
        return None


def unsupported_modules(*modules: str) -> None:
    """Have the import of modules that the real package offers refused."""
    sys.meta_path.append(_Refusal(modules))
