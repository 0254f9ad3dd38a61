# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The actions of ros2/launch_ros that launch files use.

Node and LifecycleNode run a program with the command line that makes it this very node; the
others leave their mark in the launch configurations, which the nodes of the same scope read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
import re
from tempfile import NamedTemporaryFile
from typing import Any

from launch import Action, LaunchContext, SomeSubstitutionsType
from launch.actions import ExecuteProcess
from launch.core import normalize_to_list_of_substitutions as normalize
from launch.logging import get_logger
from launch.substitutions import SubstitutionFailure
from launch_ros.parameter_descriptions import ParameterFile, evaluate_parameter_dict
from launch_ros.substitutions import ExecutableInPackage
from ros_wire.limits import check_not_given, unsupported_names
import yaml

__all__ = [
    'LifecycleNode', 'Node', 'PushROSNamespace', 'PushRosNamespace', 'SetParameter', 'SetRemap',
]  # fmt: skip
__getattr__ = unsupported_names(
    __name__,
    *('ComposableNodeContainer', 'LifecycleTransition', 'LoadComposableNodes', 'ROSTimer'),
    *('RosTimer', 'SetParametersFromFile', 'SetROSLogDir', 'SetUseSimTime'),
)
_NAME = '[A-Za-z_][A-Za-z0-9_]*'


def _check(what: str, pattern: str, text: str) -> str:
    """Return the text if it matches."""
    if not re.fullmatch(pattern, text):
        raise ValueError(
            f"Invalid {what} '{text}': only letters, digits and '_' (and '/' between the parts "
            'of a namespace), no digit first'
        )
    return text


def _namespace(context: LaunchContext, own: SomeSubstitutionsType | None) -> str | None:
    """Return a namespace under the one of the scope; None if there is neither."""
    scope: str | None = context.launch_configurations.get('ros_namespace')
    if own is None:
        return scope
    text = context.perform(own)
    joined = text if text.startswith('/') else f'{(scope or "").rstrip("/")}/{text}'
    return _check('namespace', f'/|(/{_NAME})+', joined.rstrip('/') or '/')


def _rule(name: str, value: Any) -> str:
    """Return ``name:=value`` with the value in YAML of one line, so that it keeps its type."""
    text = yaml.safe_dump(value, default_flow_style=True, width=float('inf'), allow_unicode=True)
    return f'{name}:={text.removesuffix(chr(10)).removesuffix("...").strip()}'


@dataclass(kw_only=True, eq=False)
class Node(ExecuteProcess):
    """
    Runs a ROS node; further options are those of ExecuteProcess.

    :param executable: the program's name in the package, or its path if there is no package.
    :param package: the package.
    :param name: the node's name, instead of the one it gives itself.
    :param namespace: its namespace, under that of PushROSNamespace unless it is absolute.
    :param exec_name: label of its output; the program's name if None.
    :param parameters: a list of dictionaries and paths of YAML files, later ones win.
    :param remappings: pairs of a name and the name instead.
    :param ros_arguments: further arguments after ``--ros-args``.
    :param arguments: arguments before it.
    """

    cmd: Iterable[SomeSubstitutionsType] = field(init=False)
    executable: SomeSubstitutionsType
    package: SomeSubstitutionsType | None = None
    namespace: SomeSubstitutionsType | None = None
    exec_name: SomeSubstitutionsType | None = None
    parameters: list[Any] | None = None
    remappings: Iterable[tuple[SomeSubstitutionsType, SomeSubstitutionsType]] | None = None
    ros_arguments: Iterable[SomeSubstitutionsType] | None = None
    arguments: Iterable[SomeSubstitutionsType] | None = None

    def __post_init__(self) -> None:
        """Check the parameters; a dictionary alone is a common mistake."""
        super().__post_init__()
        if not isinstance(self.parameters, (list, tuple, type(None))):
            raise TypeError(f'Node(parameters=...) expects a list, got {self.parameters!r}')
        self._files = ExitStack()
        self._node_name: str | None = None

    @property
    def node_name(self) -> str:
        """
        The node's name with its namespace.

        :raises RuntimeError: before the action is executed, or if a part of it is not known.
        """
        if self._node_name is None:
            raise RuntimeError("cannot access 'node_name': not executed yet, or not given")
        return self._node_name

    def _label(self) -> SomeSubstitutionsType | None:
        return self.exec_name

    def execute(self, context: LaunchContext) -> None:
        """
        Complete the command line and start the process.

        :raises ValueError: if no node can have this name or namespace.
        """
        program = self.executable
        if self.package is not None:
            program = ExecutableInPackage(program, self.package)
        more = ['--ros-args', *self.ros_arguments] if self.ros_arguments else []
        self.cmd = cmd = [program, *(self.arguments or ()), *more, '--ros-args']
        namespace = _namespace(context, self.namespace)
        if self.name is not None:
            name = _check('node name', _NAME, context.perform(self.name))
            cmd += ['-r', f'__node:={name}']
            self._node_name = namespace and f'{namespace.rstrip("/")}/{name}'
        if namespace is not None:
            cmd += ['-r', f'__ns:={namespace}']
        for pair in context.launch_configurations.get('global_params', []):
            cmd += ['-p', _rule(*pair)]
        for parameters in self.parameters or ():
            cmd += self._parameter_file(context, parameters)
        remaps = context.launch_configurations.get('ros_remaps', [])
        for source, target in [*remaps, *(self.remappings or ())]:
            cmd += ['-r', [*normalize(source), ':=', *normalize(target)]]
        super().execute(context)

    def _parameter_file(self, context: LaunchContext, parameters: Any) -> list[str]:
        """Return the arguments for a file; a dictionary gets one that is deleted in the end."""
        if isinstance(parameters, Mapping):
            values = evaluate_parameter_dict(context, parameters)
            temporary = NamedTemporaryFile('w', prefix='launch_params_')  # noqa: SIM115  ends later
            file = self._files.enter_context(temporary)
            yaml.safe_dump({self._node_name or '/**': {'ros__parameters': values}}, file)
            file.flush()
            return ['--params-file', file.name]
        given = parameters if isinstance(parameters, ParameterFile) else ParameterFile(parameters)
        path = given.evaluate(context)
        if path.is_file():
            return ['--params-file', str(path)]
        logger = get_logger('launch_ros.actions.node')
        logger.warning('Parameter file path is not a file: %s', path)
        return []

    async def _run(self, *args: Any) -> None:
        with self._files:
            await super()._run(*args)


