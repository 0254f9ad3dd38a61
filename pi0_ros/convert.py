# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Messages to types and back, as pure functions.

The nodes and the readers of recordings share it, so that a recording trains on exactly what a
robot at work would have seen. Each function checks what it takes and raises InputError naming what
is wrong; none keeps state, none knows a node. Letters in shapes: J joints, K points of a chunk.
"""

from __future__ import annotations

from collections.abc import Sequence

from builtin_interfaces.msg import Duration, Time
import cv2
from cv_bridge import CvBridge, CvBridgeError
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import CompressedImage, Image, JointState
from std_msgs.msg import Float64MultiArray, Header
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint

from pi0_ros.types import NS_PER_S, Chunk, Command, InputError, check_joint_names, finite_array

# Bytes per pixel of the pictures a policy can use; depth and Bayer images are refused.
PIXEL_BYTES = {'rgb8': 3, 'bgr8': 3, 'rgba8': 4, 'bgra8': 4, 'mono8': 1, 'mono16': 2}

_bridge = CvBridge()


def type_name(message_class: type) -> str:
    """Return the name of a message's type, as in ``std_msgs/msg/String``."""
    package = message_class.__module__.partition('.')[0]
    return f'{package}/msg/{message_class.__name__}'


def time_to_ns(time: Time | Duration) -> int:
    """Return a stamp or duration in [ns]."""
    return time.sec * NS_PER_S + time.nanosec


def ns_to_time(ns: int) -> Time:
    """Return a number of nanoseconds as a stamp."""
    sec, nanosec = divmod(int(ns), NS_PER_S)
    return Time(sec=sec, nanosec=nanosec)


def ns_to_duration(ns: int) -> Duration:
    """Return a number of nanoseconds as a duration."""
    sec, nanosec = divmod(int(ns), NS_PER_S)
    return Duration(sec=sec, nanosec=nanosec)


def image_to_rgb(message: Image) -> NDArray[np.uint8]:
    """
    Return the picture, (h, w, 3) uint8 RGB: a view of the message's own bytes if it is rgb8.

    :raises InputError: for an unknown encoding, or if size, step and data don't fit together.
    """
    pixel_bytes = PIXEL_BYTES.get(message.encoding)
    if pixel_bytes is None:
        raise InputError(
            f'encoding {message.encoding!r} is not supported, only {", ".join(PIXEL_BYTES)}'
        )
    size = f'{message.width}x{message.height} {message.encoding}'
    if not message.width or not message.height:
        raise InputError(f'the image is empty ({size})')
    if message.step < message.width * pixel_bytes:
        raise InputError(
            f'step {message.step} is too small for {size}: at least {message.width * pixel_bytes}'
        )
    if len(message.data) != message.step * message.height:
        raise InputError(
            f'{len(message.data)} bytes of data do not make {size} with step {message.step}: '
            f'expected {message.step * message.height}'
        )
    if message.step != message.width * pixel_bytes:
        message = _without_padding(message, message.width * pixel_bytes)
    # 'passthrough' keeps the view; asking for the same encoding may copy.
    wanted = 'passthrough' if message.encoding == 'rgb8' else 'rgb8'
    try:
        return _bridge.imgmsg_to_cv2(message, wanted)
    except CvBridgeError as error:
        raise InputError(f'the image could not be decoded: {error}') from error


def _without_padding(message: Image, row_bytes: int) -> Image:
    """
    Return the image, without its header, with rows that follow each other directly.

    cv_bridge reads rows as if padding were a whole number of pixels
    (ros-perception/vision_opencv, cv_bridge/python/cv_bridge/core.py).
    """
    rows = np.frombuffer(message.data, np.uint8).reshape(message.height, message.step)
    return Image(
        height=message.height,
        width=message.width,
        encoding=message.encoding,
        is_bigendian=message.is_bigendian,
        step=row_bytes,
        data=rows[:, :row_bytes].tobytes(),
    )


