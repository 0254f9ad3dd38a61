# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The simulated robot: two arms in a scene, told joint targets, asked for joint states and pictures.

It takes targets in [rad] and [m] and steps physics by simulated time; it never reads a clock. One
thread at a time may use it, and pictures are drawn by the thread that asked for the first one,
for OpenGL contexts belong to threads.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pi0_ros.sim.gl import load_mujoco
from pi0_ros.sim.kinematics import TIP_OFFSET_M
from pi0_ros.sim.scene import CUBE_HALF_M, build_model, find_scene
from pi0_ros.sim.task import World
from pi0_ros.types import NS_PER_S, InputError, check_joint_names, finite_array

ARMS = ('left', 'right')
ARM_JOINTS = ('waist', 'shoulder', 'elbow', 'forearm_roll', 'wrist_angle', 'wrist_rotate')
JOINT_NAMES = tuple(f'{arm}_{joint}' for arm in ARMS for joint in (*ARM_JOINTS, 'gripper'))
GRIPPERS = (6, 13)  # their indices in JOINT_NAMES

# gym_aloha/constants.py: START_ARM_POSE, PUPPET_GRIPPER_POSITION_CLOSE and _OPEN.
START_ARM = (0.0, -0.96, 1.16, 0.0, -0.3, 0.0)  # [rad]
GRIPPER_CLOSED_M, GRIPPER_OPEN_M = 0.01844, 0.05800

CUBES_X_M, CUBES_Y_M, CUBES_GAP_M, CUBES_YAW_RAD = (0.0, 0.22), (0.40, 0.62), 0.085, 0.35
BOX_X_M, BOX_Y_M, BOX_Z_M = (0.0, 0.2), (0.4, 0.6), 0.05  # gym_aloha/utils.py: sample_box_pose