@dataclass(kw_only=True, eq=False)
class LifecycleNode(Node):
    """
    Runs a managed node, whose name must be known; further options are those of Node.

    Its transitions are left to the node itself or to ``ros2 lifecycle``: the events of
    launch_ros.events.lifecycle are not supported.

    :param name: the node's name.
    :param namespace: its namespace.
    :param autostart: not supported.
    """

    name: SomeSubstitutionsType
    namespace: SomeSubstitutionsType
    autostart: bool = False

    def __post_init__(self) -> None:
        """Refuse what is not supported."""
        super().__post_init__()
        check_not_given('LifecycleNode', autostart=self.autostart)


@dataclass(eq=False)
class PushROSNamespace(Action):
    """
    Puts the nodes that follow into a namespace.

    :param namespace: under the one that is set already, unless it is absolute.
    """

    namespace: SomeSubstitutionsType

    def execute(self, context: LaunchContext) -> None:
        """
        Set the namespace.

        :raises SubstitutionFailure: if it is none that a node can have.
        """
        try:
            namespace = _namespace(context, self.namespace)
        except ValueError as error:
            raise SubstitutionFailure(f'The resulting namespace is invalid: {error}') from error
        context.launch_configurations['ros_namespace'] = namespace


PushRosNamespace = PushROSNamespace


def _append(context: LaunchContext, key: str, *items: tuple[str, Any]) -> None:
    """Add to a list of the scope; it becomes a new one, so that a scope can go back to the old."""
    configurations = context.launch_configurations
    configurations[key] = [*configurations.get(key, []), *items]


@dataclass(eq=False)
class SetParameter(Action):
    """
    Sets a parameter of the nodes that follow.

    :param name: its name.
    :param value: its value, as in the parameters of Node.
    """

    name: SomeSubstitutionsType
    value: Any

    def execute(self, context: LaunchContext) -> None:
        """Set it."""
        values = {context.perform(self.name): self.value}
        _append(context, 'global_params', *evaluate_parameter_dict(context, values).items())


@dataclass(eq=False)
class SetRemap(Action):
    """
    Sets a remapping of the nodes that follow.

    :param src: the name to replace.
    :param dst: the name instead.
    """

    src: SomeSubstitutionsType
    dst: SomeSubstitutionsType

    def execute(self, context: LaunchContext) -> None:
        """Set it."""
        rule = (context.perform(self.src), context.perform(self.dst))
        _append(context, 'ros_remaps', rule)
