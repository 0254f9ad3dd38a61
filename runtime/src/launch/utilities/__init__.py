# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Helpers for whoever writes actions and substitutions.

Takes the loose types launch files use (text, substitutions, lists of both); gives lists of
substitutions and performed strings.
"""

from __future__ import annotations

from collections.abc import Iterable

from launch.launch_context import LaunchContext
from launch.substitution import SomeSubstitutionsType, Substitution, TextSubstitution


def normalize_to_list_of_substitutions(subs: SomeSubstitutionsType) -> list[Substitution]:
    """
    Return text and substitutions as a list of substitutions.

    :raises TypeError: if something else is among them.
    """
    if isinstance(subs, (str, Substitution)):
        subs = [subs]
    if not isinstance(subs, Iterable):
        raise TypeError(f'expected text or substitutions, got {subs!r}')
    return [_normalize(sub) for sub in subs]


def _normalize(sub: str | Substitution) -> Substitution:
    if isinstance(sub, str):
        return TextSubstitution(text=sub)
    if isinstance(sub, Substitution):
        return sub
    raise TypeError(f"'{sub!r}' is neither text nor a launch.Substitution")


def perform_substitutions(context: LaunchContext, subs: Iterable[Substitution]) -> str:
    """Return the performed substitutions, joined."""
    return ''.join(sub.perform(context) for sub in subs)


def perform_text(context: LaunchContext, subs: SomeSubstitutionsType) -> str:
    """Return text and substitutions as one performed string."""
    return perform_substitutions(context, normalize_to_list_of_substitutions(subs))
