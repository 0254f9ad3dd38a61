# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Parameters as a table: each stands once, with its default, description, unit and range.

A node hands its table to `declare` and gets the values back as attributes. Parameters are read
once, when the node starts, so all are read-only: setting one later is refused by ROS itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ament_index_python.packages import get_package_share_directory
from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor

from pi0_ros.types import InputError

PACKAGE = 'pi0_ros'


@dataclass(frozen=True)
class Parameter:
    """
    One row of a node's table.

    :param default: its value when nobody sets it; its type is the parameter's type.
    :param description: what it does, with the unit in brackets.
    :param low: the smallest valid number.
    :param high: the largest valid number.
    :param choices: the valid words, if it is one of a few.
    """

    name: str
    default: bool | int | float | str
    description: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()

    @property
    def descriptor(self) -> ParameterDescriptor:
        """The same in ROS's own form."""
        descriptor = ParameterDescriptor(
            name=self.name,
            description=self.description,
            read_only=True,
            additional_constraints=' | '.join(self.choices),
        )
        if self.low is not None and self.high is not None:
            if isinstance(self.default, float):
                descriptor.floating_point_range = [
                    FloatingPointRange(from_value=float(self.low), to_value=float(self.high))
                ]
            else:
                descriptor.integer_range = [
                    IntegerRange(from_value=int(self.low), to_value=int(self.high))
                ]
        return descriptor


def declare(node, table: Iterable[Parameter]) -> SimpleNamespace:
    """
    Declare every parameter of the table on the node and return the values as attributes.

    :raises InputError: if a word is not one of the choices; wrong types and numbers out of range
        are refused by ROS itself.
    """
    values: dict[str, Any] = {}
    for row in table:
        if not node.has_parameter(row.name):
            node.declare_parameter(row.name, row.default, row.descriptor)
        value = node.get_parameter(row.name).value
        if row.choices and value not in row.choices:
            raise InputError(
                f'parameter {row.name}: {value!r} is not one of {", ".join(row.choices)}'
            )
        values[row.name] = value
    return SimpleNamespace(**values)


def share_folder() -> Path:
    """Return the folder where launch files, robots and checkpoints are installed."""
    return Path(get_package_share_directory(PACKAGE))


def installed_file(parameter: str, folder: str, name: str) -> Path:
    """
    Return a YAML file, given as a path or as the name of one that is installed.

    :param parameter: where the name stands, for the error text.
    :param folder: of the installed ones, under `config/`.
    :raises InputError: if there is none, with the names that are.
    """
    if name.endswith('.yaml'):
        return Path(name)
    installed = share_folder() / 'config' / folder
    file = installed / f'{name}.yaml'
    if not file.is_file():
        known = ', '.join(sorted(f.stem for f in installed.glob('*.yaml')))
        raise InputError(
            f'parameter {parameter}: {name!r} is neither a path to a .yaml file nor one of {known}'
        )
    return file


def robot_file(name: str) -> Path:
    """
    Return the YAML file of a robot, given as a path or as the name of one that is installed.

    :raises InputError: if there is none, with the names that are.
    """
    return installed_file('robot', 'robots', name)


ROBOT = Parameter('robot', 'aloha_sim', "the robot: a .yaml file, or one of the package's names")
