# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Nodes: what publishers, subscriptions, services, timers and parameters belong to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import ref

from rcl_interfaces.msg import ParameterEvent
from ros_wire.graph import NodeEntities
from ros_wire.limits import check_not_given

from rclpy import _names
from rclpy._arguments import Arguments, parse
from rclpy._entity import refusing
from rclpy._node_endpoints import NodeEndpoints
from rclpy._node_graph import NodeGraph, NodeNameNonExistentError
from rclpy._node_parameters import NodeParameters
from rclpy._rosout import RosoutSink
from rclpy.callback_groups import CallbackGroup, MutuallyExclusiveCallbackGroup
from rclpy.clock import ROSClock
from rclpy.context import Context
from rclpy.exceptions import NotInitializedException
from rclpy.impl.rcutils_logger import RcutilsLogger
from rclpy.logging import get_logger
from rclpy.parameter import Parameter
from rclpy.parameter_service import ParameterService
from rclpy.qos import (
    qos_profile_parameter_events,
)
from rclpy.time_source import TimeSource
from rclpy.utilities import get_default_context, get_logger_name

__all__ = ['Node', 'NodeNameNonExistentError', 'Parameter']


class Node(NodeEndpoints, NodeParameters, NodeGraph):
    """A node; arguments as rclpy's."""

    __getattr__ = refusing(
        *('handle', 'waitables', 'add_waitable', 'remove_waitable'),
        'get_node_names_and_namespaces_with_enclaves',
    )

    def __init__(
        self,
        node_name: str,
        *,
        context: Context | None = None,
        cli_args: list[str] | None = None,
        namespace: str | None = None,
        use_global_arguments: bool = True,
        enable_rosout: bool = True,
        start_parameter_services: bool = True,
        parameter_overrides: list[Parameter] | None = None,
        allow_undeclared_parameters: bool = False,
        automatically_declare_parameters_from_overrides: bool = False,
        enable_logger_service: bool = False,
    ) -> None:
        check_not_given('Node', enable_logger_service=enable_logger_service)
        #: The context it belongs to.
        self.context = get_default_context() if context is None else context
        if not self.context.ok():
            raise NotInitializedException('cannot create node')
        # A node's own arguments come before the process'.
        own = parse(['--ros-args', *(cli_args or [])])
        process = self.context.arguments if use_global_arguments else Arguments()
        self.__remaps = Arguments(own.remaps + process.remaps)
        self.__name = self.__remaps.node_name(node_name)
        namespace = self.__remaps.namespace(self.__name, namespace or '/')
        self.__namespace = namespace if namespace.startswith('/') else f'/{namespace}'
        _names.validate_node_name(self.__name)
        _names.validate_namespace(self.__namespace)
        self._default_callback_group = MutuallyExclusiveCallbackGroup()
        self.__executor: Callable[[], Any] = lambda: None
        self.__destroyed = False
        self.__announced = NodeEntities(self.__name, self.__namespace)
        NodeEndpoints.__init__(self, self.__announced)
        self.context.graph.add(self.__announced)
        self.context.count_node(+1)
        self._clock = ROSClock()
        self._logger = get_logger(get_logger_name(self.get_fully_qualified_name()))
        to_rosout = enable_rosout and own.to_rosout and process.to_rosout
        self.__rosout = RosoutSink(self, self.__announced) if to_rosout else None
        full_name = self.get_fully_qualified_name()
        values = process.parameters_of(full_name) | own.parameters_of(full_name)
        overrides = {name: Parameter(name, value=value) for name, value in values.items()}
        overrides.update({parameter.name: parameter for parameter in parameter_overrides or []})
        NodeParameters.__init__(self, overrides, allow_undeclared=allow_undeclared_parameters)
        self._parameter_event_publisher = self.create_publisher(
            ParameterEvent, '/parameter_events', qos_profile_parameter_events
        )
        if automatically_declare_parameters_from_overrides:
            given = [(p.name, p.value) for p in overrides.values()]
            self.declare_parameters('', given, ignore_override=True)
        self._time_source = TimeSource(self, self._clock)
        if start_parameter_services:
            self._parameter_service = ParameterService(self)

    # What it is.

    @property
    def default_callback_group(self) -> CallbackGroup:
        """The group of entities made without one: mutually exclusive."""
        return self._default_callback_group

    @property
    def executor(self) -> Any:
        """The executor that runs its callbacks, or None."""
        return self.__executor()

    @executor.setter
    def executor(self, new_executor: Any) -> None:
        current = self.executor
        if current is new_executor:
            return
        if current is not None:
            current.remove_node(self)
        self.__executor = (lambda: None) if new_executor is None else ref(new_executor)
        if new_executor is not None:
            new_executor.add_node(self)

    def wake_executor(self) -> None:
        """Have the executor look again at what there is to wait for."""
        executor = self.executor
        if executor is not None:
            executor.wake()

    def get_name(self) -> str:
        """The name without namespace."""
        return self.__name

    def get_namespace(self) -> str:
        """The namespace."""
        return self.__namespace

    def get_fully_qualified_name(self) -> str:
        """The name with namespace."""
        return _names.join(self.__namespace, self.__name)

    def get_clock(self) -> ROSClock:
        """The node's clock, which follows use_sim_time."""
        return self._clock

    def get_logger(self) -> RcutilsLogger:
        """The node's logger."""
        return self._logger

    def resolve_topic_name(self, topic: str, *, only_expand: bool = False) -> str:
        """The fully qualified, remapped name of a topic."""
        return self.__resolve(topic, is_service=False, only_expand=only_expand)

    def resolve_service_name(self, service: str, *, only_expand: bool = False) -> str:
        """The fully qualified, remapped name of a service."""
        return self.__resolve(service, is_service=True, only_expand=only_expand)

    def __resolve(self, name: str, *, is_service: bool, only_expand: bool) -> str:
        _names.validate_topic_name(name, is_service=is_service)
        full_name = _names.expand(name, self.__name, self.__namespace)
        if only_expand:
            return full_name
        return self.__remaps.remapped(
            full_name, self.__name, self.__namespace, is_service=is_service
        )

    def destroy_node(self) -> None:
        """Destroy it and all that belongs to it; others see it go."""
        if self.__destroyed:
            return
        self.__destroyed = True
        self.executor = None
        if self.__rosout is not None:
            self.__rosout.close()
        self.destroy_entities()
        self.context.graph.remove(self.__announced)
        self.context.count_node(-1)
