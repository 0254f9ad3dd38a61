# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a parameter fits its descriptor: type, read-only, ranges and steps."""

from __future__ import annotations

import math
from typing import Any

from rcl_interfaces.msg import ParameterValue, SetParametersResult

from rclpy.parameter import Parameter, parameter_value_to_python

_RELATIVE_TOLERANCE = 1e-6


def check(parameter: Parameter, descriptor: Any, *, is_declared: bool) -> Any:
    """
    Check a new value.

    :param descriptor: rcl_interfaces/ParameterDescriptor.
    :param is_declared: whether this changes a parameter, rather than declaring it.
    :return: rcl_interfaces/SetParametersResult, with the reason if it doesn't fit.
    """
    reason = _type_problem(parameter, descriptor, is_declared=is_declared)
    if not reason and parameter.type_ == Parameter.Type.INTEGER and descriptor.integer_range:
        reason = _range_problem(parameter, descriptor.integer_range[0], tolerance=0.0)
    if not reason and parameter.type_ == Parameter.Type.DOUBLE and descriptor.floating_point_range:
        limits = descriptor.floating_point_range[0]
        reason = _range_problem(parameter, limits, tolerance=_RELATIVE_TOLERANCE)
    return SetParametersResult(successful=not reason, reason=reason)


def _type_problem(parameter: Parameter, descriptor: Any, *, is_declared: bool) -> str:
    if is_declared and descriptor.read_only:
        return f'Trying to set a read-only parameter: {parameter.name}.'
    if descriptor.dynamic_typing:
        return ''
    if parameter.type_ == Parameter.Type.NOT_SET:
        return 'Static parameter cannot be undeclared' if is_declared else ''
    if parameter.type_.value != descriptor.type:
        expected = Parameter.Type(descriptor.type)
        return f"Wrong parameter type, expected '{expected}' got '{parameter.type_}'"
    return ''


def _range_problem(parameter: Parameter, limits: Any, tolerance: float) -> str:
    low, high = sorted((limits.from_value, limits.to_value))
    value = parameter.value
    if any(math.isclose(value, edge, rel_tol=tolerance) for edge in (low, high)):
        return ''
    bounds = f'Min: {low}, Max: {high}, value: {value}'
    if not low < value < high:
        return f'Parameter {parameter.name} out of range. {bounds}'
    if limits.step:
        nearest = low + round((value - low) / limits.step) * limits.step
        if not math.isclose(nearest, value, rel_tol=tolerance):
            return (
                f'The parameter value for {parameter.name} is not a valid step. '
                f'{bounds}, step: {limits.step}'
            )
    return ''


def typed(name: str, value: Any, descriptor: Any) -> tuple[Any, Any]:
    """The default value, and the descriptor with its type."""
    if isinstance(value, ParameterValue):
        value = parameter_value_to_python(value)
    if isinstance(value, Parameter.Type):
        if value == Parameter.Type.NOT_SET or descriptor.dynamic_typing:
            raise ValueError(
                f'Cannot declare parameter {name} as statically typed of type {value}'
            )
        descriptor.type = value.value
        return None, descriptor
    if not descriptor.dynamic_typing:
        descriptor.type = Parameter.Type.from_parameter_value(value).value
        if value is None:
            raise ValueError(
                f'Cannot declare a statically typed parameter {name} without default value'
            )
    return value, descriptor
