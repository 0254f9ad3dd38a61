# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The part of a node that keeps its parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from rcl_interfaces.msg import (
    ListParametersResult,
    ParameterDescriptor,
    ParameterEvent,
    SetParametersResult,
)

from rclpy import _parameter_rules
from rclpy.exceptions import (
    InvalidParameterException,
    InvalidParameterTypeException,
    InvalidParameterValueException,
    ParameterAlreadyDeclaredException,
    ParameterImmutableException,
    ParameterNotDeclaredException,
    ParameterUninitializedException,
)
from rclpy.parameter import Parameter

_SEPARATOR = '.'
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
        :raises InvalidParameterTypeException: the value given from outside has another type.
        :raises InvalidParameterValueException: the value is out of range or refused.
        """
        entry = (name, value, descriptor or ParameterDescriptor())
        return self.declare_parameters('', [entry], ignore_override)[0]

    def declare_parameters(
        self, namespace: str, parameters: Iterable[tuple[Any, ...]], ignore_override: bool = False
    ) -> list[Parameter]:
        """Declare several: tuples of name, value or type, and descriptor."""
        declared = []
        for entry in parameters:
            name, value, descriptor = (*entry, None, None)[:3]
            if not isinstance(name, str):
                raise TypeError(f'parameter name {name!r} is not a str')
            full_name = f'{namespace}.{name}' if namespace else name
            if not full_name or full_name.startswith(_SEPARATOR) or full_name.endswith(_SEPARATOR):
                raise InvalidParameterException(full_name)
            descriptor = ParameterDescriptor() if descriptor is None else descriptor
            if not isinstance(descriptor, ParameterDescriptor):
                raise TypeError(f'descriptor of {full_name} is a {type(descriptor).__name__}')
            declared.append((full_name, *_parameter_rules.typed(full_name, value, descriptor)))
        known = [name for name, _, _ in declared if name in self._parameters]
        if known:
            raise ParameterAlreadyDeclaredException(known)
        return [self.__declare(*entry, ignore_override=ignore_override) for entry in declared]

    def __declare(
        self, name: str, value: Any, descriptor: Any, *, ignore_override: bool
    ) -> Parameter:
        parameter = Parameter(name, value=value)
        if not ignore_override:
            parameter = self._parameter_overrides.get(name, parameter)
        self._descriptors[name] = descriptor
        descriptor.name = name
        result = self.__apply([parameter])
        if result.successful:
            return self._parameters[name]
        del self._descriptors[name]
        if result.reason.startswith('Wrong parameter type'):
            raise InvalidParameterTypeException(parameter, Parameter.Type(descriptor.type).name)
        raise InvalidParameterValueException(name, parameter.value, result.reason)

    def undeclare_parameter(self, name: str) -> None:
        """
        Forget a parameter.

        :raises ParameterImmutableException: it is read-only.
        """
        if self.describe_parameter(name).read_only:
            raise ParameterImmutableException(name)
        self._parameters.pop(name, None)
        self._descriptors.pop(name, None)

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
        if name not in self._parameters:
            if self._allow_undeclared_parameters:
                return Parameter(name)
            raise ParameterNotDeclaredException(name)
        parameter = self._parameters[name]
        dynamic = self._descriptors[name].dynamic_typing
        if parameter.type_ == Parameter.Type.NOT_SET and not dynamic:
            raise ParameterUninitializedException(name)
        return parameter

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
        if name in self._parameters:
            return self._parameters[name].type_
        if self._allow_undeclared_parameters:
            return Parameter.Type.NOT_SET
        raise ParameterNotDeclaredException(name)

    def get_parameter_types(self, names: list[str]) -> list[Parameter.Type]:
        """Several parameters' types."""
        return [self.get_parameter_type(name) for name in names]

    def get_parameters_by_prefix(self, prefix: str) -> dict[str, Parameter]:
        """The parameters below a prefix, by the rest of their names."""
        start = prefix + _SEPARATOR if prefix else ''
        return {
            name[len(start) :]: parameter
            for name, parameter in self._parameters.items()
            if name.startswith(start)
        }

    def describe_parameter(self, name: str) -> Any:
        """A parameter's descriptor."""
        if name in self._descriptors:
            return self._descriptors[name]
        if self._allow_undeclared_parameters:
            return ParameterDescriptor()
        raise ParameterNotDeclaredException(name)

    def describe_parameters(self, names: list[str]) -> list[Any]:
        """Several parameters' descriptors."""
        return [self.describe_parameter(name) for name in names]

    def list_parameters(self, prefixes: list[str], depth: int) -> Any:
        """Names and prefixes, as rcl_interfaces/ListParametersResult; depth 0: all the way."""
        result = ListParametersResult()
        for name in self._parameters:
            below = [p for p in prefixes if name == p or name.startswith(p + _SEPARATOR)]
            if prefixes and not below:
                continue
            rest = name[len(max(below, key=len)) :].lstrip(_SEPARATOR) if below else name
            if depth and rest.count(_SEPARATOR) >= depth:
                continue
            result.names.append(name)
            above = name.rpartition(_SEPARATOR)[0]
            if above and above not in result.prefixes:
                result.prefixes.append(above)
        return result

    # Setting.

    def set_parameters(self, parameter_list: list[Parameter]) -> list[Any]:
        """Set parameters one by one; a rcl_interfaces/SetParametersResult for each."""
        self.__require_declared(parameter_list)
        return [self.set_parameters_atomically([parameter]) for parameter in parameter_list]

    def set_parameters_atomically(self, parameter_list: list[Parameter]) -> Any:
        """Set all parameters or none."""
        for pre_set in self._pre_set_parameters_callbacks:
            parameter_list = pre_set(parameter_list)
            if not parameter_list:
                reason = 'no parameters are left after the pre-set callbacks'
                return SetParametersResult(successful=False, reason=reason)
        self.__require_declared(parameter_list)
        return self.__apply(parameter_list)

    def __require_declared(self, parameters: list[Parameter]) -> None:
        unknown = [p.name for p in parameters if p.name not in self._parameters]
        if unknown and not self._allow_undeclared_parameters:
            raise ParameterNotDeclaredException(unknown)

    def __apply(self, parameters: list[Parameter]) -> Any:
        """Check, ask the callbacks, set, and tell everyone."""
        result = self.__check(parameters)
        if not result.successful:
            return result
        event = ParameterEvent(
            stamp=self.get_clock().now().to_msg(),  # type: ignore[attr-defined]  # Node has it
            node=self.get_fully_qualified_name(),  # type: ignore[attr-defined]  # as above
        )
        for parameter in parameters:
            message = parameter.to_parameter_msg()
            if parameter.type_ == Parameter.Type.NOT_SET and self.has_parameter(parameter.name):
                self._parameters.pop(parameter.name)
                self._descriptors.pop(parameter.name, None)
                event.deleted_parameters.append(message)
                continue
            known = self.has_parameter(parameter.name)
            (event.changed_parameters if known else event.new_parameters).append(message)
            self._parameters[parameter.name] = parameter
        self._parameter_event_publisher.publish(event)
        for post_set in self._post_set_parameters_callbacks:
            post_set(parameters)
        return result

    def __check(self, parameters: list[Parameter]) -> Any:
        for parameter in parameters:
            name = parameter.name
            dynamic = ParameterDescriptor(name=name, dynamic_typing=True)
            descriptor = self._descriptors.setdefault(name, dynamic)
            is_declared = self.has_parameter(name)
            result = _parameter_rules.check(parameter, descriptor, is_declared=is_declared)
            if not result.successful:
                return result
            if descriptor.dynamic_typing:
                descriptor.type = parameter.type_.value
        for on_set in self._on_set_parameters_callbacks:
            result = on_set(parameters)
            if not isinstance(result, SetParametersResult):
                raise TypeError('Callback must return a SetParametersResult')
            if not result.successful:
                return result
        return SetParametersResult(successful=True)

    def set_descriptor(self, name: str, descriptor: Any, alternative_value: Any = None) -> Any:
        """Not supported."""
        raise NotImplementedError('rclpy Node.set_descriptor')

    # Callbacks.

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
