# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Node: runs a ROS node as a process.

Takes the node's package, executable, name, parameters and remappings; gives ExecuteProcess the
command line ``executable arguments --ros-args -r __node:=name -r __ns:=/ns -p name:=value
--params-file file -r from:=to``. Dictionaries of parameters become temporary files, deleted when
the process has ended.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
import os
from pathlib import Path
import tempfile
from typing import Any

from launch import LaunchContext, SomeSubstitutionsType
from launch.actions import ExecuteProcess
from launch.logging import get_logger
from launch.utilities import normalize_to_list_of_substitutions, perform_text
from launch_ros.parameter_descriptions import Parameter, ParameterFile
from launch_ros.substitutions import ExecutableInPackage
from launch_ros.utilities import (
    check_namespace,
    check_node_name,
    evaluate_parameter_dict,
    make_namespace_absolute,
    prefix_namespace,
)
import yaml


class Node(ExecuteProcess):
    """
    Runs a ROS node.

    :param executable: the program's name in the package, or its path if there is no package.
    :param package: the package.
    :param name: the node's name, instead of the one it gives itself.
    :param namespace: its namespace, under that of PushROSNamespace unless it is absolute.
    :param exec_name: label of its output; the program's name if None.
    :param parameters: a list of dictionaries and paths of YAML files, later ones win.
    :param remappings: pairs of a name and the name instead.
    :param ros_arguments: further arguments after ``--ros-args``.
    :param arguments: arguments before it.
    :param kwargs: see ExecuteProcess.
    """

    def __init__(
        self,
        *,
        executable: SomeSubstitutionsType,
        package: SomeSubstitutionsType | None = None,
        name: SomeSubstitutionsType | None = None,
        namespace: SomeSubstitutionsType | None = None,
        exec_name: SomeSubstitutionsType | None = None,
        parameters: list[Any] | None = None,
        remappings: Iterable[tuple[SomeSubstitutionsType, SomeSubstitutionsType]] | None = None,
        ros_arguments: Iterable[SomeSubstitutionsType] | None = None,
        arguments: Iterable[SomeSubstitutionsType] | None = None,
        **kwargs: Any,
    ) -> None:
        if parameters is not None and not isinstance(parameters, (list, tuple)):
            raise TypeError(f'Node(parameters=...) expects a list, got {parameters!r}')
        program = executable if package is None else ExecutableInPackage(executable, package)
        cmd = [program, *(arguments or ())]
        if ros_arguments is not None:
            cmd += ['--ros-args', *ros_arguments]
        super().__init__(cmd=cmd, name=exec_name, **kwargs)
        self._name = name
        self._namespace = namespace
        self._parameters = list(parameters or [])
        self._remappings = list(remappings or [])
        self._temporary: list[Path] = []
        self._final_name: str | None = None

    @property
    def node_name(self) -> str:
        """
        The node's name with its namespace.

        :raises RuntimeError: before the action is executed, or if a part of it is not known.
        """
        if self._final_name is None:
            raise RuntimeError("cannot access 'node_name': not executed yet, or not given")
        return self._final_name

    def execute(self, context: LaunchContext) -> None:
        """Complete the command line and start the process."""
        self.cmd += [normalize_to_list_of_substitutions(a) for a in self._ros_args(context)]
        super().execute(context)

    def _ros_args(self, context: LaunchContext) -> list[str]:
        """Return the arguments that make the program this very node."""
        args = ['--ros-args']
        name = None
        if self._name is not None:
            name = check_node_name(perform_text(context, self._name))
            args += ['-r', f'__node:={name}']
        own = None if self._namespace is None else perform_text(context, self._namespace)
        base = context.launch_configurations.get('ros_namespace')
        namespace = make_namespace_absolute(prefix_namespace(base, own))
        if namespace is not None:
            args += ['-r', f'__ns:={check_namespace(namespace)}']
        if name is not None and namespace is not None:
            self._final_name = f'{namespace.rstrip("/")}/{name}'
        for key, value in context.launch_configurations.get('global_params', []):
            args += ['-p', _rule(key, value)]
        for parameter in self._parameters:
            args += self._parameter_args(context, parameter)
        for source, target in self._all_remappings(context):
            args += ['-r', f'{source}:={target}']
        return args

    def _all_remappings(self, context: LaunchContext) -> list[tuple[str, str]]:
        """Return the remappings of the scope, then those of the node."""
        scope: list[tuple[str, str]] = context.launch_configurations.get('ros_remaps', [])
        own = [(perform_text(context, a), perform_text(context, b)) for a, b in self._remappings]
        return [*scope, *own]

    def _parameter_args(self, context: LaunchContext, parameter: Any) -> list[str]:
        if isinstance(parameter, Parameter):
            return ['-p', _rule(*parameter.evaluate(context))]
        if isinstance(parameter, Mapping):
            return ['--params-file', self._write(evaluate_parameter_dict(context, parameter))]
        file = parameter if isinstance(parameter, ParameterFile) else ParameterFile(parameter)
        path = file.evaluate(context)
        if not path.is_file():
            get_logger('launch_ros.actions.node').warning(
                'Parameter file path is not a file: %s', path
            )
            return []
        return ['--params-file', str(path)]

    def _write(self, parameters: dict[str, Any]) -> str:
        """Return the path of a temporary file with the parameters."""
        content = {self._final_name or '/**': {'ros__parameters': parameters}}
        fd, path = tempfile.mkstemp(prefix='launch_params_')
        self._temporary.append(Path(path))
        with os.fdopen(fd, 'w', encoding='utf-8') as stream:
            yaml.safe_dump(content, stream, allow_unicode=True)
        return path

    def _cleanup(self) -> None:
        for path in self._temporary:
            path.unlink(missing_ok=True)
        self._temporary.clear()


class LifecycleNode(Node):
    """
    Runs a managed node, whose name must be known.

    Its transitions are left to the node itself or to ``ros2 lifecycle``: the events of
    launch_ros.events.lifecycle are not supported.

    :param name: the node's name.
    :param namespace: its namespace.
    :param kwargs: see Node.
    """

    def __init__(
        self, *, name: SomeSubstitutionsType, namespace: SomeSubstitutionsType, **kwargs: Any
    ) -> None:
        if 'autostart' in kwargs:
            raise NotImplementedError('LifecycleNode(autostart=...) is not supported')
        super().__init__(name=name, namespace=namespace, **kwargs)


def _rule(name: str, value: Any) -> str:
    """Return ``name:=value`` with the value in YAML of one line, so that it keeps its type."""
    text = yaml.safe_dump(value, default_flow_style=True, width=float('inf'), allow_unicode=True)
    return f'{name}:={text.removesuffix(chr(10)).removesuffix("...").strip()}'
