# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The policy and the executor for a robot whose drivers run already.

  ros2 launch pi0_ros bringup.launch.py robot:=aloha_sim checkpoint:=/path/to/folder
"""

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, OpaqueFunction
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.substitutions import FindPackageShare

ARGUMENTS = (
    ('robot', None, "one of the package's robots, or the path of a .yaml file"),
    (
        'checkpoint',
        '',
        'folder with weights, tokenizer and statistics; empty: what the params_file says',
    ),
    (
        'params_file',
        PathJoinSubstitution([FindPackageShare('pi0_ros'), 'config', 'params.yaml']),
        'parameters of the nodes',
    ),
    ('use_sim_time', 'false', 'follow /clock'),
)


def _policy(context, shared):
    """Return the policy; without a checkpoint that of the params_file counts, if there is one."""
    checkpoint = LaunchConfiguration('checkpoint').perform(context)
    given = [{'checkpoint': checkpoint}] if checkpoint else []
    return [
        Node(
            package='pi0_ros',
            executable='policy_node',
            name='pi0_policy',
            parameters=[*shared, *given, {'autostart': True}],
            respawn=True,
            respawn_delay=2.0,
            output='screen',
        )
    ]


def generate_launch_description():
    """Return both nodes; the policy comes back by itself should it die."""
    shared = [
        LaunchConfiguration('params_file'),
        {
            'robot': LaunchConfiguration('robot'),
            'use_sim_time': LaunchConfiguration('use_sim_time'),
        },
    ]
    return LaunchDescription([
        *(DeclareLaunchArgument(name, default_value=value, description=text)
          for name, value, text in ARGUMENTS),
        OpaqueFunction(function=_policy, args=[shared]),
        Node(
            package='pi0_ros',
            executable='executor_node',
            name='chunk_executor',
            parameters=shared,
            output='screen',
        ),
    ])  # fmt: skip
