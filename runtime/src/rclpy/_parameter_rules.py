# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a parameter fits its descriptor: type, read-only, ranges and steps."""

from __future__ import annotations

import math
from typing import Any

from rclpy.parameter import Parameter

_RELATIVE_TOLERANCE = 1e-6


def declared_type(name: str, value: Any, descriptor: Any) -> Parameter.Type:
    """
    The type that a declaration means.

    :param value: a value or a Parameter.Type.
    :raises ValueError: it means none.
    """
    if not isinstance(value, Parameter.Type):
        kind = Parameter.Type.from_parameter_value(value)
        if kind == Parameter.Type.NOT_SET and not descriptor.dynamic_typing:
            raise ValueError(f'parameter {name}: the default value is PARAMETER_NOT_SET')
        return kind
    if value == Parameter.Type.NOT_SET or descriptor.dynamic_typing:
        raise ValueError(f'parameter {name}: {value} is no static type, or has dynamic_typing')
    return value


def problem(parameter: Parameter, descriptor: Any, *, declares: bool) -> str:
    """
    What is wrong with a new value; empty: nothing.

    :param descriptor: rcl_interfaces/ParameterDescriptor.
    :param declares: whether this declares the parameter rather than changing it.
    """
    name, kind, value = parameter.name, parameter.type_, parameter.value
    if descriptor.read_only and not declares:
        return f'Trying to set a read-only parameter: {name}.'
    if kind == Parameter.Type.NOT_SET:
        static = not descriptor.dynamic_typing and not declares
        return 'Static parameter cannot be undeclared' if static else ''
    if kind.value != descriptor.type and not descriptor.dynamic_typing:
        expected = Parameter.Type(descriptor.type)
        return f"Wrong parameter type, expected '{expected}' got '{kind}'"
    if kind == Parameter.Type.INTEGER and descriptor.integer_range:
        return _range_problem(name, value, descriptor.integer_range[0], tolerance=0.0)
    if kind == Parameter.Type.DOUBLE and descriptor.floating_point_range:
        limits = descriptor.floating_point_range[0]
        return _range_problem(name, value, limits, tolerance=_RELATIVE_TOLERANCE)
    return ''


def _range_problem(name: str, value: float, limits: Any, *, tolerance: float) -> str:
    low, high = sorted((limits.from_value, limits.to_value))
    if any(math.isclose(value, edge, rel_tol=tolerance) for edge in (low, high)):
        return ''
    bounds = f'Min: {low}, Max: {high}, value: {value}'
    if not low < value < high:
        return f'Parameter {name} out of range. {bounds}'
    nearest = low + round((value - low) / limits.step) * limits.step if limits.step else value
    if math.isclose(value, nearest, rel_tol=tolerance):
        return ''
    return f'The parameter value for {name} is not a valid step. {bounds}, step: {limits.step}'
