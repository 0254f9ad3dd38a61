# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Descriptions of robots: the shipped ones load, and every mistake is named."""

from copy import deepcopy
from importlib.util import find_spec
import math
from pathlib import Path
import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import yaml

from pi0_ros.robots.spec import load_robot
from pi0_ros.types import InputError

ROBOTS = Path(__file__).parents[2] / 'config' / 'robots'
GOOD = yaml.safe_load((ROBOTS / 'aloha_sim.yaml').read_text())
GOOD_LIBERO = yaml.safe_load((ROBOTS / 'libero.yaml').read_text())
GOOD_DROID = yaml.safe_load((ROBOTS / 'droid.yaml').read_text())


def test_aloha_sim_says_what_the_demo_needs():
    robot = load_robot(ROBOTS / 'aloha_sim.yaml')
    assert len(robot.joints) == 14
    assert robot.joint_names[6] == 'left_gripper'
    assert tuple(robot.grippers) == ('left_gripper', 'right_gripper')
    assert {c.slot for c in robot.cameras.values()} == {'base_0_rgb', 'right_wrist_0_rgb'}
    assert robot.action_space.delta == robot.joint_names[7:13]  # the arm that works
    assert [len(output.joints) for output in robot.outputs] == [6, 1, 6, 1]


def test_aloha_limits_are_those_of_the_simulated_arms():
    gym_aloha = find_spec('gym_aloha')
    if gym_aloha is None:
        pytest.skip('gym-aloha is not installed')
    robot = load_robot(ROBOTS / 'aloha_sim.yaml')
    for side in ('left', 'right'):
        file = Path(gym_aloha.origin).parent / 'assets' / f'vx300s_{side}.xml'
        text = re.sub(r'^.*?(?=<body)', '', file.read_text(), flags=re.DOTALL)
        tree = ET.fromstring('<root>' + text.replace('</mujocoinclude>', '') + '</root>')
        ranges = {
            joint.get('name').split('/')[1]: tuple(map(float, joint.get('range').split()))
            for joint in tree.iter('joint')
        }
        for joint in robot.joints:
            name = joint.name.removeprefix(f'{side}_')
            if joint.name.startswith(side):
                key = 'left_finger' if name == 'gripper' else name
                assert (joint.lower, joint.upper) == ranges[key], joint.name


def test_transfer_cube_adapts_to_pi():
    robot = load_robot(ROBOTS / 'aloha_sim_transfer_cube.yaml')
    assert [joint.sign for joint in robot.joints] == [1, -1, -1, 1, 1, 1, 1] * 2
    assert {gripper.map for gripper in robot.grippers.values()} == {'aloha_angular'}
    assert robot.action_space.delta == ()
    limits = [(j.name, j.lower, j.upper, j.velocity, j.acceleration) for j in robot.joints]
    other = load_robot(ROBOTS / 'aloha_sim.yaml')
    assert limits == [(j.name, j.lower, j.upper, j.velocity, j.acceleration) for j in other.joints]


def test_the_real_aloha_is_the_simulated_one_with_all_its_cameras():
    robot = load_robot(ROBOTS / 'aloha.yaml')
    sim = load_robot(ROBOTS / 'aloha_sim_transfer_cube.yaml')
    assert robot.joints == sim.joints
    assert set(robot.action_space.delta) == set(robot.joint_names) - set(robot.grippers)
    assert {name: camera.slot for name, camera in robot.cameras.items()} == {
        'cam_high': 'base_0_rgb',
        'cam_left_wrist': 'left_wrist_0_rgb',
        'cam_right_wrist': 'right_wrist_0_rgb',
    }
    assert [len(output.joints) for output in robot.outputs] == [6, 1, 6, 1]


def test_droid_is_told_velocities():
    robot = load_robot(ROBOTS / 'droid.yaml')
    arm = tuple(f'panda_joint{i}' for i in range(1, 8))
    assert robot.velocity_joints == robot.forwarded_joints == arm
    assert load_robot(ROBOTS / 'aloha.yaml').velocity_joints == ()


def test_jerk_has_a_limit_where_a_source_gives_one():
    droid = load_robot(ROBOTS / 'droid.yaml')
    assert droid.jerk_limits.tolist() == [7500, 3750, 5000, 6250, 7500, 10000, 10000, math.inf]
    assert np.isinf(load_robot(ROBOTS / 'aloha.yaml').jerk_limits).all()


def test_libero_is_told_the_way_of_its_end_effector():
    robot = load_robot(ROBOTS / 'libero.yaml')
    axes = ('x', 'y', 'z', 'rx', 'ry', 'rz')
    fingers = ('panda_finger_joint1', 'panda_finger_joint2')
    assert robot.axes == robot.velocity_joints == robot.forwarded_joints == axes
    assert robot.measured_joints == fingers[:1]
    assert robot.state_names == (*axes, *fingers)
    assert robot.frame == 'panda_link0'
    assert dict(robot.action_space.scale) == {
        **dict.fromkeys(axes[:3], pytest.approx(1.0)),
        **dict.fromkeys(axes[3:], pytest.approx(10.0)),
    }
    assert load_robot(ROBOTS / 'aloha.yaml').axes == ()


