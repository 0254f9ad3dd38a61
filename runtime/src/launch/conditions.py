# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Conditions for actions: IfCondition and UnlessCondition.

Takes text or substitutions that read true, 1, false or 0.
"""

from __future__ import annotations

from typing import Any

from launch.core import Condition, LaunchContext, SomeSubstitutionsType
from ros_wire.limits import unsupported_names

__all__ = ['IfCondition', 'InvalidConditionExpressionError', 'UnlessCondition']
__getattr__ = unsupported_names(
    __name__, 'LaunchConfigurationEquals', 'LaunchConfigurationNotEquals'
)
_MEANING = {'true': True, '1': True, 'false': False, '0': False}


class InvalidConditionExpressionError(Exception):
    """The expression is neither true nor false."""


def evaluate_condition_expression(context: LaunchContext, subs: Any) -> bool:
    """
    Return what the expression says.

    :raises InvalidConditionExpressionError: if it is not one of true, 1, false, 0.
    """
    text = context.perform(subs).strip().lower()
    if text not in _MEANING:
        raise InvalidConditionExpressionError(
            f"invalid condition expression: '{text}' is not one of {list(_MEANING)}"
        )
    return _MEANING[text]


class IfCondition(Condition):
    """
    Holds if the expression is true.

    :param predicate_expression: text or substitutions.
    """

    def __init__(self, predicate_expression: SomeSubstitutionsType) -> None:
        subs = predicate_expression
        super().__init__(predicate=lambda context: evaluate_condition_expression(context, subs))


class UnlessCondition(Condition):
    """
    Holds if the expression is false.

    :param predicate_expression: text or substitutions.
    """

    def __init__(self, predicate_expression: SomeSubstitutionsType) -> None:
        holds = IfCondition(predicate_expression).evaluate
        super().__init__(predicate=lambda context: not holds(context))
