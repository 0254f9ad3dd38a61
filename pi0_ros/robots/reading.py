# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
From the sections of a robot's YAML file to the parts of its description.

Every function takes a section (and the parts read before, where keys must agree with them) and
gives checked parts. A mistake raises InputError, naming file and key, what was found and what
would have been valid.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from types import MappingProxyType
from typing import get_args

from pi0_ros.robots.parts import (
    ActionSpace,
    Camera,
    Gripper,
    GripperMap,
    Joint,
    Normalization,
    NormalizationKind,
    Output,
    OutputField,
    OutputMessage,
    Quantity,
    Rotation,
    Sign,
    Slot,
    Transport,
    Unit,
    WhenMissing,
)
from pi0_ros.robots.section import Section


def cameras(top: Section) -> dict[str, Camera]:
    """Read the cameras by name: at least one, and no two for the same slot."""
    cameras: dict[str, Camera] = {}
    for name, one in top.named_sections('cameras').items():
        camera = Camera(
            topic=one.text('topic'),
            transport=one.choice('transport', get_args(Transport)),
            slot=one.choice('slot', get_args(Slot)),
            rotate_deg=one.choice('rotate_deg', get_args(Rotation), default=0),
            missing=one.choice('missing', get_args(WhenMissing)),
        )
        one.finish()
        if camera.slot in {other.slot for other in cameras.values()}:
            one.fail('slot', camera.slot, 'a slot that no other camera takes')
        cameras[name] = camera
    if not cameras:
        top.fail('cameras', {}, 'at least one camera')
    return cameras


def joints(sections: list[Section]) -> tuple[Joint, ...]:
    """Read the joints, in model order; every name stands once."""
    joints: list[Joint] = []
    for one in sections:
        lower, upper = one.interval('position')
        joint = Joint(
            name=one.text('name'),
            unit=one.choice('unit', get_args(Unit)),
            lower=lower,
            upper=upper,
            velocity=one.positive('velocity'),
            acceleration=one.positive('acceleration'),
            sign=one.choice('sign', get_args(Sign), default=1),
            offset=one.number('offset', default=0.0),
        )
        one.finish()
        if joint.name in {other.name for other in joints}:
            one.fail('name', joint.name, 'a name that no other joint has')
        joints.append(joint)
    return tuple(joints)


def grippers(top: Section, joints: tuple[Joint, ...]) -> dict[str, Gripper]:
    """Read the grippers by the name of their joint."""
    known = {joint.name: joint for joint in joints}
    grippers: dict[str, Gripper] = {}
    for name, one in top.named_sections('grippers').items():
        if name not in known:
            one.fail('', name, f'one of the joints {", ".join(known)}')
        if (known[name].sign, known[name].offset) != (1, 0.0):
            one.fail('', known[name], 'a joint with sign 1 and offset 0: the map does their work')
        gripper = Gripper(
            map=one.choice('map', get_args(GripperMap)),
            closed=one.number('closed'),
            open=one.number('open'),
        )
        one.finish()
        if gripper.closed == gripper.open:
            one.fail('open', gripper.open, 'another position than that of `closed`')
        grippers[name] = gripper
    return grippers


def action_space(
    section: Section, joints: Sequence[Joint], grippers: Container[str]
) -> ActionSpace:
    """Read what the model's numbers are: velocities need a scale for each, and a range."""
    quantity = section.choice('quantity', get_args(Quantity))
    scale: dict[str, float] = {}
    clip: tuple[float, float] | None = None
    if quantity != 'position':
        scales = section.section('scale')
        told = [joint.name for joint in joints if joint.name not in grippers]
        scale = {name: scales.positive(name) for name in told}
        scales.finish()
        clip = section.interval('clip')
    delta = section.names('delta')
    section.finish()
    names = [joint.name for joint in joints if joint.name not in scale]
    for name in delta:
        if name not in names:
            section.fail('delta', name, f'some of the joints {", ".join(names)}')
    return ActionSpace(quantity, delta, MappingProxyType(scale), clip)


def normalization(section: Section) -> Normalization:
    """Read which statistics there are to use."""
    kind = section.choice('kind', get_args(NormalizationKind))
    asset = section.text('asset')
    section.finish()
    return Normalization(kind, asset)


def outputs(top: Section, joints: Sequence[Joint], space: ActionSpace) -> tuple[Output, ...]:
    """Read the controllers, which together take every joint once."""
    left = [joint.name for joint in joints]
    outputs: list[Output] = []
    for one in top.sections('outputs'):
        output = Output(
            topic=one.text('topic'),
            message=one.choice('message', get_args(OutputMessage)),
            field=one.choice('field', get_args(OutputField), default='position'),
            joints=one.names('joints'),
        )
        one.finish()
        for name in output.joints:
            if name not in left:
                one.fail('joints', name, f'joints that no output has yet: {", ".join(left)}')
            left.remove(name)
        if output.field == 'velocity':
            _check_velocities(one, output, space)
        outputs.append(output)
    if left:
        top.fail('outputs', 'none', f'an output for {", ".join(left)}')
    return tuple(outputs)


def _check_velocities(section: Section, output: Output, space: ActionSpace) -> None:
    """Only a message of bare numbers has a choice, and only joints that are told velocities."""
    if output.message != 'float64_multi_array':
        section.fail('field', 'velocity', f'no such key: {output.message} says what it holds')
    for name in output.joints:
        if name not in space.scale:
            told = ', '.join(space.scale) or 'none'
            section.fail('joints', name, f'joints that are told velocities ({told})')
