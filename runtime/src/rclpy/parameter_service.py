# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The six services through which others read and set a node's parameters."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from rcl_interfaces import srv
from rcl_interfaces.msg import SetParametersResult

from rclpy.exceptions import ParameterNotDeclaredException, ParameterUninitializedException
from rclpy.parameter import Parameter
from rclpy.qos import qos_profile_parameters


class ParameterService:
    """Serves a node's parameters. Nothing is answered where one of the names isn't declared."""

    def __init__(self, node: Any) -> None:
        def describe(request: Any, response: Any) -> None:
            response.descriptors = node.describe_parameters(list(request.names))

        def get(request: Any, response: Any) -> None:
            response.values = [
                parameter.get_parameter_value()
                for parameter in node.get_parameters(list(request.names))
            ]

        def types(request: Any, response: Any) -> None:
            kinds = node.get_parameter_types(list(request.names))
            response.types = [kind.value for kind in kinds]

        def list_(request: Any, response: Any) -> None:
            response.result = node.list_parameters(list(request.prefixes), request.depth)

        def set_(request: Any, response: Any) -> None:
            response.results = [_set(node, [message]) for message in request.parameters]

        def set_atomically(request: Any, response: Any) -> None:
            response.result = _set(node, request.parameters)

        for kind, name, fill in (
            (srv.DescribeParameters, 'describe_parameters', describe),
            (srv.GetParameters, 'get_parameters', get),
            (srv.GetParameterTypes, 'get_parameter_types', types),
            (srv.ListParameters, 'list_parameters', list_),
            (srv.SetParameters, 'set_parameters', set_),
            (srv.SetParametersAtomically, 'set_parameters_atomically', set_atomically),
        ):

            def answer(request: Any, response: Any, fill: Any = fill) -> Any:
                with suppress(ParameterNotDeclaredException, ParameterUninitializedException):
                    fill(request, response)
                return response

            node.create_service(kind, f'~/{name}', answer, qos_profile=qos_profile_parameters)


def _set(node: Any, messages: list[Any]) -> Any:
    try:
        return node.set_parameters_atomically(
            [Parameter.from_parameter_msg(message) for message in messages]
        )
    except ParameterNotDeclaredException as error:
        return SetParametersResult(successful=False, reason=str(error))
