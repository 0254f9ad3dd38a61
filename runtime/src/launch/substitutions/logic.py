# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Substitutions that compute: comparisons, and, or, not, if-else, Python expressions.

Takes substitutions; gives text, the truth values as ``true`` and ``false``.
"""

from __future__ import annotations

from collections.abc import Sequence
import importlib
import math
from typing import Any

from launch.launch_context import LaunchContext
from launch.substitution import SomeSubstitutionsType, Substitution
from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions
from launch.utilities.type_utils import coerce_to_type, is_substitution


def _as_text(value: Any) -> SomeSubstitutionsType:
    """Return what a comparison was given as text or substitutions."""
    if is_substitution(value):
        return value  # type: ignore[no-any-return]  # is_substitution() has just said so
    if value is None:
        return ''
    return str(value).lower() if isinstance(value, bool) else str(value)


def _truth(value: object) -> str:
    return 'true' if value else 'false'


def _is_equal(left: str, right: str) -> bool:
    truths = {'true': True, '1': True, 'false': False, '0': False}
    if left.lower() in truths and right.lower() in truths:
        return truths[left.lower()] is truths[right.lower()]
    try:
        return math.isclose(float(left), float(right))
    except ValueError:
        return left == right


class EqualsSubstitution(Substitution):
    """
    ``true`` if both sides are equal: as truth values, as numbers, else as text.

    :param left: a value, text or substitutions.
    :param right: a value, text or substitutions.
    """

    def __init__(self, left: Any, right: Any) -> None:
        self.left = normalize_to_list_of_substitutions(_as_text(left))
        self.right = normalize_to_list_of_substitutions(_as_text(right))

    def _equal(self, context: LaunchContext) -> bool:
        left, right = (perform_substitutions(context, s) for s in (self.left, self.right))
        return _is_equal(left, right)

    def perform(self, context: LaunchContext) -> str:
        """Return ``true`` or ``false``."""
        return _truth(self._equal(context))


class NotEqualsSubstitution(EqualsSubstitution):
    """``true`` if the sides are not equal, see EqualsSubstitution."""

    def perform(self, context: LaunchContext) -> str:
        """Return ``true`` or ``false``."""
        return _truth(not self._equal(context))


class _BooleanSubstitution(Substitution):
    """Base of what works on truth values."""

    def __init__(self, *values: SomeSubstitutionsType) -> None:
        self._values = [normalize_to_list_of_substitutions(value) for value in values]

    def _performed(self, context: LaunchContext) -> list[bool]:
        texts = [perform_substitutions(context, value) for value in self._values]
        return [coerce_to_type(text, bool) for text in texts]


class NotSubstitution(_BooleanSubstitution):
    """
    ``true`` if the value is false.

    :param value: text or substitutions.
    """

    def __init__(self, value: SomeSubstitutionsType) -> None:
        super().__init__(value)

    def perform(self, context: LaunchContext) -> str:
        """Return ``true`` or ``false``."""
        return _truth(not self._performed(context)[0])


class AndSubstitution(_BooleanSubstitution):
    """
    ``true`` if both values are.

    :param left: text or substitutions.
    :param right: text or substitutions.
    """

    def __init__(self, left: SomeSubstitutionsType, right: SomeSubstitutionsType) -> None:
        super().__init__(left, right)

    def perform(self, context: LaunchContext) -> str:
        """Return ``true`` or ``false``."""
        return _truth(all(self._performed(context)))


class OrSubstitution(_BooleanSubstitution):
    """
    ``true`` if one of the values is.

    :param left: text or substitutions.
    :param right: text or substitutions.
    """

    def __init__(self, left: SomeSubstitutionsType, right: SomeSubstitutionsType) -> None:
        super().__init__(left, right)

    def perform(self, context: LaunchContext) -> str:
        """Return ``true`` or ``false``."""
        return _truth(any(self._performed(context)))


class IfElseSubstitution(Substitution):
    """
    One of two texts.

    :param condition: text or substitutions that read true or false.
    :param if_value: the text if it is true.
    :param else_value: the text if it is false.
    """

    def __init__(
        self,
        condition: SomeSubstitutionsType,
        if_value: SomeSubstitutionsType = '',
        else_value: SomeSubstitutionsType = '',
    ) -> None:
        if if_value == else_value == '':
            raise RuntimeError('One of if_value and else_value must be specified')
        self._condition = normalize_to_list_of_substitutions(condition)
        self._values = {
            True: normalize_to_list_of_substitutions(if_value),
            False: normalize_to_list_of_substitutions(else_value),
        }

    def perform(self, context: LaunchContext) -> str:
        """Return the text."""
        condition = coerce_to_type(perform_substitutions(context, self._condition), bool)
        return perform_substitutions(context, self._values[condition])


class PythonExpression(Substitution):
    """
    The value of a Python expression, as text.

    :param expression: the expression, of text and substitutions.
    :param python_modules: modules it may use by name; what math holds needs no prefix.
    """

    def __init__(
        self,
        expression: SomeSubstitutionsType,
        python_modules: Sequence[str | Substitution] = ('math',),
    ) -> None:
        self.expression = normalize_to_list_of_substitutions(expression)
        self.python_modules = normalize_to_list_of_substitutions(python_modules)

    def describe(self) -> str:
        """Return ``PythonExpr(...)``."""
        return f'PythonExpr({" + ".join(sub.describe() for sub in self.expression)})'

    def perform(self, context: LaunchContext) -> str:
        """Return the value."""
        names: dict[str, Any] = {}
        for module_name in (sub.perform(context) for sub in self.python_modules):
            module = importlib.import_module(module_name)
            names.update(vars(math) if module is math else {})
            names[module_name] = module
        text = perform_substitutions(context, self.expression)
        return str(eval(text, {}, names))  # noqa: S307  launch files are programs already
