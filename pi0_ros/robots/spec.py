# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The description of a robot: frozen dataclasses, read from one YAML file.

Takes `config/robots/<name>.yaml`, gives a Robot in which everything has been checked: every key
known, every limit in order, every joint commanded exactly once. It knows neither ROS nor torch:
topics and messages are only names here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from pi0_ros.robots.section import Section, read_yaml

Array = NDArray[np.float64]

Slot = Literal['base_0_rgb', 'left_wrist_0_rgb', 'right_wrist_0_rgb']
Transport = Literal['raw', 'compressed']
Rotation = Literal[0, 90, 180, 270]
WhenMissing = Literal['refuse', 'mask']
Unit = Literal['rad', 'm']
Sign = Literal[1, -1]
GripperMap = Literal['linear', 'aloha_angular']
NormalizationKind = Literal['z_score', 'quantile']
OutputMessage = Literal['float64_multi_array', 'joint_trajectory', 'joint_state']


@dataclass(frozen=True)
class Camera:
    """
    One camera and the place in the model where its picture goes.

    :param topic: relative topic name of its pictures.
    :param transport: whether they come as Image or as CompressedImage.
    :param slot: the model's camera, in openpi's words.
    :param rotate_deg: how far to turn the picture counterclockwise [deg].
    :param missing: what to do without a fresh picture: refuse to infer, or mask the slot.
    """

    topic: str
    transport: Transport
    slot: Slot
    rotate_deg: Rotation
    missing: WhenMissing


@dataclass(frozen=True)
class Joint:
    """
    One joint, in the order of the model's state and action vectors.

    The model sees sign * position + offset.

    :param name: its name in sensor_msgs/JointState.
    :param unit: of its position.
    :param lower: lowest position [unit].
    :param upper: highest position [unit].
    :param velocity: limit [unit/s].
    :param acceleration: limit [unit/s^2].
    """

    name: str
    unit: Unit
    lower: float
    upper: float
    velocity: float
    acceleration: float
    sign: Sign
    offset: float


@dataclass(frozen=True)
class Gripper:
    """
    How a gripper joint becomes the model's number.

    :param map: `linear`: 0 closed, 1 open; `aloha_angular`: openpi's `adapt_to_pi` after that.
    :param closed: joint position when closed [unit of the joint].
    :param open: joint position when open [unit of the joint].
    """

    map: GripperMap
    closed: float
    open: float


@dataclass(frozen=True)
class Normalization:
    """
    Which statistics scale state and actions.

    :param kind: z-score (π0) or quantiles (π0.5).
    :param asset: folder under the checkpoint's `assets/` that holds norm_stats.json.
    """

    kind: NormalizationKind
    asset: str


@dataclass(frozen=True)
class Output:
    """
    One controller: where its joints' targets go, in which message and order.

    :param topic: relative topic name.
    :param message: the kind of message.
    :param joints: the joints it takes, in its order.
    """

    topic: str
    message: OutputMessage
    joints: tuple[str, ...]


@dataclass(frozen=True)
class Robot:
    """
    A robot, complete.

    :param name: what it is called.
    :param rate_hz: rate of the points of a chunk [Hz].
    :param cameras: by name.
    :param joints: in model order.
    :param grippers: by joint name.
    :param delta: joints whose actions the model gives relative to the state.
    :param normalization: which statistics.
    :param outputs: the controllers; together they take every joint once.
    """

    name: str
    rate_hz: float
    cameras: Mapping[str, Camera]
    joints: tuple[Joint, ...]
    grippers: Mapping[str, Gripper]
    delta: tuple[str, ...]
    normalization: Normalization
    outputs: tuple[Output, ...]

    @cached_property
    def joint_names(self) -> tuple[str, ...]:
        """Names of the joints in model order."""
        return tuple(joint.name for joint in self.joints)

    @cached_property
    def position_limits(self) -> Array:
        """Lowest and highest positions, (2, J), in the joints' units."""
        return _read_only([[j.lower for j in self.joints], [j.upper for j in self.joints]])

    @cached_property
    def velocity_limits(self) -> Array:
        """Highest speeds, (J,), in the joints' units per second."""
        return _read_only([joint.velocity for joint in self.joints])

    @cached_property
    def acceleration_limits(self) -> Array:
        """Highest accelerations, (J,), in the joints' units per second squared."""
        return _read_only([joint.acceleration for joint in self.joints])


def _read_only(values: Sequence[object]) -> Array:
    array = np.array(values, dtype=np.float64)
    array.setflags(write=False)
    return array


def load_robot(path: str | Path) -> Robot:
    """
    Read the description of a robot.

    :param path: the YAML file.
    :raises InputError: naming file and key, what was found and what would have been valid.
    """
    top = read_yaml(Path(path))
    name, rate_hz = top.text('name'), top.positive('rate_hz')
    cameras = _cameras(top)
    joints = _joints(top.sections('joints'))
    robot = Robot(
        name=name,
        rate_hz=rate_hz,
        cameras=MappingProxyType(cameras),
        joints=joints,
        grippers=MappingProxyType(_grippers(top, joints)),
        delta=_delta(top.section('action_space'), joints),
        normalization=_normalization(top.section('normalization')),
        outputs=_outputs(top, joints),
    )
    top.finish()
    return robot


def _cameras(top: Section) -> dict[str, Camera]:
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


def _joints(sections: list[Section]) -> tuple[Joint, ...]:
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


def _grippers(top: Section, joints: tuple[Joint, ...]) -> dict[str, Gripper]:
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


def _delta(section: Section, joints: tuple[Joint, ...]) -> tuple[str, ...]:
    # Velocity action spaces (openpi's DROID) are refused here, by name, not misread as positions.
    section.choice('quantity', ('position',))
    delta = section.names('delta')
    section.finish()
    names = [joint.name for joint in joints]
    for name in delta:
        if name not in names:
            section.fail('delta', name, f'some of the joints {", ".join(names)}')
    return delta


def _normalization(section: Section) -> Normalization:
    kind = section.choice('kind', get_args(NormalizationKind))
    asset = section.text('asset')
    section.finish()
    return Normalization(kind, asset)


def _outputs(top: Section, joints: tuple[Joint, ...]) -> tuple[Output, ...]:
    left = [joint.name for joint in joints]
    outputs: list[Output] = []
    for one in top.sections('outputs'):
        output = Output(
            topic=one.text('topic'),
            message=one.choice('message', get_args(OutputMessage)),
            joints=one.names('joints'),
        )
        one.finish()
        for name in output.joints:
            if name not in left:
                one.fail('joints', name, f'joints that no output has yet: {", ".join(left)}')
            left.remove(name)
        outputs.append(output)
    if left:
        top.fail('outputs', 'none', f'an output for {", ".join(left)}')
    return tuple(outputs)
