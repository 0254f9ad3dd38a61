# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The six services through which others read and set a node's parameters."""

from __future__ import annotations

from typing import Any

from rcl_interfaces.msg import (
    ParameterDescriptor,
    ParameterType,
    SetParametersResult,
)
from rcl_interfaces.srv import (
    DescribeParameters,
    GetParameters,
    GetParameterTypes,
    ListParameters,
    SetParameters,
    SetParametersAtomically,
)

from rclpy.exceptions import ParameterNotDeclaredException, ParameterUninitializedException
from rclpy.parameter import Parameter
from rclpy.qos import qos_profile_parameters


class ParameterService:
    """Serves a node's parameters."""

    def __init__(self, node: Any) -> None:
        self._node = node
        for kind, name, answer in (
            (DescribeParameters, 'describe_parameters', self._describe),
            (GetParameters, 'get_parameters', self._get),
            (GetParameterTypes, 'get_parameter_types', self._types),
            (ListParameters, 'list_parameters', self._list),
            (SetParameters, 'set_parameters', self._set),
            (SetParametersAtomically, 'set_parameters_atomically', self._set_atomically),
        ):
            node.create_service(kind, f'~/{name}', answer, qos_profile=qos_profile_parameters)

    def _describe(self, request: Any, response: Any) -> Any:
        for name in request.names:
            try:
                response.descriptors.append(self._node.describe_parameter(name))
            except ParameterNotDeclaredException:
                response.descriptors.append(ParameterDescriptor(name=name))
        return response

    def _get(self, request: Any, response: Any) -> Any:
        for name in request.names:
            try:
                value = self._node.get_parameter(name).get_parameter_value()
            except (ParameterNotDeclaredException, ParameterUninitializedException):
                response.values = []  # one that isn't there takes all answers away
                break
            response.values.append(value)
        return response

    def _types(self, request: Any, response: Any) -> Any:
        for name in request.names:
            try:
                response.types.append(self._node.get_parameter_type(name).value)
            except ParameterNotDeclaredException:
                response.types.append(ParameterType.PARAMETER_NOT_SET)
        return response

    def _list(self, request: Any, response: Any) -> Any:
        response.result = self._node.list_parameters(request.prefixes, request.depth)
        return response

    def _set(self, request: Any, response: Any) -> Any:
        for message in request.parameters:
            try:
                parameter = Parameter.from_parameter_msg(message)
                result = self._node.set_parameters_atomically([parameter])
            except ParameterNotDeclaredException as error:
                result = SetParametersResult(successful=False, reason=str(error))
            response.results.append(result)
        return response

    def _set_atomically(self, request: Any, response: Any) -> Any:
        parameters = [Parameter.from_parameter_msg(message) for message in request.parameters]
        try:
            response.result = self._node.set_parameters_atomically(parameters)
        except ParameterNotDeclaredException as error:
            response.result = SetParametersResult(successful=False, reason=str(error))
        return response
