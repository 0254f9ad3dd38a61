# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What a URDF says of joints: their unit, their ends and their highest speed.

Takes a file, gives the limits of the joints that are asked for; a file may say whatever it likes
of the others. What is read, and what counts when it is left out, is that of ros/urdfdom,
urdf_parser/src/joint.cpp, except for a safety controller without soft limits: urdfdom takes them
for 0, here there are none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
import math
from pathlib import Path
from types import MappingProxyType
from xml.etree import ElementTree as ET

from pi0_ros.robots.parts import Unit
from pi0_ros.types import InputError

# The types of joints that move along or about one axis.
UNITS: Mapping[str | None, Unit] = MappingProxyType(
    {'revolute': 'rad', 'continuous': 'rad', 'prismatic': 'm'}
)


@dataclass(frozen=True)
class UrdfLimits:
    """
    What a URDF allows a joint.

    :param where: the file and the joint, for error texts.
    :param unit: of its position.
    :param lower: lowest position [unit], a soft limit if it is narrower; -inf without an end.
    :param upper: highest position [unit], a soft limit if it is narrower; inf without an end.
    :param velocity: highest speed [unit/s]; inf for a continuous joint without a limit.
    """

    where: str
    unit: Unit
    lower: float
    upper: float
    velocity: float


class Urdf:
    """
    The joints of a URDF.

    :param file: the file, in which xacro has been expanded.
    :raises InputError: naming the file, if it isn't a URDF, or names of joints are missing or
        doubled.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self._joints: dict[str, ET.Element] = {}
        # Joints of transmissions and of ros2_control lie deeper, and are only mentioned there.
        for joint in _read(file).findall('joint'):
            name = joint.get('name')
            if not name:
                raise InputError(f'{file}: a joint has no name')
            if name in self._joints:
                raise InputError(f'{file}: joint {name!r} stands more than once')
            self._joints[name] = joint

    def limits(self, name: str) -> UrdfLimits | None:
        """
        Return the limits of a joint; None if there is no such joint.

        :raises InputError: naming file and joint, if it can't be commanded or its limits are
            missing or make no sense.
        """
        joint = self._joints.get(name)
        if joint is None:
            return None
        where, kind = f'{self.file}: joint {name!r}', joint.get('type')
        if kind not in UNITS:
            raise InputError(
                f'{where}: expected type {", ".join(map(str, UNITS))}, found {kind!r}'
            )
        mimic = joint.find('mimic')
        if mimic is not None:
            leader = mimic.get('joint')
            raise InputError(f'{where}: it mimics {leader!r}, which is to be commanded instead')
        limit = joint.find('limit')
        velocity = math.inf
        if limit is not None:
            velocity = _number(where, limit, 'velocity')
            if velocity <= 0:
                raise InputError(f'{where}: limit velocity: expected above 0, found {velocity}')
        elif kind != 'continuous':
            raise InputError(f'{where}: a {kind} joint needs a limit, found none')
        return UrdfLimits(where, UNITS[kind], *_ends(where, joint, limit), velocity)


def _read(file: Path) -> ET.Element:
    """Return the top of a URDF."""
    try:
        text = file.read_text(encoding='utf-8')
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f'{file}: cannot be read: {error}') from error
    # Only a document type can declare entities, which expand without end or read other files.
    if '<!DOCTYPE' in text:
        raise InputError(f'{file}: expected a URDF without a document type, found <!DOCTYPE')
    try:
        top = ET.fromstring(text)  # noqa: S314 without a document type there is nothing to expand
    except ET.ParseError as error:
        raise InputError(f'{file}: not XML: {error}') from error
    if top.tag != 'robot':
        raise InputError(f'{file}: expected a URDF, whose top is <robot>, found <{top.tag}>')
    if any(part.tag.startswith('{') and 'xacro' in part.tag for part in top.iter()):
        raise InputError(
            f'{file}: expected a URDF, found xacro in it: expand it with `xacro` first'
        )
    return top


def _ends(where: str, joint: ET.Element, limit: ET.Element | None) -> tuple[float, float]:
    """Return the lowest and the highest position; only a continuous joint may have no ends."""
    lower, upper = -math.inf, math.inf
    if limit is not None and joint.get('type') != 'continuous':
        lower, upper = (_number(where, limit, end, default=0.0) for end in ('lower', 'upper'))
    safety = joint.find('safety_controller')
    if safety is not None:
        lower = max(lower, _number(where, safety, 'soft_lower_limit', default=lower))
        upper = min(upper, _number(where, safety, 'soft_upper_limit', default=upper))
    if lower >= upper:
        raise InputError(
            f'{where}: expected a lower end below the upper one, found {lower} and {upper} '
            '(a limit that is left out is 0)'
        )
    return lower, upper


def _number(
    where: str, element: ET.Element, attribute: str, *, default: float | None = None
) -> float:
    """Return a finite number; only a default lets it be absent."""
    text = element.get(attribute)
    if text is None and default is not None:
        return default
    try:
        value = float(text or '')
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        found = 'none' if text is None else repr(text)
        raise InputError(
            f'{where}: {element.tag} {attribute}: expected a finite number, found {found}'
        )
    return value