class SimRobot:
    """
    Two ViperX 300s arms at a table.

    Joints follow ALOHA's order: six arm joints and the gripper of the left arm, then of the right.
    A gripper's position is that of its left finger; the right one mirrors it. Position servos
    hold the start pose until the first target arrives, and clip targets to the joints' limits.

    :param scene: 'cubes' or 'transfer_cube'.
    :param seed: places the cubes; the same seed gives exactly the same world.
    :param image_size: of every camera, (height, width) [px]; the scene's own when None.
    :raises InputError: if there is no such scene.
    :raises ImportError: if mujoco, gym-aloha's assets or a way to draw is missing.
    """

    joint_names = JOINT_NAMES

    def __init__(
        self, scene: str = 'cubes', seed: int = 0, image_size: tuple[int, int] | None = None
    ) -> None:
        self._mj = load_mujoco()
        self._scene = find_scene(scene)
        self.image_size = image_size or self._scene.image_size
        self.cameras = tuple(self._scene.cameras)
        self.cubes = self._scene.cubes
        self._model = build_model(self._scene, self.image_size)
        self._data = self._mj.MjData(self._model)
        self._renderer: Any = None
        self.step_ns: int = round(self._model.opt.timestep * NS_PER_S)
        self._find_joints()
        self.reset(seed)

    def _find_joints(self) -> None:
        """Look up where each joint lives in MuJoCo's arrays."""
        fingers = [_model_joints(name) for name in JOINT_NAMES]
        first = [self._model.joint(pair[0]) for pair in fingers]
        self._positions = np.array([joint.qposadr[0] for joint in first])  # (14,)
        self._velocities = np.array([joint.dofadr[0] for joint in first])  # (14,)
        self._servos = np.array([self._servo(joint.id) for joint in first])  # (14,)
        second = [self._model.joint(fingers[k][1]) for k in GRIPPERS]
        self._mirror_positions = np.array([joint.qposadr[0] for joint in second])  # (2,)
        self._mirror_servos = np.array([self._servo(joint.id) for joint in second])  # (2,)

    def _servo(self, joint: int) -> int:
        driven: list[int] = self._model.actuator_trnid[:, 0].tolist()
        return driven.index(joint)

    def reset(self, seed: int, start: ArrayLike | None = None) -> None:
        """
        Begin anew at time zero.

        :param seed: places the cubes.
        :param start: joint positions to begin at instead of the usual pose, (14,) [rad], [m].
        :raises InputError: if the start pose has another shape or is not finite.
        """
        if start is None:
            start = (*START_ARM, self._scene.gripper_m) * len(ARMS)
        pose = finite_array(start, (len(JOINT_NAMES),), 'start pose', JOINT_NAMES)
        self._mj.mj_resetData(self._model, self._data)
        self._steps = 0
        self._data.qpos[self._positions] = pose
        self._data.qpos[self._mirror_positions] = -pose[list(GRIPPERS)]
        self._write_targets(pose)
        self._place_cubes(np.random.default_rng(seed))
        self._mj.mj_forward(self._model, self._data)

    def _place_cubes(self, rng: np.random.Generator) -> None:
        """Lay one box as gym-aloha does, or several cubes apart from each other."""
        if len(self.cubes) == 1:
            self.place_cube(self.cubes[0], (rng.uniform(*BOX_X_M), rng.uniform(*BOX_Y_M), BOX_Z_M))
            return
        for cube, xy in zip(self.cubes, _scatter(rng, len(self.cubes)), strict=True):
            yaw_rad = rng.uniform(-CUBES_YAW_RAD, CUBES_YAW_RAD)
            self.place_cube(cube, (*xy, CUBE_HALF_M), yaw_rad)

    def place_cube(self, cube: str, centre: ArrayLike, yaw_rad: float = 0.0) -> None:
        """
        Put a cube somewhere, at rest.

        :param centre: [m], (3,); the table's top is z = 0.
        :raises InputError: if there is no such cube, or the place is not finite.
        """
        if cube not in self.cubes:
            raise InputError(f'cube {cube!r}: expected one of {", ".join(self.cubes)}')
        place = finite_array(centre, (3,), f'centre of the {cube} cube')
        joint = self._data.joint(int(self._model.body(cube).jntadr[0]))
        joint.qpos[:] = (*place, np.cos(yaw_rad / 2), 0.0, 0.0, np.sin(yaw_rad / 2))
        joint.qvel[:] = 0.0
        self._mj.mj_forward(self._model, self._data)

    @property
    def time_ns(self) -> int:
        """Simulated time since the last reset [ns]."""
        return self._steps * self.step_ns

    def step(self, duration_ns: int) -> None:
        """
        Let simulated time pass.

        :param duration_ns: a whole number of physics steps, step_ns each [ns].
        :raises InputError: if it isn't.
        """
        steps, rest = divmod(duration_ns, self.step_ns)
        if steps < 0 or rest:
            raise InputError(f'step: expected a multiple of {self.step_ns} ns, got {duration_ns}')
        self._mj.mj_step(self._model, self._data, nstep=steps)
        self._steps += steps

    def positions(self) -> NDArray[np.float64]:
        """Return the joint positions, (14,) [rad], [m]."""
        return np.array(self._data.qpos[self._positions])

    def velocities(self) -> NDArray[np.float64]:
        """Return the joint velocities, (14,) [rad/s], [m/s]."""
        return np.array(self._data.qvel[self._velocities])

    def targets(self) -> NDArray[np.float64]:
        """Return where the servos were told to go, (14,) [rad], [m]."""
        return np.array(self._data.ctrl[self._servos])

    def set_targets(self, names: Sequence[str], positions: ArrayLike) -> None:
        """
        Tell some of the joints where to go; the others keep their targets.

        :param names: any of joint_names, in any order.
        :param positions: one for each name, [rad], [m].
        :raises InputError: if a joint is unknown or named twice, or a position is not finite;
            then no target has changed.
        """
        names = check_joint_names(names, 'targets')
        unknown = [name for name in names if name not in JOINT_NAMES]
        if unknown:
            known = ', '.join(JOINT_NAMES)
            raise InputError(f'targets: unknown joint {unknown[0]!r}, expected some of {known}')
        values = finite_array(positions, (len(names),), 'targets', names)
        targets = self.targets()
        targets[[JOINT_NAMES.index(name) for name in names]] = values
        self._write_targets(targets)

    def _write_targets(self, targets: NDArray[np.float64]) -> None:
        self._data.ctrl[self._servos] = targets
        self._data.ctrl[self._mirror_servos] = -targets[list(GRIPPERS)]

    def cube_positions(self) -> dict[str, NDArray[np.float64]]:
        """Return the centre of each cube [m], (3,)."""
        return {cube: np.array(self._data.body(cube).xpos) for cube in self.cubes}

    def tip_positions(self) -> NDArray[np.float64]:
        """Return the point between the finger tips of each arm, (2, 3) [m]."""
        hands = [self._data.body(f'vx300s_{arm}/gripper_link') for arm in ARMS]
        return np.array(
            [hand.xpos + TIP_OFFSET_M * hand.xmat.reshape(3, 3)[:, 0] for hand in hands]
        )

    def world(self) -> World:
        """Return where cubes and finger tips are."""
        return World(self.cube_positions(), self.tip_positions())

    def render(self, camera: str) -> NDArray[np.uint8]:
        """
        Draw what a camera sees now.

        :param camera: one of cameras.
        :return: (height, width, 3) uint8 RGB.
        :raises InputError: if there is no such camera.
        """
        if camera not in self.cameras:
            raise InputError(f'camera {camera!r}: expected one of {", ".join(self.cameras)}')
        if self._renderer is None:
            self._renderer = self._mj.Renderer(self._model, *self.image_size)
        self._renderer.update_scene(self._data, camera=self._scene.cameras[camera])
        return np.asarray(self._renderer.render(), dtype=np.uint8)

    def close(self) -> None:
        """Free the OpenGL context; left to the garbage collector it complains at exit."""
        if self._renderer is not None:
            self._renderer.close()
            self._renderer = None


def _model_joints(name: str) -> tuple[str, ...]:
    """Return the joints of MuJoCo's model that make up one of JOINT_NAMES, the mirror last."""
    arm, _, joint = name.partition('_')
    parts = ('left_finger', 'right_finger') if joint == 'gripper' else (joint,)
    return tuple(f'vx300s_{arm}/{part}' for part in parts)


def _scatter(rng: np.random.Generator, count: int) -> NDArray[np.float64]:
    """Draw places on the table until no two are too near each other, (count, 2) [m]."""
    while True:
        places = np.stack([rng.uniform(*CUBES_X_M, count), rng.uniform(*CUBES_Y_M, count)], axis=1)
        gaps_m = np.linalg.norm(places[:, None] - places[None], axis=2)
        if gaps_m[np.triu_indices(count, k=1)].min() > CUBES_GAP_M:
            return places
