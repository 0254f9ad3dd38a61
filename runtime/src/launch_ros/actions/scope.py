# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Actions for all nodes that follow in the same scope: namespace, parameters, remappings.

Takes text and substitutions; leaves its mark in the launch configurations, which Node reads.
"""

from __future__ import annotations

from typing import Any

from launch import Action, LaunchContext, SomeSubstitutionsType
from launch.substitutions import SubstitutionFailure
from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions
from launch_ros.utilities import (
    check_namespace,
    evaluate_parameter_dict,
    make_namespace_absolute,
    prefix_namespace,
)


class PushROSNamespace(Action):
    """
    Puts the nodes that follow into a namespace.

    :param namespace: under the one that is set already, unless it is absolute.
    :param kwargs: see Action.
    """

    def __init__(self, namespace: SomeSubstitutionsType, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.namespace = normalize_to_list_of_substitutions(namespace)

    def execute(self, context: LaunchContext) -> None:
        """
        Set the namespace.

        :raises SubstitutionFailure: if it is none that a node can have.
        """
        previous = context.launch_configurations.get('ros_namespace')
        pushed = perform_substitutions(context, self.namespace)
        namespace = make_namespace_absolute(prefix_namespace(previous, pushed))
        assert namespace is not None
        try:
            context.launch_configurations['ros_namespace'] = check_namespace(namespace)
        except ValueError as error:
            raise SubstitutionFailure(f'The resulting namespace is invalid: {error}') from error


class SetParameter(Action):
    """
    Sets a parameter of the nodes that follow.

    :param name: its name.
    :param value: its value, as in the parameters of Node.
    :param kwargs: see Action.
    """

    def __init__(self, name: SomeSubstitutionsType, value: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.name = normalize_to_list_of_substitutions(name)
        self.value = value

    def execute(self, context: LaunchContext) -> None:
        """Set it; the list is a new one, so that a scope can go back to the old."""
        evaluated = evaluate_parameter_dict(context, {tuple(self.name): self.value})
        before = context.launch_configurations.get('global_params', [])
        context.launch_configurations['global_params'] = [*before, *evaluated.items()]


class SetRemap(Action):
    """
    Sets a remapping of the nodes that follow.

    :param src: the name to replace.
    :param dst: the name instead.
    :param kwargs: see Action.
    """

    def __init__(
        self, src: SomeSubstitutionsType, dst: SomeSubstitutionsType, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.src = normalize_to_list_of_substitutions(src)
        self.dst = normalize_to_list_of_substitutions(dst)

    def execute(self, context: LaunchContext) -> None:
        """Set it."""
        rule = tuple(perform_substitutions(context, side) for side in (self.src, self.dst))
        before = context.launch_configurations.get('ros_remaps', [])
        context.launch_configurations['ros_remaps'] = [*before, rule]
