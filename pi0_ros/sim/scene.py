# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Build the scenes: gym-aloha's pair of ViperX arms, with three coloured cubes or as shipped.

The robot's description and meshes are gym-aloha's (huggingface/gym-aloha, gym_aloha/assets,
Apache-2.0); they are read where pip put them, without importing that package, which would pull in
dm_control. A scene is a compiled model and its camera names; what moves in it is robot.py's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

from pi0_ros.sim.gl import load_mujoco
from pi0_ros.sim.meshes import cluster, read_stl
from pi0_ros.sim.task import CUBE_EDGE_M
from pi0_ros.types import InputError

if TYPE_CHECKING:
    import mujoco

CUBE_COLORS = {
    'red': (0.90, 0.05, 0.05, 1.0),
    'green': (0.05, 0.75, 0.10, 1.0),
    'blue': (0.10, 0.20, 0.95, 1.0),
}
CUBE_HALF_M = CUBE_EDGE_M / 2
CELL_MM = 4.0  # of vertex clustering; the meshes are in millimetres
EXACT_MESHES = ('tabletop', 'finger')  # what the cubes touch keeps its shape

# Where the cameras of the scene 'cubes' are: near enough that a cube is several pixels wide at
# 96 x 96, oblique so that the arm's start pose hides none.
HIGH_POSITION_M, HIGH_AIM_M, HIGH_FOVY_DEG = (0.06, 0.05, 0.55), (0.13, 0.50, 0.05), 40.0
WRIST_POSITION_M, WRIST_AXES, WRIST_FOVY_DEG = (
    (-0.04, 0.0, 0.13),
    (0, -1, 0, 0.565, 0, 0.825),
    62.0,
)


@dataclass(frozen=True)
class Scene:
    """
    One world to be simulated.

    :param edit: changes the shipped description before it is compiled.
    :param cameras: name given to the user to the model's camera.
    :param cubes: bodies that lie loose on the table.
    :param gripper_m: position of the grippers at the start [m].
    :param image_size: of the cameras' pictures, if nobody wants another, (height, width) [px].
    """

    edit: Callable[[mujoco.MjSpec], None]
    cameras: Mapping[str, str]
    cubes: tuple[str, ...]
    gripper_m: float
    image_size: tuple[int, int]


def build_model(scene: Scene, image_size: tuple[int, int]) -> mujoco.MjModel:
    """
    Compile the scene.

    :param image_size: the largest picture to be drawn, (height, width) [px].
    :raises ImportError: if mujoco or gym-aloha's assets are missing.
    """
    mj = load_mujoco()
    spec = mj.MjSpec.from_file(str(asset_folder() / 'bimanual_viperx_transfer_cube.xml'))
    scene.edit(spec)
    spec.visual.global_.offheight, spec.visual.global_.offwidth = image_size
    return spec.compile()


def asset_folder() -> Path:
    """
    Find the assets of gym-aloha.

    :raises ImportError: if it isn't installed.
    """
    package = importlib.util.find_spec('gym_aloha')
    if package is None or package.origin is None:
        raise ImportError(
            'the simulated robot needs the assets of gym-aloha: pip install --no-deps gym-aloha'
        )
    return Path(package.origin).parent / 'assets'


def find_scene(name: str) -> Scene:
    """
    Return the scene of that name.

    :raises InputError: if there is none.
    """
    if name not in SCENES:
        raise InputError(f'scene {name!r}: expected one of {", ".join(SCENES)}')
    return SCENES[name]


def _keep(spec: mujoco.MjSpec) -> None:
    """Leave the description as shipped: checkpoints were trained on these pictures."""


def _lay_cubes(spec: mujoco.MjSpec) -> None:
    """Replace the shipped box by three cubes and two near cameras, cheap to draw."""
    spec.delete(spec.body('box'))
    for key in list(spec.keys):
        spec.delete(key)
    # Shadows and multisampling are nine tenths of a frame's cost in a software renderer.
    spec.visual.quality.shadowsize = 0
    spec.visual.quality.offsamples = 0
    _lighten_meshes(spec)
    for name, color in CUBE_COLORS.items():
        _add_cube(spec, name, color)
    _add_cameras(spec)
    _paint(spec)


def _lighten_meshes(spec: mujoco.MjSpec) -> None:
    for mesh in spec.meshes:
        if any(part in mesh.name for part in EXACT_MESHES):
            continue
        vertices, faces = cluster(read_stl(asset_folder() / mesh.file), CELL_MM)
        mesh.uservert = vertices.reshape(-1)
        mesh.userface = faces.reshape(-1)
        mesh.file = ''


def _add_cube(spec: mujoco.MjSpec, name: str, color: tuple[float, ...]) -> None:
    """Add a cube of 50 g with the contact parameters of the shipped box."""
    body = spec.worldbody.add_body(name=name)
    # The shipped compiler settings take inertia from geom groups 4 and 5 only, so it is given.
    body.mass, body.inertia, body.explicitinertial = 0.05, [2e-4] * 3, True
    body.add_freejoint(name=name)
    body.add_geom(
        type=load_mujoco().mjtGeom.mjGEOM_BOX,
        size=[CUBE_HALF_M] * 3,
        rgba=color,
        condim=4,
        friction=[1.0, 0.005, 0.0001],
        solimp=[2.0, 1.0, 0.01, 0.5, 2.0],
        solref=[0.01, 1.0],
    )


def _add_cameras(spec: mujoco.MjSpec) -> None:
    target = load_mujoco().mjtCamLight.mjCAMLIGHT_TARGETBODY
    spec.worldbody.add_body(name='aim', pos=HIGH_AIM_M)
    spec.worldbody.add_camera(
        name='cam_high', mode=target, targetbody='aim', pos=HIGH_POSITION_M, fovy=HIGH_FOVY_DEG
    )
    # Fixed to the hand: a camera that targets a body keeps the world upright, and so flips when
    # the gripper passes the vertical.
    spec.body('vx300s_right/gripper_link').add_camera(
        name='cam_right_wrist', pos=WRIST_POSITION_M, xyaxes=WRIST_AXES, fovy=WRIST_FOVY_DEG
    )


def _paint(spec: mujoco.MjSpec) -> None:
    """Colour the table, the arms and the background so that the cubes stand out."""
    mj = load_mujoco()
    spec.add_texture(
        name='sky',
        type=mj.mjtTexture.mjTEXTURE_SKYBOX,
        builtin=mj.mjtBuiltin.mjBUILTIN_GRADIENT,
        rgb1=[0.80, 0.84, 0.88],
        rgb2=[0.45, 0.50, 0.56],
        width=64,
        height=384,
    )
    for geom in spec.geoms:
        if geom.name.startswith('vx300s'):
            geom.rgba = [0.16, 0.17, 0.19, 1.0]
    spec.geom('table').rgba = [0.62, 0.58, 0.52, 1.0]


SCENES = {
    'cubes': Scene(
        edit=_lay_cubes,
        cameras={'cam_high': 'cam_high', 'cam_right_wrist': 'cam_right_wrist'},
        cubes=tuple(CUBE_COLORS),
        gripper_m=0.0303,
        image_size=(224, 224),
    ),
    # openpi's examples/aloha_sim feeds the camera 'top' to the model as cam_high.
    'transfer_cube': Scene(
        edit=_keep,
        cameras={'cam_high': 'top'},
        cubes=('box',),
        gripper_m=0.02239,
        image_size=(480, 640),
    ),
}
