# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Between a robot's joints and the vectors that the model was trained on.

Takes joint positions and velocities in the robot's units, gives numbers in the model's, before
normalisation, and the way back. Every step is a small function with its inverse beside it. Last
axis of every array: J joints. It does not know statistics, padding or time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pi0_ros.robots.parts import POSE, GripperMap
from pi0_ros.robots.spec import Robot

Array = NDArray[np.float64]

# openpi, src/openpi/policies/aloha_policy.py: the linkage of the ViperX gripper [m] and the range
# of the pi gripper [rad], encoder counts 2405 to 3110 of 4096 about a zero at 2048.
_ARM_LENGTH_M = 0.036
_HORN_RADIUS_M = 0.022
_CLOSED_M, _OPEN_M = 0.01844, 0.05800
_PI_CLOSED_RAD, _PI_OPEN_RAD = 0.5476, 1.6296
# The range of ALOHA's own gripper joint [rad] (PUPPET_GRIPPER_JOINT_CLOSE and _OPEN).
_JOINT_CLOSED_RAD, _JOINT_OPEN_RAD = -0.6213, 1.4910


def sign_offset(positions: Array, sign: Array, offset: Array) -> Array:
    """Turn joint positions into the model's joint convention."""
    return sign * positions + offset


def sign_offset_inverse(values: Array, sign: Array, offset: Array) -> Array:
    """Undo :func:`sign_offset`; a sign is its own inverse."""
    return sign * (values - offset)


def to_unit(positions: Array, closed: Array | float, opened: Array | float) -> Array:
    """Map closed .. opened to 0 .. 1, without clipping."""
    return (positions - closed) / (opened - closed)


def to_unit_inverse(values: Array, closed: Array | float, opened: Array | float) -> Array:
    """Undo :func:`to_unit`."""
    return values * (opened - closed) + closed


def _horn_rad(finger_m: Array) -> Array:
    """Return the angle of the ViperX gripper's horn at a position of its finger [m]."""
    sine = (_HORN_RADIUS_M**2 + finger_m**2 - _ARM_LENGTH_M**2) / (2 * _HORN_RADIUS_M * finger_m)
    return np.asarray(np.arcsin(np.clip(sine, -1.0, 1.0)))


def _finger_m(horn_rad: Array) -> Array:
    """Undo :func:`_horn_rad`; beyond a quarter turn, where the linkage folds back, it stays."""
    half = _HORN_RADIUS_M * np.sin(np.clip(horn_rad, -np.pi / 2, np.pi / 2))
    return np.asarray(half + np.sqrt(half**2 + _ARM_LENGTH_M**2 - _HORN_RADIUS_M**2))


def aloha_state(values: Array) -> Array:
    """
    Map a measured ALOHA gripper, 0 closed .. 1 open, to the pi gripper's angle.

    Source: openpi, src/openpi/policies/aloha_policy.py, `_gripper_to_angular`.
    """
    horn_rad = _horn_rad(to_unit_inverse(values, _CLOSED_M, _OPEN_M))
    return to_unit(horn_rad, _PI_CLOSED_RAD, _PI_OPEN_RAD)


def aloha_state_inverse(values: Array) -> Array:
    """Undo :func:`aloha_state` where its sine isn't clipped: the positive root of the linkage."""
    finger_m = _finger_m(to_unit_inverse(values, _PI_CLOSED_RAD, _PI_OPEN_RAD))
    return to_unit(finger_m, _CLOSED_M, _OPEN_M)


def aloha_command(values: Array) -> Array:
    """
    Map an ALOHA gripper command, 0 closed .. 1 open, to the pi gripper's.

    It is not :func:`aloha_state`: commands were recorded on the leader's scale.
    Source: openpi, src/openpi/policies/aloha_policy.py, `_gripper_from_angular_inv`.
    """
    return to_unit_inverse(values, _JOINT_CLOSED_RAD, _JOINT_OPEN_RAD) - _PI_CLOSED_RAD


def aloha_command_inverse(values: Array) -> Array:
    """Undo :func:`aloha_command` (openpi's `_gripper_from_angular`)."""
    return to_unit(values + _PI_CLOSED_RAD, _JOINT_CLOSED_RAD, _JOINT_OPEN_RAD)


def aloha_finger_command(values: Array) -> Array:
    """
    Map the commanded finger of a real ALOHA, 0 closed .. 1 open, to the pi gripper's angle.

    On the real robot the number of :func:`aloha_command` is a share of the motor's angle
    (tonyzhaozh/aloha, aloha_scripts/real_env.py and constants.py,
    `PUPPET_GRIPPER_JOINT_UNNORMALIZE_FN`), and the linkage makes it the finger's position.
    """
    return _horn_rad(to_unit_inverse(values, _CLOSED_M, _OPEN_M)) - _PI_CLOSED_RAD


def aloha_finger_command_inverse(values: Array) -> Array:
    """Undo :func:`aloha_finger_command`."""
    return to_unit(_finger_m(values + _PI_CLOSED_RAD), _CLOSED_M, _OPEN_M)


def droid_state(values: Array) -> Array:
    """Map a gripper, 0 closed .. 1 open, to DROID's number, 0 open .. 1 closed."""
    return 1.0 - values


def droid_command_inverse(values: Array) -> Array:
    """
    Close above a half, open below: the only two commands that openpi's client gives.

    Source: openpi, examples/droid/main.py.
    """
    return np.where(values > 0.5, 0.0, 1.0)


