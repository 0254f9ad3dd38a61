# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Where the hand of a simulated arm is, and the joints that bring it there, in closed form.

A ViperX 300s whose forearm_roll and wrist_rotate stay at zero is a waist that carries three links
in a vertical plane. Lengths are read off gym-aloha's vx300s_right.xml. It knows neither MuJoCo nor
tasks. All functions work along the last axis, for any number of hands at once.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

TIP_OFFSET_M = 0.137  # from the gripper's link to the point between the finger tips, along x

_SHOULDER_HEIGHT_M = 0.12705
_UPPER_ARM_M = (0.05955, 0.3)  # forward and up from the shoulder to the elbow, at zero
_FOREARM_M = 0.3
_HAND_M = 0.069744 + TIP_OFFSET_M  # from the wrist
_UPPER_ARM_LENGTH_M = float(np.hypot(*_UPPER_ARM_M))
_UPPER_ARM_ANGLE_RAD = float(np.arctan2(*_UPPER_ARM_M[::-1]))
_SLACK_M = 1e-3  # the arm is never quite stretched: there its speed would have no limit

RIGHT_BASE_M = np.array([0.469, 0.5])  # of the right arm, which looks along -x


def arm_joints(hand: Array) -> Array:
    """
    Return the joints that bring the hand somewhere, or as near as the arm reaches.

    :param hand: azimuth [rad], radius and height of the point between the finger tips [m], and how
        far the hand points down [rad], (..., 4).
    :return: the six joints of an arm, in ALOHA's order, (..., 6) [rad].
    """
    azimuth, radius, height, pitch = np.moveaxis(hand, -1, 0)
    forward = radius - _HAND_M * np.cos(pitch)  # of the wrist, from the shoulder
    up = height + _HAND_M * np.sin(pitch) - _SHOULDER_HEIGHT_M
    distance = np.hypot(forward, up)
    shorten = np.minimum(1.0, (_UPPER_ARM_LENGTH_M + _FOREARM_M - _SLACK_M) / distance)
    forward, up, distance = forward * shorten, up * shorten, distance * shorten
    cosine = (_UPPER_ARM_LENGTH_M**2 + distance**2 - _FOREARM_M**2) / (
        2 * _UPPER_ARM_LENGTH_M * distance
    )
    upper = np.arctan2(up, forward) + np.arccos(np.clip(cosine, -1.0, 1.0))
    shoulder = _UPPER_ARM_ANGLE_RAD - upper
    lower = np.arctan2(
        up - _UPPER_ARM_LENGTH_M * np.sin(upper), forward - _UPPER_ARM_LENGTH_M * np.cos(upper)
    )
    elbow = -lower - shoulder
    zero = np.zeros_like(azimuth)
    return np.stack([azimuth, shoulder, elbow, zero, pitch - shoulder - elbow, zero], axis=-1)


def hand_of(joints: Array) -> Array:
    """
    Undo :func:`arm_joints`, for joints whose forearm_roll and wrist_rotate are zero.

    :param joints: (..., 6) [rad].
    :return: (..., 4), as there.
    """
    azimuth, shoulder, elbow, _, wrist, _ = np.moveaxis(joints, -1, 0)
    upper = _UPPER_ARM_ANGLE_RAD - shoulder
    lower = shoulder + elbow
    pitch = lower + wrist
    radius = (
        _UPPER_ARM_LENGTH_M * np.cos(upper) + _FOREARM_M * np.cos(lower) + _HAND_M * np.cos(pitch)
    )
    height = _SHOULDER_HEIGHT_M + (
        _UPPER_ARM_LENGTH_M * np.sin(upper) - _FOREARM_M * np.sin(lower) - _HAND_M * np.sin(pitch)
    )
    return np.stack([azimuth, radius, height, pitch], axis=-1)


def polar(place: Array) -> Array:
    """Return azimuth [rad] and radius [m] of places on the table, (..., 2), for the right arm."""
    ahead = RIGHT_BASE_M - place
    return np.stack([np.arctan2(ahead[..., 1], ahead[..., 0]), np.hypot(*ahead.T).T], axis=-1)


def planar(azimuth_radius: Array) -> Array:
    """Undo :func:`polar`."""
    azimuth, radius = np.moveaxis(azimuth_radius, -1, 0)
    direction = np.stack([np.cos(azimuth), np.sin(azimuth)], axis=-1)
    place: Array = RIGHT_BASE_M - radius[..., None] * direction
    return place
