# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Every preset of controllers: for a robot that is shipped, and as our outputs need it."""

from pathlib import Path
import re

import pytest
import yaml

from pi0_ros.execution.settings import RATE_HZ
from pi0_ros.robots.spec import load_robot

CONFIG = Path(__file__).parents[2] / 'config'
FILES = sorted((CONFIG / 'controllers').glob('*.yaml'))
FORWARD = 'forward_command_controller/ForwardCommandController'
VELOCITY = 'velocity_controllers/JointGroupVelocityController'
TRAJECTORY = 'joint_trajectory_controller/JointTrajectoryController'
TOPICS = {FORWARD: 'commands', VELOCITY: 'commands', TRAJECTORY: 'joint_trajectory'}
SERVO = next(file for file in FILES if 'servo' in file.stem)

every_preset = pytest.mark.parametrize(
    'file', [file for file in FILES if file != SERVO], ids=lambda file: file.stem
)


def read(file):
    """Return the parameters of each node, by its name."""
    nodes = yaml.safe_load(file.read_text())
    assert all(list(node) == ['ros__parameters'] for node in nodes.values())
    return {name: node['ros__parameters'] for name, node in nodes.items()}


def robot_of(file):
    return load_robot(CONFIG / 'robots' / f'{file.stem.partition("_")[0]}.yaml')


def managers(file):
    """Return the parameters of the controller managers, by their name."""
    return {name: node for name, node in read(file).items() if name.endswith('controller_manager')}


def controllers(file):
    """Return each controller's type, topic, and parameters; every node is one."""
    nodes, found = read(file), []
    for manager, parameters in managers(file).items():
        del nodes[manager]
        for name, controller in parameters.items():
            kind = controller['type'] if isinstance(controller, dict) else None
            if kind in TOPICS:
                node = manager.replace('controller_manager', name)
                found.append((kind, f'{node}/{TOPICS[kind]}'.lstrip('/'), nodes.pop(node)))
    assert not nodes
    return found


def test_the_document_names_each():
    text = (CONFIG.parent / 'doc' / 'controllers.md').read_text()
    assert {file.name for file in FILES} == set(re.findall(r'`([a-z_]+\.yaml)`', text))


@every_preset
def test_they_take_the_robots_outputs(file):
    expected = {output.topic: (output.field, output.joints) for output in robot_of(file).outputs}
    found = {}
    for kind, topic, parameters in controllers(file):
        (field,) = parameters.get('command_interfaces', [parameters.get('interface_name')])
        if kind == VELOCITY:
            field = 'velocity'
        # A trajectory's stands in place of an output that the robot's file has.
        place = topic.replace('/joint_trajectory', '/commands')
        found[place] = (field, tuple(parameters['joints']))
    assert found == expected


@every_preset
def test_trajectories_are_taken_as_they_are_meant(file):
    release = file.stem.rpartition('_')[2]
    from_last_command = (
        'open_loop_control' if release == 'humble' else 'interpolate_from_desired_state'
    )
    for kind, _, parameters in controllers(file):
        if kind == TRAJECTORY:
            assert parameters[from_last_command] is True
            assert parameters['allow_nonzero_velocity_at_trajectory_end'] is False
            # What a release doesn't know it would silently not do.
            newer = {'allow_trajectory_replacement', 'positions_upsampling'}
            assert newer & set(parameters) == (newer if release == 'lyrical' else set())
            if release == 'lyrical':
                assert parameters['allow_trajectory_replacement'] is False
                assert parameters['positions_upsampling'] == {'enable': False}


@every_preset
def test_controllers_are_updated_as_often_as_they_need(file):
    kinds = {kind for kind, *_ in controllers(file)}
    for parameters in managers(file).values():
        assert 'joint_state_broadcaster' in parameters
        if TRAJECTORY not in kinds or file.stem.endswith('humble'):
            assert parameters['update_rate'] >= 5 * RATE_HZ
        else:
            assert parameters['update_rate'] == RATE_HZ
            assert parameters['enforce_command_limits'] is True


def test_servo_takes_twists_and_halts_without_them():
    (output,) = (o for o in robot_of(SERVO).outputs if o.message == 'twist_stamped')
    ((name, node),) = read(SERVO).items()
    servo = node['moveit_servo']
    topic = servo['cartesian_command_in_topic'].replace('~', name)
    assert topic.lstrip('/') == output.topic
    assert servo['command_in_type'] == 'speed_units'
    assert servo['publish_period'] == 1 / RATE_HZ
    assert 5 / RATE_HZ <= servo['incoming_command_timeout'] <= 0.2
    assert servo['use_smoothing'] is True
    assert servo['publish_joint_positions'] != servo['publish_joint_velocities']