def test_limits_come_as_arrays_in_joint_order():
    robot = load_robot(ROBOTS / 'aloha_sim.yaml')
    assert robot.position_limits.shape == (2, 14)
    assert robot.position_limits[:, 1].tolist() == [-1.85005, 1.25664]
    assert robot.velocity_limits[[0, 6]].tolist() == [3.14159, 1.0]
    assert robot.acceleration_limits[[0, 6]].tolist() == [12.5, 4.0]


def test_a_robot_cannot_be_changed():
    robot = load_robot(ROBOTS / 'aloha_sim.yaml')
    with pytest.raises(ValueError, match='read-only'):
        robot.velocity_limits[0] = 100
    with pytest.raises(AttributeError):
        robot.rate_hz = 100
    with pytest.raises(TypeError):
        robot.cameras['cam_high'] = None


def put(path, value):
    """Return a change of the good description: set the value at a path, or delete it."""

    def change(top):
        *parents, last = path
        for key in parents:
            top = top[key]
        if value is ...:
            del top[last]
        else:
            top[last] = value

    return change


BAD = [
    (put(['horizon'], 50), r'horizon: expected one of the keys name, rate_hz, .* found'),
    (put(['rate_hz'], ...), 'rate_hz: expected a number, found no such key'),
    (put(['rate_hz'], '50'), "rate_hz: expected a number .* found '50'"),
    (put(['rate_hz'], True), 'rate_hz: expected a number .* found True'),
    (put(['rate_hz'], 0), 'rate_hz: expected a number above 0, found 0'),
    (put(['rate_hz'], float('nan')), 'rate_hz: expected a finite number, found nan'),
    (put(['name'], ' '), "name: expected a text, found ' '"),
    (put(['name'], None), 'name: expected a text, found nothing'),
    (put(['cameras'], {}), 'cameras: expected at least one camera'),
    (put(['cameras'], ['cam_high']), r'cameras: expected a mapping with text keys'),
    (put(['cameras', 'cam_high', 'slot'], 'base'), r'cameras.cam_high.slot: .*base_0_rgb'),
    (
        put(['cameras', 'cam_right_wrist', 'slot'], 'base_0_rgb'),
        'cameras.cam_right_wrist.slot: expected a slot that no other camera takes',
    ),
    (put(['cameras', 'cam_high', 'transport'], 'theora'), 'transport: .*raw, compressed'),
    (put(['cameras', 'cam_high', 'rotate_deg'], 45), 'rotate_deg: .*0, 90, 180, 270, found 45'),
    (put(['cameras', 'cam_high', 'missing'], ...), 'missing: expected one of refuse, mask'),
    (put(['cameras', 'cam_high', 'fps'], 30), r'cameras.cam_high.fps: expected one of the keys'),
    (put(['joints'], []), 'joints: expected a list of mappings'),
    (put(['joints', 3], 'elbow'), r'joints\[3\]: expected a mapping'),
    (put(['joints', 3, 'velocity'], -1.0), r'joints\[3\].velocity: .* above 0, found -1.0'),
    (put(['joints', 3, 'acceleration'], ...), r'joints\[3\].acceleration: .*no such key'),
    (put(['joints', 3, 'position'], [1, -1]), r'joints\[3\].position: .*found \[1, -1\]'),
    (put(['joints', 3, 'position'], [1]), r'joints\[3\].position: expected two numbers'),
    (put(['joints', 3, 'position'], [0, 'x']), r'joints\[3\].position\[1\]: expected a number'),
    (put(['joints', 3, 'unit'], 'deg'), r"joints\[3\].unit: expected one of rad, m, found 'deg'"),
    (put(['joints', 3, 'sign'], -1.0), r'joints\[3\].sign: expected one of 1, -1, found -1.0'),
    (put(['joints', 3, 'sign'], True), r'joints\[3\].sign: expected one of 1, -1, found True'),
    (put(['joints', 3, 'name'], 'left_waist'), r"joints\[3\].name: .*found 'left_waist'"),
    (put(['joints', 6, 'sign'], -1), 'grippers.left_gripper: expected a joint with sign 1'),
    (put(['grippers', 'hand'], {'map': 'linear'}), 'grippers.hand: expected one of the joints'),
    (
        put(['grippers', 'left_gripper', 'map'], 'log'),
        'map: .*linear, aloha_angular, aloha_finger, droid',
    ),
    (put(['grippers', 'left_gripper', 'open'], 0.01844), 'grippers.left_gripper.open: expected'),
    (put(['action_space', 'quantity'], 'torque'), "quantity: .*velocity, .*delta, found 'torque'"),
    (put(['action_space', 'clip'], [-1, 1]), 'action_space.clip: expected one of the keys'),
    (put(['outputs', 1, 'field'], 'effort'), r'outputs\[1\].field: .*position, velocity'),
    (put(['outputs', 0, 'field'], 'velocity'), r'outputs\[0\].joints: .*told velocities \(none\)'),
    (put(['action_space', 'delta'], 'none'), 'action_space.delta: expected a list of names'),
    (put(['action_space', 'delta'], ['nose']), 'action_space.delta: .*found .nose'),
    (put(['action_space', 'delta'], ['left_waist'] * 2), 'action_space.delta: .*each once'),
    (put(['normalization', 'kind'], 'minmax'), 'normalization.kind: .*z_score, quantile'),
    (put(['normalization', 'asset'], 3), 'normalization.asset: expected a text, found 3'),
    (put(['outputs', 1, 'joints'], ['left_waist']), r'outputs\[1\].joints: .*no output has yet'),
    (put(['outputs', 1, 'message'], 'string'), r'outputs\[1\].message: .*joint_trajectory'),
    (put(['outputs'], GOOD['outputs'][:3]), 'outputs: expected an output for right_gripper'),
]