def libero_command(values: Array) -> Array:
    """Map a gripper, 0 closed .. 1 open, to robosuite's number, -1 open .. 1 closed."""
    return 1.0 - 2.0 * values


def libero_command_inverse(values: Array) -> Array:
    """
    Close above zero, open below: robosuite's gripper looks at the sign only.

    Source: ARISE-Initiative/robosuite, robosuite/models/grippers/panda_gripper.py.
    """
    return np.where(values > 0.0, 0.0, 1.0)


class GripperTransform(NamedTuple):
    """
    What the model's numbers for a gripper are; robots say 0 closed .. 1 open.

    State and command differ where the data were recorded on two devices.

    :param state: of what was measured.
    :param command: of what was commanded.
    :param command_inverse: what to command.
    """

    state: Callable[[Array], Array]
    command: Callable[[Array], Array]
    command_inverse: Callable[[Array], Array]


GRIPPER_TRANSFORMS: Mapping[GripperMap, GripperTransform] = MappingProxyType(
    {
        'linear': GripperTransform(np.asarray, np.asarray, np.asarray),
        'aloha_angular': GripperTransform(aloha_state, aloha_command, aloha_command_inverse),
        'aloha_finger': GripperTransform(
            aloha_state, aloha_finger_command, aloha_finger_command_inverse
        ),
        'droid': GripperTransform(droid_state, droid_state, droid_command_inverse),
        'libero': GripperTransform(libero_command, libero_command, libero_command_inverse),
    }
)


def to_delta(actions: Array, state: Array, relative: NDArray[np.bool_]) -> Array:
    """
    Make actions relative to the state at the chunk's start, where they are to be.

    Source: openpi, src/openpi/transforms.py, `DeltaActions`.

    :param actions: absolute, (K, J).
    :param state: at the chunk's start, (J,).
    :param relative: which joints, (J,).
    """
    return actions - np.where(relative, state, 0.0)


def to_delta_inverse(actions: Array, state: Array, relative: NDArray[np.bool_]) -> Array:
    """Undo :func:`to_delta` (openpi's `AbsoluteActions`)."""
    return actions + np.where(relative, state, 0.0)


class ModelSpace:
    """
    All transforms of one robot, in openpi's order: signs, scales and grippers, then delta.

    Joint targets are positions, but velocities of the joints that are told velocities.

    :param robot: the description that chooses among them.
    """

    def __init__(self, robot: Robot) -> None:
        space = robot.action_space
        self._state = robot.state
        self._sign = np.array([joint.sign for joint in robot.joints], dtype=np.float64)
        self._offset = np.array([joint.offset for joint in robot.joints], dtype=np.float64)
        told = np.array([name in space.scale for name in robot.joint_names])
        self._target_offset = np.where(told, 0.0, self._offset)
        self._scale = np.array([space.scale.get(name, 1.0) for name in robot.joint_names])
        self._clip = space.clip or (-np.inf, np.inf)
        self._relative = np.array([name in space.delta for name in robot.joint_names])
        self._grippers = [
            _Gripper(robot.joint_names.index(name), GRIPPER_TRANSFORMS[g.map], g.closed, g.open)
            for name, g in robot.grippers.items()
        ]

    def encode_state(self, positions: Array) -> Array:
        """Turn what was measured into the model's state, (..., S): of joints, or with a pose."""
        if self._state is not None:
            return np.asarray(positions * ([1] * len(POSE) + list(self._state.signs)))
        state = sign_offset(positions, self._sign, self._offset)
        for g in self._grippers:
            share = to_unit(positions[..., g.joint], g.closed, g.open)
            state[..., g.joint] = g.transform.state(share)
        return state

    def encode_actions(self, targets: Array, state: Array) -> Array:
        """
        Turn joint targets into what the model is trained to give.

        :param targets: (K, J).
        :param state: from :meth:`encode_state`, (S,).
        :return: (K, J).
        """
        actions = sign_offset(targets / self._scale, self._sign, self._target_offset)
        for g in self._grippers:
            share = to_unit(targets[..., g.joint], g.closed, g.open)
            actions[..., g.joint] = g.transform.command(share)
        return to_delta(actions, self._beside_actions(state), self._relative)

    def decode_actions(self, actions: Array, state: Array) -> Array:
        """
        Undo :meth:`encode_actions`; velocities out of the model's range are cut off.

        :param actions: what the model gave, unnormalised, (K, J).
        :param state: from :meth:`encode_state`, (S,).
        :return: joint targets, (K, J).
        """
        actions = to_delta_inverse(actions, self._beside_actions(state), self._relative)
        actions = actions.clip(*self._clip)
        targets = self._scale * sign_offset_inverse(actions, self._sign, self._target_offset)
        for g in self._grippers:
            share = g.transform.command_inverse(actions[..., g.joint])
            targets[..., g.joint] = to_unit_inverse(share, g.closed, g.open)
        return targets

    def _beside_actions(self, state: Array) -> Array:
        """Return the state's numbers that actions may be relative to, (J,)."""
        if self._state is None:
            return state
        beside = np.zeros(len(self._relative))
        beside[: len(POSE)] = state[: len(POSE)]
        return beside


class _Gripper(NamedTuple):
    """A gripper: which joint it is, its map, and its positions at the two ends."""

    joint: int
    transform: GripperTransform
    closed: float
    open: float
