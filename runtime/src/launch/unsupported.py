# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Names that exist in ROS 2 but not here: importing one says so, by name.

Takes the names; gives a module's ``__getattr__``. Does not know what the names do.
"""

from __future__ import annotations

from collections.abc import Callable


def unsupported_names(module: str, *names: str) -> Callable[[str], object]:
    """
    Return a module's ``__getattr__`` that refuses the given names of the real package.

    :param module: the module's name, for the error text.
    :param names: what the real module offers and this one does not.
    """

    def getattr_(name: str) -> object:
        if name in names:
            raise NotImplementedError(f'{module}.{name} is not supported by this runtime')
        raise AttributeError(f'module {module!r} has no attribute {name!r}')

    return getattr_
