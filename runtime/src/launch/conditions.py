# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Conditions for actions: IfCondition and UnlessCondition.

Takes text or substitutions that read true, 1, false or 0.
"""

from __future__ import annotations

from launch.condition import Condition
from launch.launch_context import LaunchContext
from launch.substitution import SomeSubstitutionsType
from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions
from ros_wire.limits import unsupported_names

__all__ = ['IfCondition', 'InvalidConditionExpressionError', 'UnlessCondition']
__getattr__ = unsupported_names(
    __name__, 'LaunchConfigurationEquals', 'LaunchConfigurationNotEquals'
)


class InvalidConditionExpressionError(Exception):
    """The expression is neither true nor false."""


def evaluate_condition_expression(
    context: LaunchContext, expression: SomeSubstitutionsType
) -> bool:
    """
    Return what the expression says.

    :raises InvalidConditionExpressionError: if it is not one of true, 1, false, 0.
    """
    subs = normalize_to_list_of_substitutions(expression)
    text = perform_substitutions(context, subs).strip().lower()
    if text in ('true', '1'):
        return True
    if text in ('false', '0'):
        return False
    raise InvalidConditionExpressionError(
        f"invalid condition expression: '{text}' is not one of ['true', '1', 'false', '0']"
    )


class IfCondition(Condition):
    """
    Holds if the expression is true.

    :param predicate_expression: text or substitutions.
    """

    def __init__(self, predicate_expression: SomeSubstitutionsType) -> None:
        subs = normalize_to_list_of_substitutions(predicate_expression)
        super().__init__(predicate=lambda context: evaluate_condition_expression(context, subs))


class UnlessCondition(Condition):
    """
    Holds if the expression is false.

    :param predicate_expression: text or substitutions.
    """

    def __init__(self, predicate_expression: SomeSubstitutionsType) -> None:
        subs = normalize_to_list_of_substitutions(predicate_expression)
        super().__init__(
            predicate=lambda context: not evaluate_condition_expression(context, subs)
        )
