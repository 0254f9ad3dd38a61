# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Condition: decides whether an action is executed. The usual ones are in launch.conditions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from launch.launch_context import LaunchContext


class Condition:
    """
    A predicate over the context.

    :param predicate: gives True if the action is to be executed.
    """

    def __init__(self, *, predicate: Callable[[LaunchContext], bool]) -> None:
        self._predicate = predicate

    def evaluate(self, context: LaunchContext) -> bool:
        """Return whether the condition holds in the context."""
        return self._predicate(context)
