# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Parameters as launch files describe them: values with a type, and files.

Takes values of text and substitutions; gives typed values and paths.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from launch import LaunchContext, SomeSubstitutionsType
from launch.utilities import normalize_to_list_of_substitutions, perform_text
from launch.utilities.type_utils import perform_typed_substitution


class ParameterValue:
    """
    A value whose type is said and not guessed.

    :param value: a scalar, a list, or text and substitutions.
    :param value_type: int, float, bool, str, List of one of them, or None for YAML rules.
    """

    def __init__(self, value: Any, *, value_type: Any = None) -> None:
        self.value = value
        self.value_type = value_type

    def evaluate(self, context: LaunchContext) -> Any:
        """
        Return the typed value.

        :raises TypeError: if it is of another type.
        :raises ValueError: if it can't be read as that type.
        """
        return perform_typed_substitution(context, self.value, self.value_type)


class Parameter:
    """
    A parameter with its name.

    :param name: the name, as text or substitutions.
    :param value: see ParameterValue.
    :param value_type: see ParameterValue.
    """

    def __init__(self, name: SomeSubstitutionsType, value: Any, *, value_type: Any = None) -> None:
        self.name = normalize_to_list_of_substitutions(name)
        self.value = ParameterValue(value, value_type=value_type)

    def evaluate(self, context: LaunchContext) -> tuple[str, Any]:
        """Return name and typed value."""
        return perform_text(context, self.name), self.value.evaluate(context)


class ParameterFile:
    """
    A YAML file of parameters.

    :param param_file: its path, as text or substitutions.
    :param allow_substs: perform substitutions written in the file; not supported.
    """

    def __init__(
        self,
        param_file: os.PathLike[str] | SomeSubstitutionsType,
        *,
        allow_substs: bool | SomeSubstitutionsType = False,
    ) -> None:
        if allow_substs is not False:
            raise NotImplementedError('ParameterFile(allow_substs=...) is not supported')
        self.param_file: SomeSubstitutionsType = (
            os.fspath(param_file) if isinstance(param_file, os.PathLike) else param_file
        )

    def evaluate(self, context: LaunchContext) -> Path:
        """Return the path."""
        return Path(perform_text(context, self.param_file))