def compressed_to_rgb(message: CompressedImage) -> NDArray[np.uint8]:
    """
    Return the picture, (h, w, 3) uint8 RGB.

    :raises InputError: if the bytes are not a picture that OpenCV can read.
    """
    if not len(message.data):
        raise InputError(f'the compressed image (format {message.format!r}) is empty')
    picture = cv2.imdecode(np.frombuffer(message.data, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise InputError(
            f'{len(message.data)} bytes of format {message.format!r} are not a picture'
        )
    return cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)


# How a camera's pictures travel, in the words of the robot's description.
IMAGE_READERS = {'raw': (Image, image_to_rgb), 'compressed': (CompressedImage, compressed_to_rgb)}


def rgb_to_image(picture: NDArray[np.uint8], stamp_ns: int, frame_id: str) -> Image:
    """Return a picture, (h, w, 3) uint8 RGB, as an rgb8 message."""
    header = Header(stamp=ns_to_time(stamp_ns), frame_id=frame_id)
    return _bridge.cv2_to_imgmsg(picture, encoding='rgb8', header=header)


def joint_state_to_positions(message: JointState, names: Sequence[str]) -> NDArray[np.float64]:
    """
    Return the positions of the named joints in the order asked for, (J,).

    The message may hold more joints, in any order.

    :raises InputError: if a joint is missing or doubled, or a position is missing or not finite.
    """
    where = 'joint state'
    found = check_joint_names(message.name, where)
    if len(message.position) != len(found):
        raise InputError(f'{where}: {len(found)} names, but {len(message.position)} positions')
    index = {name: i for i, name in enumerate(found)}
    missing = [name for name in names if name not in index]
    if missing:
        raise InputError(
            f'{where}: joints are missing: {", ".join(missing)}; it has {", ".join(found)}'
        )
    positions = [message.position[index[name]] for name in names]
    return finite_array(positions, (len(names),), where, names)


def positions_to_joint_state(
    stamp_ns: int,
    names: Sequence[str],
    positions: NDArray[np.float64],
    velocities: NDArray[np.float64],
) -> JointState:
    """Return measured or commanded joints, (J,) each, as a message."""
    return JointState(
        header=Header(stamp=ns_to_time(stamp_ns)),
        name=list(names),
        position=positions.tolist(),
        velocity=velocities.tolist(),
    )


def chunk_to_message(chunk: Chunk) -> JointTrajectory:
    """Return a chunk as a trajectory; point k is meant for header.stamp + time_from_start."""
    points = [
        JointTrajectoryPoint(positions=row.tolist(), time_from_start=ns_to_duration(time_ns))
        for time_ns, row in zip(chunk.times_ns, chunk.positions, strict=True)
    ]
    for point, row in zip(points, () if chunk.velocities is None else chunk.velocities):
        point.velocities = row.tolist()
    header = Header(stamp=ns_to_time(chunk.stamp_ns))
    return JointTrajectory(header=header, joint_names=list(chunk.names), points=points)


def message_to_chunk(message: JointTrajectory) -> Chunk:
    """
    Return a trajectory as a chunk; velocities are in all of its points or in none.

    :raises InputError: if it has no points, a point without one number per joint, unordered
        times, doubled names or values that are not finite.
    """
    names = check_joint_names(message.joint_names, 'chunk')
    has_velocities = any(len(point.velocities) for point in message.points)
    return Chunk(
        stamp_ns=time_to_ns(message.header.stamp),
        names=names,
        times_ns=np.array([time_to_ns(p.time_from_start) for p in message.points], np.int64),
        positions=_rows(message, 'positions'),
        velocities=_rows(message, 'velocities') if has_velocities else None,
    )


def _rows(message: JointTrajectory, field: str) -> NDArray[np.float64]:
    """Return a field of all points, (K, J)."""
    width = len(message.joint_names)
    rows = [getattr(point, field) for point in message.points]
    for k, found in enumerate(map(len, rows)):
        if found != width:
            raise InputError(f'chunk: point {k} has {found} {field} for {width} joints')
    return np.array(rows).reshape(-1, width)


def command_to_array(
    command: Command, joints: Sequence[str], field: str = 'position'
) -> Float64MultiArray:
    """Return positions or velocities of some joints as forward_command_controller takes them."""
    values = command.velocities if field == 'velocity' else command.positions
    return Float64MultiArray(data=_pick(command, joints, values))


def command_to_trajectory(
    command: Command, joints: Sequence[str], lead_ns: int
) -> JointTrajectory:
    """
    Return the targets of some joints as joint_trajectory_controller takes them.

    A single point, one lead ahead, with stamp 0, which means "from now": the controller's own
    clock never has to agree with ours, and nothing can lie in its past.
    """
    point = JointTrajectoryPoint(
        positions=_pick(command, joints, command.positions),
        time_from_start=ns_to_duration(lead_ns),
    )
    return JointTrajectory(joint_names=list(joints), points=[point])


def command_to_joint_state(command: Command, joints: Sequence[str]) -> JointState:
    """Return the targets of some joints as a joint state."""
    return JointState(
        header=Header(stamp=ns_to_time(command.stamp_ns)),
        name=list(joints),
        position=_pick(command, joints, command.positions),
        velocity=_pick(command, joints, command.velocities),
    )


def array_to_targets(message: Float64MultiArray, joints: Sequence[str]) -> NDArray[np.float64]:
    """
    Return the targets of the joints, (J,).

    :raises InputError: if there is another number of them, or one is not finite.
    """
    return finite_array(message.data, (len(joints),), 'command', joints)


def trajectory_to_targets(message: JointTrajectory, joints: Sequence[str]) -> NDArray[np.float64]:
    """
    Return the targets of the joints from a trajectory of one point, (J,).

    :raises InputError: if it has another number of points, lacks a joint, or a target is not
        finite.
    """
    if len(message.points) != 1:
        raise InputError(
            f'command: expected a trajectory of one point, found {len(message.points)}'
        )
    positions = message.points[0].positions
    state = JointState(name=list(message.joint_names), position=list(positions))
    return joint_state_to_positions(state, joints)


# How a controller's commands travel, in the words of the robot's description.
COMMAND_READERS = {
    'float64_multi_array': (Float64MultiArray, array_to_targets),
    'joint_state': (JointState, joint_state_to_positions),
    'joint_trajectory': (JointTrajectory, trajectory_to_targets),
}


def _pick(command: Command, joints: Sequence[str], values: NDArray[np.float64]) -> list[float]:
    """Return the values of some joints in the order asked for."""
    return [float(values[command.names.index(joint)]) for joint in joints]


def status_message(
    name: str, level: bytes, text: str, values: dict[str, object], hardware_id: str = ''
) -> DiagnosticStatus:
    """Return a diagnostic status; numbers are printed with four significant digits."""
    return DiagnosticStatus(
        level=level,
        name=name,
        message=text,
        hardware_id=hardware_id,
        values=[
            KeyValue(key=key, value=f'{value:.4g}' if isinstance(value, float) else str(value))
            for key, value in values.items()
        ],
    )


def diagnostics_message(stamp_ns: int, status: DiagnosticStatus) -> DiagnosticArray:
    """Return a status as /diagnostics takes it."""
    return DiagnosticArray(header=Header(stamp=ns_to_time(stamp_ns)), status=[status])
