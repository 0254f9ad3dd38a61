# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The parts of a robot's description: frozen dataclasses, and the words their keys may take.

Plain values that :mod:`.reading` has checked. Topics and messages are only names here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Slot = Literal['base_0_rgb', 'left_wrist_0_rgb', 'right_wrist_0_rgb']
Transport = Literal['raw', 'compressed']
Rotation = Literal[0, 90, 180, 270]
WhenMissing = Literal['refuse', 'mask']
Unit = Literal['rad', 'm']
Sign = Literal[1, -1]
GripperMap = Literal['linear', 'aloha_angular', 'aloha_finger', 'droid', 'libero']
Quantity = Literal['position', 'velocity', 'end_effector_delta']
NormalizationKind = Literal['z_score', 'quantile']
OutputMessage = Literal['float64_multi_array', 'joint_trajectory', 'joint_state', 'twist_stamped']
OutputField = Literal['position', 'velocity']


# Parts of a pose, and the axes of an end effector: along and about x, y, z.
POSE = ('x', 'y', 'z', 'rx', 'ry', 'rz')


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
    :param lower: lowest position [unit]; -inf for an axis of an end effector.
    :param upper: highest position [unit]; inf for an axis of an end effector.
    :param velocity: limit [unit/s].
    :param acceleration: limit [unit/s^2].
    :param jerk: limit [unit/s^3]; inf without one.
    """

    name: str
    unit: Unit
    lower: float
    upper: float
    velocity: float
    acceleration: float
    jerk: float
    sign: Sign
    offset: float


@dataclass(frozen=True)
class Gripper:
    """
    How a gripper joint becomes the model's number.

    :param map: a name in :data:`.transforms.GRIPPER_TRANSFORMS`: `linear` is 0 closed, 1 open;
        `aloha_angular` and `aloha_finger` are openpi's `adapt_to_pi` after that, for the simulated
        and the real ALOHA; `droid` is 0 open, 1 closed, `libero` -1 open, 1 closed, and their
        commands are one or the other.
    :param closed: joint position when closed [unit of the joint].
    :param open: joint position when open [unit of the joint].
    """

    map: GripperMap
    closed: float
    open: float


@dataclass(frozen=True)
class ActionSpace:
    """
    What the model's numbers for the joints are; a gripper's is always a position.

    :param quantity: positions, velocities, or the way of an end effector in one point of a chunk.
    :param delta: joints whose actions the model gives relative to the state.
    :param scale: velocity that the model's 1 stands for, of every joint that is told velocities
        [unit/s].
    :param clip: lowest and highest number of the model's that is followed, when they are
        velocities.
    """

    quantity: Quantity
    delta: tuple[str, ...]
    scale: Mapping[str, float]
    clip: tuple[float, float] | None


@dataclass(frozen=True)
class PoseState:
    """
    A state that begins with a pose: x, y, z [m], a rotation vector [rad], then some joints.

    :param pose: relative topic name of the end effector's pose.
    :param joints: names of the joints, in the model's order.
    :param signs: of their positions, as the model sees them.
    """

    pose: str
    joints: tuple[str, ...]
    signs: tuple[Sign, ...]


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
    :param field: what it holds.
    :param joints: the joints it takes, in its order.
    :param frame: in which a twist is; None for another message.
    """

    topic: str
    message: OutputMessage
    field: OutputField
    joints: tuple[str, ...]
    frame: str | None
