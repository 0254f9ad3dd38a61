# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Messages to types and back, as pure functions.

The nodes and the readers of recordings share it, so that a recording trains on exactly what a
robot at work would have seen. Each function checks what it takes and raises InputError naming what
is wrong; none keeps state, none knows a node.
"""

from pi0_ros.convert.basics import (
    diagnostics_message,
    ns_to_duration,
    ns_to_time,
    status_message,
    time_to_ns,
    type_name,
)
from pi0_ros.convert.cartesian import (
    chunk_to_messages,
    command_to_twist,
    messages_to_chunk,
    pose_to_vector,
    twist_to_targets,
)
from pi0_ros.convert.chunks import chunk_to_message, message_to_chunk
from pi0_ros.convert.commands import (
    COMMAND_READERS,
    array_to_targets,
    command_to_array,
    command_to_joint_state,
    command_to_trajectory,
    trajectory_to_targets,
)
from pi0_ros.convert.images import (
    IMAGE_READERS,
    compressed_to_rgb,
    image_to_rgb,
    rgb_to_image,
)
from pi0_ros.convert.joints import joint_state_to_positions, positions_to_joint_state

__all__ = [
    'COMMAND_READERS',
    'IMAGE_READERS',
    'array_to_targets',
    'chunk_to_message',
    'chunk_to_messages',
    'command_to_array',
    'command_to_joint_state',
    'command_to_trajectory',
    'command_to_twist',
    'compressed_to_rgb',
    'diagnostics_message',
    'image_to_rgb',
    'joint_state_to_positions',
    'message_to_chunk',
    'messages_to_chunk',
    'ns_to_duration',
    'ns_to_time',
    'pose_to_vector',
    'positions_to_joint_state',
    'rgb_to_image',
    'status_message',
    'time_to_ns',
    'trajectory_to_targets',
    'twist_to_targets',
    'type_name',
]
