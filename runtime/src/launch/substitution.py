# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Substitution: text that is only known while launching; TextSubstitution is the known kind.

Gives the base class every substitution derives from. Knows no other substitution.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from launch.launch_context import LaunchContext


class Substitution:
    """Something that becomes a string when it is performed in a context."""

    def describe(self) -> str:
        """Return a short text for people."""
        return repr(self)

    def perform(self, context: LaunchContext) -> str:
        """Return the string this stands for in the given context."""
        raise NotImplementedError(f'{type(self).__name__} defines no perform()')


class TextSubstitution(Substitution):
    """
    A string that is known already.

    :param text: the string.
    """

    def __init__(self, *, text: str) -> None:
        if not isinstance(text, str):
            raise TypeError(f'TextSubstitution expects a str, got {type(text).__name__}')
        self.text = text

    def describe(self) -> str:
        """Return the text in quotes."""
        return f"'{self.text}'"

    def perform(self, context: LaunchContext) -> str:  # noqa: ARG002  the same in any context
        """Return the text."""
        return self.text


SomeSubstitutionsType = str | Substitution | Iterable[str | Substitution]
