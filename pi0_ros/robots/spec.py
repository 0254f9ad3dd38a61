# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The description of a robot, whole and checked.

Takes `config/robots/<name>.yaml` and the URDF it may name, gives a Robot in which everything has
been checked: every key known, every limit in order, every joint commanded exactly once. It knows
neither ROS nor torch: topics and messages are only names here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from pi0_ros.robots import reading
from pi0_ros.robots.parts import (
    POSE,
    ActionSpace,
    Camera,
    Gripper,
    Joint,
    Normalization,
    Output,
    PoseState,
)
from pi0_ros.robots.section import read_yaml

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Robot:
    """
    A robot, complete.

    :param name: what it is called.
    :param rate_hz: rate of the points of a chunk [Hz].
    :param cameras: by name.
    :param joints: in model order.
    :param grippers: by joint name.
    :param state: what the model's state is, if not the joints' positions.
    :param action_space: what the model's numbers for the joints are.
    :param normalization: which statistics.
    :param outputs: the controllers; together they take every joint once.
    """

    name: str
    rate_hz: float
    cameras: Mapping[str, Camera]
    joints: tuple[Joint, ...]
    grippers: Mapping[str, Gripper]
    state: PoseState | None
    action_space: ActionSpace
    normalization: Normalization
    outputs: tuple[Output, ...]

    @cached_property
    def joint_names(self) -> tuple[str, ...]:
        """Names of the joints in model order."""
        return tuple(joint.name for joint in self.joints)

    @cached_property
    def axes(self) -> tuple[str, ...]:
        """Names of the joints that are axes of an end effector: all six, or none."""
        return POSE if self.action_space.quantity == 'end_effector_delta' else ()

    @cached_property
    def frame(self) -> str:
        """In which the end effector's twist is; empty without one."""
        return next((output.frame for output in self.outputs if output.frame), '')

    @cached_property
    def measured_joints(self) -> tuple[str, ...]:
        """Names of the joints that are commanded and measured, in model order."""
        return tuple(name for name in self.joint_names if name not in self.axes)

    @cached_property
    def state_joints(self) -> tuple[str, ...]:
        """Names of the joints in the model's state, in its order."""
        return self.joint_names if self.state is None else self.state.joints

    @cached_property
    def state_names(self) -> tuple[str, ...]:
        """Names of the numbers of the model's state, in its order, (S,)."""
        return self.state_joints if self.state is None else (*POSE, *self.state.joints)

    @cached_property
    def velocity_joints(self) -> tuple[str, ...]:
        """Names of the joints that chunks tell velocities, in model order."""
        return tuple(self.action_space.scale)

    @cached_property
    def forwarded_joints(self) -> tuple[str, ...]:
        """Names of those of them whose controllers are told velocities too."""
        return tuple(
            name for output in self.outputs if output.field == 'velocity' for name in output.joints
        )

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

    @cached_property
    def jerk_limits(self) -> Array:
        """Highest jerks, (J,), in the joints' units per second cubed; inf without such a limit."""
        return _read_only([joint.jerk for joint in self.joints])


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
    space = top.section('action_space')
    quantity = reading.quantity(space)
    cameras = reading.cameras(top)
    joints = reading.joints(top, quantity, reading.urdf(top))
    grippers = reading.grippers(top, joints)
    action_space = reading.action_space(space, quantity, joints, grippers, rate_hz)
    robot = Robot(
        name=name,
        rate_hz=rate_hz,
        cameras=MappingProxyType(cameras),
        joints=joints,
        grippers=MappingProxyType(grippers),
        state=reading.state(top, quantity),
        action_space=action_space,
        normalization=reading.normalization(top.section('normalization')),
        outputs=reading.outputs(top, joints, action_space),
    )
    top.finish()
    return robot
