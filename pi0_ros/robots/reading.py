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
import math
from types import MappingProxyType
from typing import get_args

from pi0_ros.robots.parts import (
    POSE,
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
    PoseState,
    Quantity,
    Rotation,
    Sign,
    Slot,
    Transport,
    Unit,
    WhenMissing,
)
from pi0_ros.robots.section import Section
from pi0_ros.robots.urdf import Urdf


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


def quantity(section: Section) -> Quantity:
    """Read what the model's numbers for the joints are."""
    return section.choice('quantity', get_args(Quantity))


def urdf(top: Section) -> Urdf | None:
    """Read the robot's URDF, if there is one; its path begins in the description's folder."""
    return Urdf(top.file.parent / top.text('urdf')) if top.has('urdf') else None


def joints(top: Section, quantity: Quantity, urdf: Urdf | None) -> tuple[Joint, ...]:
    """
    Read the joints, in model order; every name stands once.

    The axes of an end effector have no ends and no convention of their own, and are all there, in
    order.
    """
    grippers = top.named_sections('grippers')
    joints: list[Joint] = []
    for one in top.sections('joints'):
        name = one.text('name')
        is_axis = quantity == 'end_effector_delta' and name not in grippers
        unit = one.choice('unit', get_args(Unit))
        if is_axis:
            lower, upper, velocity = -math.inf, math.inf, one.positive('velocity')
        else:
            lower, upper, velocity = _limits(one, name, unit, urdf)
        joint = Joint(
            name=name,
            unit=unit,
            lower=lower,
            upper=upper,
            velocity=velocity,
            acceleration=one.positive('acceleration'),
            jerk=one.positive('jerk') if one.has('jerk') else math.inf,
            sign=1 if is_axis else one.choice('sign', get_args(Sign), default=1),
            offset=0.0 if is_axis else one.number('offset', default=0.0),
        )
        one.finish()
        if joint.name in {other.name for other in joints}:
            one.fail('name', joint.name, 'a name that no other joint has')
        joints.append(joint)
    if quantity == 'end_effector_delta':
        _check_axes(top, [(joint.name, joint.unit) for joint in joints], grippers)
    return tuple(joints)


def _limits(
    section: Section, name: str, unit: Unit, urdf: Urdf | None
) -> tuple[float, float, float]:
    """
    Read the lowest and highest position and the highest speed of a joint.

    The URDF gives what the description leaves out, and what both give may only be stricter here.
    """
    known = urdf.limits(name) if urdf else None
    if known is None:
        if urdf and not (section.has('position') and section.has('velocity')):
            section.fail('name', name, f'a joint of {urdf.file}, or its position and velocity')
        return (*section.interval('position'), section.positive('velocity'))
    if unit != known.unit:
        section.fail('unit', unit, f'{known.unit}, as {known.where}')
    lower, upper, velocity = known.lower, known.upper, known.velocity
    if section.has('position'):
        lower, upper = section.interval('position')
        if lower < known.lower or upper > known.upper:
            valid = f'limits within [{known.lower}, {known.upper}] of {known.where}'
            section.fail('position', [lower, upper], valid)
    if section.has('velocity'):
        velocity = section.positive('velocity')
        if velocity > known.velocity:
            valid = f'a limit of at most {known.velocity} of {known.where}'
            section.fail('velocity', velocity, valid)
    if math.isinf(velocity):
        section.fail('velocity', None, f'a number, as {known.where} has none')
    return lower, upper, velocity


def _check_axes(top: Section, found: list[tuple[str, Unit]], grippers: Container[str]) -> None:
    expected = list(zip(POSE, ['m'] * 3 + ['rad'] * 3, strict=True))
    others = [name for name, _ in found[len(POSE) :] if name not in grippers]
    if found[: len(POSE)] != expected or others:
        text = ', '.join(f'{name} [{unit}]' for name, unit in expected)
        top.fail('joints', [name for name, _ in found], f'the axes {text}, then grippers only')


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


def state(top: Section, quantity: Quantity) -> PoseState | None:
    """Read what the model's state is: of an end effector it has to be said."""
    if quantity != 'end_effector_delta':
        return None
    section = top.section('state')
    pose = section.text('pose')
    names: list[str] = []
    signs: list[Sign] = []
    for one in section.sections('joints'):
        names.append(one.text('name'))
        signs.append(one.choice('sign', get_args(Sign), default=1))
        one.finish()
        if names[-1] in names[:-1]:
            one.fail('name', names[-1], 'a name that no other joint of the state has')
    section.finish()
    return PoseState(pose, tuple(names), tuple(signs))


def action_space(
    section: Section,
    quantity: Quantity,
    joints: Sequence[Joint],
    grippers: Container[str],
    rate_hz: float,
) -> ActionSpace:
    """Read what the model's numbers are: all but positions need a scale for each, and a range."""
    names = [joint.name for joint in joints]
    scale: dict[str, float] = {}
    clip: tuple[float, float] | None = None
    if quantity != 'position':
        scales = section.section('scale')
        per_second = rate_hz if quantity == 'end_effector_delta' else 1.0
        told = [name for name in names if name not in grippers]
        scale = {name: scales.positive(name) * per_second for name in told}
        scales.finish()
        clip = section.interval('clip')
    # An action can be relative to what the state holds in its place, unless it is a speed.
    may_be_relative = POSE if quantity == 'end_effector_delta' else set(names) - scale.keys()
    delta = section.names('delta')
    section.finish()
    for name in delta:
        if name not in may_be_relative:
            valid = ', '.join(name for name in names if name in may_be_relative) or 'none'
            section.fail('delta', name, f'some of the joints {valid}')
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
        topic, message = one.text('topic'), one.choice('message', get_args(OutputMessage))
        is_twist = message == 'twist_stamped'
        output = Output(
            topic=topic,
            message=message,
            field='velocity' if is_twist else _field(one, message),
            joints=one.names('joints'),
            frame=one.text('frame') if is_twist else None,
        )
        one.finish()
        for name in output.joints:
            if name not in left:
                one.fail('joints', name, f'joints that no output has yet: {", ".join(left)}')
            left.remove(name)
        _check_velocities(one, output, space)
        outputs.append(output)
    if left:
        top.fail('outputs', 'none', f'an output for {", ".join(left)}')
    return tuple(outputs)


def _field(section: Section, message: OutputMessage) -> OutputField:
    """Read what a message holds; only one of bare numbers has a choice."""
    if message == 'float64_multi_array':
        return section.choice('field', get_args(OutputField), default='position')
    return 'position'


def _check_velocities(section: Section, output: Output, space: ActionSpace) -> None:
    """Only joints that are told velocities can be sent as such; an end effector has to be."""
    told = ', '.join(space.scale) or 'none'
    if output.field == 'velocity':
        for name in output.joints:
            if name not in space.scale:
                section.fail('joints', name, f'joints that are told velocities ({told})')
    is_twist = output.message == 'twist_stamped'
    has_axes = space.quantity == 'end_effector_delta' and not space.scale.keys().isdisjoint(
        output.joints
    )
    if (is_twist or has_axes) and (not is_twist or not has_axes or output.joints != POSE):
        valid = f'twist_stamped with the axes {", ".join(POSE)} of an end effector, and only there'
        section.fail('message', output.message, valid)
