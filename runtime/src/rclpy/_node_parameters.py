# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The part of a node that keeps its parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
import warnings

from rcl_interfaces import msg
from ros_wire.limits import unsupported

from rclpy import exceptions
from rclpy._parameter_rules import declared_type, problem
from rclpy.parameter import Parameter, parameter_value_to_python

OnSet = Callable[[list[Parameter]], Any]
PreSet = Callable[[list[Parameter]], list[Parameter]]
PostSet = Callable[[list[Parameter]], None]


class NodeParameters:
    """Declares, gets and sets parameters; a base class of Node."""

    _parameter_event_publisher: Any

    def __init__(self, overrides: dict[str, Parameter], *, allow_undeclared: bool) -> None:
        self._parameters: dict[str, Parameter] = {}
        self._descriptors: dict[str, Any] = {}
        self._parameter_overrides = overrides
        self._allow_undeclared_parameters = allow_undeclared
        self._pre_set_parameters_callbacks: list[PreSet] = []
        self._on_set_parameters_callbacks: list[OnSet] = []
        self._post_set_parameters_callbacks: list[PostSet] = []

    # Declaring.

    def declare_parameter(
        self,
        name: str,
        value: Any = None,
        descriptor: Any = None,
        ignore_override: bool = False,
    ) -> Parameter:
        """
        Declare a parameter with a default value, or a Parameter.Type without one.

        :raises ParameterAlreadyDeclaredException: it is declared already.
        :raises InvalidParameterException: it has no name.
        :raises InvalidParameterTypeException: the value given from outside has another type.
        :raises InvalidParameterValueException: the value is out of range or refused.
        :raises ValueError: neither a value nor a type.
        """
        entry = (name, value, msg.ParameterDescriptor() if descriptor is None else descriptor)
        name_alone = value is None and descriptor is None
        return self.declare_parameters('', [entry[:1] if name_alone else entry], ignore_override)[
            0
        ]

    def declare_parameters(
        self, namespace: str, parameters: Iterable[tuple[Any, ...]], ignore_override: bool = False
    ) -> list[Parameter]:
        """Declare several: tuples of name, value or type, and descriptor."""
        new: list[tuple[Parameter, Any]] = []
        for entry in parameters:
            if not 1 <= len(entry) <= 3 or not isinstance(entry[0], str):
                raise TypeError(f'{entry} is not a tuple of name, value and descriptor')
            name, value, descriptor = (*entry, None, None)[:3]
            name = f'{namespace}.{name}' if namespace else name
            if not name:
                raise exceptions.InvalidParameterException(name)
            descriptor = msg.ParameterDescriptor() if descriptor is None else descriptor
            if not isinstance(descriptor, msg.ParameterDescriptor):
                raise TypeError(f'descriptor of {name} is a {type(descriptor).__name__}')
            if len(entry) == 1:
                warnings.warn(f'parameter {name}: a name alone is deprecated', stacklevel=3)
                descriptor.dynamic_typing = True
            if isinstance(value, msg.ParameterValue):
                value = parameter_value_to_python(value)
            descriptor.type = declared_type(name, value, descriptor).value
            value = None if isinstance(value, Parameter.Type) else value
            if not ignore_override and name in self._parameter_overrides:
                value = self._parameter_overrides[name].value
            new.append((Parameter(name, value=value), descriptor))
        known = [parameter.name for parameter, _ in new if parameter.name in self._parameters]
        if known:
            raise exceptions.ParameterAlreadyDeclaredException(known)
        for parameter, descriptor in new:
            self.__declare(parameter, descriptor)
        return [self._parameters[parameter.name] for parameter, _ in new]

    def __declare(self, parameter: Parameter, descriptor: Any) -> None:
        name = descriptor.name = parameter.name
        result = self.__apply([parameter], {name: descriptor})
        if result.reason.startswith('Wrong parameter type'):
            raise exceptions.InvalidParameterTypeException(
                parameter, Parameter.Type(descriptor.type).name
            )
        if not result.successful:
            raise exceptions.InvalidParameterValueException(name, parameter.value, result.reason)

    def undeclare_parameter(self, name: str) -> None:
        """
        Forget a parameter.

        :raises ParameterNotDeclaredException: it isn't declared.
        :raises ParameterImmutableException: it is read-only.
        """
        if name not in self._parameters:
            raise exceptions.ParameterNotDeclaredException(name)
        if self._descriptors[name].read_only:
            raise exceptions.ParameterImmutableException(name)
        del self._parameters[name], self._descriptors[name]

    # Reading.

    def has_parameter(self, name: str) -> bool:
        """Whether it is declared."""
        return name in self._parameters

    def get_parameter(self, name: str) -> Parameter:
        """
        A parameter.

        :raises ParameterNotDeclaredException: it isn't declared.
        :raises ParameterUninitializedException: it has no value.
        """
        parameter = self.__find(name)
        unset = parameter.type_ == Parameter.Type.NOT_SET
        if unset and name in self._descriptors and not self._descriptors[name].dynamic_typing:
            raise exceptions.ParameterUninitializedException(name)
        return parameter

    def __find(self, name: str) -> Parameter:
        if name not in self._parameters and not self._allow_undeclared_parameters:
            raise exceptions.ParameterNotDeclaredException(name)
        return self._parameters.get(name) or Parameter(name)

    def get_parameters(self, names: list[str]) -> list[Parameter]:
        """Several parameters, see :meth:`get_parameter`."""
        return [self.get_parameter(name) for name in names]

    def get_parameter_or(self, name: str, alternative_value: Parameter | None = None) -> Parameter:
        """A parameter, or the alternative if it isn't declared or has no value."""
        parameter = self._parameters.get(name)
        if parameter is None or parameter.type_ == Parameter.Type.NOT_SET:
            return alternative_value or Parameter(name)
        return parameter

    def get_parameter_type(self, name: str) -> Parameter.Type:
        """A parameter's type."""
        return self.__find(name).type_

    def get_parameter_types(self, names: list[str]) -> list[Parameter.Type]:
        """Several parameters' types."""
        return [self.get_parameter_type(name) for name in names]

    def get_parameters_by_prefix(self, prefix: str) -> dict[str, Parameter]:
        """The parameters below a prefix, by the rest of their names."""
        start = f'{prefix}.' if prefix else ''
        return {
            name.removeprefix(start): parameter
            for name, parameter in self._parameters.items()
            if name.startswith(start)
        }

    def describe_parameter(self, name: str) -> Any:
        """A parameter's descriptor."""
        self.__find(name)
        return self._descriptors.get(name) or msg.ParameterDescriptor()

    def describe_parameters(self, names: list[str]) -> list[Any]:
        """Several parameters' descriptors."""
        return [self.describe_parameter(name) for name in names]

    def list_parameters(self, prefixes: list[str], depth: int) -> Any:
        """Names and prefixes, as rcl_interfaces/ListParametersResult; depth 0: all the way."""
        result = msg.ListParametersResult()
        for name in self._parameters:
            below = [p for p in prefixes if f'{name}.'.startswith(f'{p}.')]
            rests = [name.removeprefix(f'{p}.') for p in below] if prefixes else [name]
            if any(not depth or rest.count('.') < depth for rest in rests):
                result.names.append(name)
                above = name.rpartition('.')[0]
                if above and above not in result.prefixes:
                    result.prefixes.append(above)
        return result

    # Setting.

    def set_parameters(self, parameter_list: list[Parameter]) -> list[Any]:
        """Set parameters one by one; a rcl_interfaces/SetParametersResult for each."""
        return [self.set_parameters_atomically([parameter]) for parameter in parameter_list]

    def set_parameters_atomically(self, parameter_list: list[Parameter]) -> Any:
        """
        Set all parameters or none.

        :raises ParameterNotDeclaredException: one of them isn't declared.
        """
        if self._pre_set_parameters_callbacks:
            before = self._pre_set_parameters_callbacks
            parameter_list = [p for pre_set in before for p in pre_set(parameter_list)]
            if not parameter_list:
                reason = 'the parameter list is empty after the callbacks before setting'
                return msg.SetParametersResult(successful=False, reason=reason)
        unknown = [p.name for p in parameter_list if p.name not in self._parameters]
        if unknown and not self._allow_undeclared_parameters:
            raise exceptions.ParameterNotDeclaredException(unknown)
        return self.__apply(parameter_list)

    def __apply(self, parameters: list[Parameter], new: dict[str, Any] | None = None) -> Any:
        """Check, ask the callbacks, set, and tell everyone; new: descriptors to declare with."""
        descriptors = dict(self._descriptors if new is None else new)
        for parameter in parameters:
            dynamic = msg.ParameterDescriptor(name=parameter.name, dynamic_typing=True)
            descriptor = descriptors.setdefault(parameter.name, dynamic)
            if descriptor.dynamic_typing:
                descriptor.type = parameter.type_.value
            reason = problem(parameter, descriptor, declares=new is not None)
            if reason:
                return msg.SetParametersResult(successful=False, reason=reason)
        for on_set in self._on_set_parameters_callbacks:
            result = on_set(parameters)
            if not result.successful:
                return result
        node: Any = self
        event = msg.ParameterEvent(
            stamp=node.get_clock().now().to_msg(), node=node.get_fully_qualified_name()
        )
        for parameter in parameters:
            name, message = parameter.name, parameter.to_parameter_msg()
            if parameter.type_ == Parameter.Type.NOT_SET and new is None:
                event.deleted_parameters.append(message)
                self._parameters.pop(name, None)
                self._descriptors.pop(name, None)
                continue
            known = self.get_parameter_or(name).type_ != Parameter.Type.NOT_SET
            (event.changed_parameters if known else event.new_parameters).append(message)
            self._parameters[name], self._descriptors[name] = parameter, descriptors[name]
        self._parameter_event_publisher.publish(event)
        for post_set in self._post_set_parameters_callbacks:
            post_set(parameters)
        return msg.SetParametersResult(successful=True)

    def set_descriptor(self, *_: Any, **__: Any) -> Any:
        """Not supported."""
        raise unsupported('rclpy Node.set_descriptor')

    # Callbacks: the one added last is called first.

    def add_pre_set_parameters_callback(self, callback: PreSet) -> None:
        """Have a callback change the list before it is set."""
        self._pre_set_parameters_callbacks.insert(0, callback)

    def add_on_set_parameters_callback(self, callback: OnSet) -> None:
        """Have a callback accept or refuse parameters."""
        self._on_set_parameters_callbacks.insert(0, callback)

    def add_post_set_parameters_callback(self, callback: PostSet) -> None:
        """Have a callback told what was set."""
        self._post_set_parameters_callbacks.insert(0, callback)

    def remove_pre_set_parameters_callback(self, callback: PreSet) -> None:
        """Undo :meth:`add_pre_set_parameters_callback`."""
        self._pre_set_parameters_callbacks.remove(callback)

    def remove_on_set_parameters_callback(self, callback: OnSet) -> None:
        """Undo :meth:`add_on_set_parameters_callback`."""
        self._on_set_parameters_callbacks.remove(callback)

    def remove_post_set_parameters_callback(self, callback: PostSet) -> None:
        """Undo :meth:`add_post_set_parameters_callback`."""
        self._post_set_parameters_callbacks.remove(callback)