BAD_VELOCITIES = [
    (put(['action_space', 'scale'], ...), 'action_space.scale: expected a mapping'),
    (put(['action_space', 'scale', 'panda_joint3'], ...), 'scale.panda_joint3: .*no such key'),
    (put(['action_space', 'scale', 'panda_joint3'], 0), 'scale.panda_joint3: .*above 0, found 0'),
    (put(['action_space', 'scale', 'nose'], 1), 'scale.nose: expected one of the keys panda_j'),
    (put(['action_space', 'clip'], ...), 'action_space.clip: expected two numbers'),
    (put(['action_space', 'clip'], [1, -1]), 'action_space.clip: expected a lower limit below'),
    (put(['action_space', 'delta'], ['panda_joint1']), 'delta: expected some of .*robotiq'),
    (put(['outputs', 1, 'field'], 'velocity'), r'outputs\[1\].joints: .*told velocities \(panda'),
    (
        put(['outputs', 0, 'message'], 'joint_state'),
        r'outputs\[0\].field: expected one of the keys',
    ),
]


BAD_END_EFFECTORS = [
    (put(['state'], ...), 'state: expected a mapping, found no such key'),
    (put(['state', 'pose'], ...), 'state.pose: expected a text, found no such key'),
    (put(['state', 'joints', 0, 'sign'], 2), r'state.joints\[0\].sign: expected one of 1, -1'),
    (put(['state', 'joints', 1, 'name'], 'panda_finger_joint1'), r'state.joints\[1\].name: '),
    (put(['state', 'frame'], 'x'), 'state.frame: expected one of the keys pose, joints'),
    (put(['joints', 0], ...), r'joints: expected the axes x \[m\], .* then grippers only'),
    (put(['joints', 0, 'unit'], 'rad'), r'joints: expected the axes x \[m\], '),
    (put(['joints', 0, 'position'], [-1, 1]), r'joints\[0\].position: expected one of the keys'),
    (put(['joints', 0, 'sign'], -1), r'joints\[0\].sign: expected one of the keys'),
    (put(['joints', 6, 'position'], ...), r'joints\[6\].position: .*no such key'),
    (put(['action_space', 'scale', 'rx'], ...), 'action_space.scale.rx: .*no such key'),
    (put(['action_space', 'delta'], ['panda_finger_joint1']), 'delta: expected some of .*x, y, z'),
    (put(['outputs', 0, 'frame'], ...), r'outputs\[0\].frame: expected a text'),
    (put(['outputs', 1, 'frame'], 'x'), r'outputs\[1\].frame: expected one of the keys'),
    (put(['outputs', 0, 'joints'], ['y', 'x', *'z', 'rx', 'ry', 'rz']), 'expected twist_stamped'),
    (put(['outputs', 0, 'message'], 'float64_multi_array'), r'outputs\[0\].frame: expected one'),
]


@pytest.mark.parametrize(
    ('good', 'change', 'text'),
    [
        *((GOOD, *bad) for bad in BAD),
        *((GOOD_DROID, *bad) for bad in BAD_VELOCITIES),
        *((GOOD_LIBERO, *bad) for bad in BAD_END_EFFECTORS),
    ],
    ids=[text for _, text in BAD + BAD_VELOCITIES + BAD_END_EFFECTORS],
)
def test_mistakes_are_named(tmp_path, good, change, text):
    top = deepcopy(good)
    change(top)
    file = tmp_path / 'bad.yaml'
    file.write_text(yaml.safe_dump(top))
    with pytest.raises(InputError, match=text) as error:
        load_robot(file)
    assert str(file) in str(error.value)


@pytest.mark.parametrize(
    ('content', 'text'),
    [
        ('name: a\nname: b\n', "line 2: key 'name' stands twice"),
        ('name: [', 'not YAML'),
        ('- 1', 'top level: expected a mapping'),
        ('1: a', 'top level: expected a mapping with text keys'),
        ('', 'top level: expected a mapping'),
        ('? [a, b]\n: c', 'not YAML'),
        ('!!python/object:os.system {}', 'not YAML'),
    ],
)
def test_broken_files_are_named(tmp_path, content, text):
    file = tmp_path / 'broken.yaml'
    file.write_text(content)
    with pytest.raises(InputError, match=text) as error:
        load_robot(file)
    assert str(file) in str(error.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r'nowhere\.yaml: cannot be read'):
        load_robot(tmp_path / 'nowhere.yaml')
