# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The simulated robot, the policy, the executor and a viewer that films them.

  ros2 launch pi0_ros demo.launch.py duration:=28 film:=demo.webm
"""

from launch import LaunchDescription
from launch.actions import (
    DeclareLaunchArgument,
    IncludeLaunchDescription,
    LogInfo,
    RegisterEventHandler,
    SetEnvironmentVariable,
    Shutdown,
)
from launch.conditions import IfCondition
from launch.event_handlers import OnProcessExit
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution, PythonExpression
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue
from launch_ros.substitutions import FindPackageShare

SHARE = FindPackageShare('pi0_ros')
ROBOTS = {'cubes': 'aloha_sim', 'transfer_cube': 'aloha_sim_transfer_cube'}
ROBOT = PythonExpression([repr(ROBOTS), "['", LaunchConfiguration('scene'), "']"])
CHECKPOINT = LaunchConfiguration('checkpoint')
UNTRAINED = PythonExpression(["'", CHECKPOINT, "'.endswith('untrained')"])
ARGUMENTS = (
    ('scene', 'cubes', 'what stands on the table', list(ROBOTS)),
    (
        'checkpoint',
        PathJoinSubstitution([SHARE, 'checkpoints', 'demo']),
        'folder with the weights; the default is small and was trained in this simulator',
        None,
    ),
    ('seed', '8', 'where the cubes lie', None),
    ('duration', '28', 'length of the show [s]; 0: until Ctrl-C', None),
    ('film', 'demo.webm', 'where to write the film', None),
)


def _node(executable, name, **parameters):
    return Node(
        package='pi0_ros',
        executable=executable,
        name=name,
        parameters=[parameters],
        output='screen',
    )


def generate_launch_description():
    """Return the demo; everything ends when its conductor does."""
    duration = ParameterValue(LaunchConfiguration('duration'), value_type=float)
    conductor = _node('demo_node', 'demo', duration_s=duration)
    the_end = OnProcessExit(target_action=conductor, on_exit=[Shutdown(reason='the show is over')])
    bringup = PathJoinSubstitution([SHARE, 'launch', 'bringup.launch.py'])
    arguments = {
        'robot': ROBOT,
        'checkpoint': CHECKPOINT,
        'params_file': PathJoinSubstitution([SHARE, 'config', 'demo_params.yaml']),
        'use_sim_time': 'true',
    }
    return LaunchDescription([
        *(DeclareLaunchArgument(name, default_value=value, description=text, choices=choices)
          for name, value, text, choices in ARGUMENTS),
        # Small networks and small pictures: more threads than cores would only get in each
        # other's way.
        SetEnvironmentVariable('OMP_NUM_THREADS', '1'),
        SetEnvironmentVariable('LP_NUM_THREADS', '0'),
        LogInfo(
            condition=IfCondition(UNTRAINED),
            msg='NOTE: the weights are UNTRAINED (random). The line is real, the aim is not.',
        ),
        IncludeLaunchDescription(
            PythonLaunchDescriptionSource(bringup), launch_arguments=arguments.items()
        ),
        _node(
            'sim_node', 'sim_robot', robot=ROBOT, scene=LaunchConfiguration('scene'),
            seed=ParameterValue(LaunchConfiguration('seed'), value_type=int),
        ),
        _node(
            'viz_node', 'viewer', robot=ROBOT, film=LaunchConfiguration('film'),
            checkpoint=CHECKPOINT, use_sim_time=True,
        ),
        conductor,
        RegisterEventHandler(the_end),
    ])  # fmt: skip
