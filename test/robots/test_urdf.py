# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Limits from a URDF: read, chosen stricter, and every mistake named."""

from copy import deepcopy
from dataclasses import replace
import math
from pathlib import Path
import shutil

import numpy as np
from numpy.testing import assert_allclose
import pytest
import yaml

from pi0_ros.execution.limits import JointLimits
from pi0_ros.robots.spec import load_robot
from pi0_ros.robots.transforms import ModelSpace
from pi0_ros.robots.urdf import Urdf
from pi0_ros.types import InputError

URDF = Path(__file__).parent / 'arm.urdf'
TEMPLATE = Path(__file__).parents[2] / 'config' / 'robots' / 'template.yaml'
ARM = ('shoulder', 'elbow', 'wrist')
# What the URDF says, in its own words: lower, upper, velocity.
SAID = {
    'shoulder': ('rad', -1.5, 1.25, 2.0),
    'elbow': ('rad', -2.25, 2.5, 3.0),  # the narrower of limit and soft limit, at each end
    'wrist': ('rad', -math.inf, math.inf, 4.0),
    'finger': ('m', 0.0, 0.04, 0.2),  # without a lower limit
}


@pytest.mark.parametrize('name', SAID)
def test_limits_are_read(name):
    limits = Urdf(URDF).limits(name)
    assert (limits.unit, limits.lower, limits.upper, limits.velocity) == SAID[name]


def test_a_continuous_joint_may_have_soft_limits_and_no_others(tmp_path):
    file = tmp_path / 'wrist.urdf'
    file.write_text(
        '<robot name="a"><joint name="wrist" type="continuous"><safety_controller k_velocity="1" '
        'soft_lower_limit="-2" soft_upper_limit="3"/></joint></robot>'
    )
    limits = Urdf(file).limits('wrist')
    assert (limits.lower, limits.upper, limits.velocity) == (-2, 3, math.inf)


def test_a_joint_it_does_not_have_has_no_limits():
    assert Urdf(URDF).limits('nose') is None


SHOULDER = '<limit lower="-1.5" upper="1.25" velocity="2.0" effort="30"/>'


@pytest.mark.parametrize(
    ('old', 'new', 'joint', 'text'),
    [
        ('</robot>', '', None, 'not XML: no element found'),
        ('<robot name="arm">', '<!DOCTYPE robot []><robot name="arm">', None, 'a document type'),
        ('robot', 'sdf', None, 'expected a URDF, whose top is <robot>, found <sdf>'),
        (
            '<link name="base"/>',
            '<xacro:arm xmlns:xacro="http://www.ros.org/wiki/xacro"/>',
            None,
            'found xacro in it',
        ),
        ('<joint name="wrist"', '<joint', None, 'a joint has no name'),
        ('name="wrist"', 'name="elbow"', None, "joint 'elbow' stands more than once"),
        ('', '', 'other_finger', "it mimics 'finger', which is to be commanded instead"),
        ('', '', 'camera_mount', "type revolute, continuous, prismatic, found 'fixed'"),
        (' type="revolute"', '', 'shoulder', 'type revolute, .* found None'),
        (SHOULDER, '', 'shoulder', 'a revolute joint needs a limit, found none'),
        (
            ' velocity="2.0"',
            '',
            'shoulder',
            'limit velocity: expected a finite number, found none',
        ),
        ('velocity="2.0"', 'velocity="0"', 'shoulder', 'velocity: expected above 0, found 0.0'),
        ('velocity="2.0"', 'velocity="inf"', 'shoulder', "finite number, found 'inf'"),
        ('upper="1.25"', 'upper="90°"', 'shoulder', "limit upper: .* number, found '90°'"),
        ('upper="1.25"', 'upper="-1.5"', 'shoulder', 'below the upper one, found -1.5 and -1.5'),
        (
            'lower="-1.5" upper="1.25" ',
            '',
            'shoulder',
            r'found 0.0 and 0.0 \(a limit that is left out is 0\)',
        ),
        (
            'soft_lower_limit="-2.25"',
            'soft_lower_limit="x"',
            'elbow',
            'soft_lower_limit: expected',
        ),
        ('soft_lower_limit="-2.25"', 'soft_lower_limit="2.5"', 'elbow', 'found 2.5 and 2.5'),
    ],
)
def test_mistakes_of_a_urdf_are_named(tmp_path, old, new, joint, text):
    file = tmp_path / 'bad.urdf'
    good = URDF.read_text()
    assert old in good
    file.write_text(good.replace(old, new))
    with pytest.raises(InputError, match=text) as error:
        Urdf(file).limits(joint)
    assert str(file) in str(error.value)
    assert joint is None or f'joint {joint!r}' in str(error.value)


def test_entities_are_not_expanded(tmp_path):
    file = tmp_path / 'bomb.urdf'
    file.write_text('<!DOCTYPE r [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><robot>&b;</robot>')
    with pytest.raises(InputError, match='without a document type'):
        Urdf(file)


@pytest.mark.parametrize('content', [None, b'<robot name="\xff"/>'])
def test_a_file_that_cannot_be_read_is_named(tmp_path, content):
    file = tmp_path / 'gone.urdf'
    if content:
        file.write_bytes(content)
    with pytest.raises(InputError, match=r'gone\.urdf: cannot be read'):
        Urdf(file)


def description():
    """Return the template's robot with the URDF's joints, which take their limits from it."""
    top = yaml.safe_load(TEMPLATE.read_text())
    top['urdf'] = URDF.name
    top['joints'] = [{'name': n, 'unit': SAID[n][0], 'acceleration': 8.0} for n in SAID]
    top['grippers'] = {'finger': {'map': 'linear', 'closed': 0.0, 'open': 0.04}}
    top['action_space']['delta'] = ['shoulder']
    top['outputs'][0]['joints'] = list(ARM)
    top['outputs'][1]['joints'] = ['finger']
    return top


def load(folder, top):
    shutil.copy(URDF, folder)
    file = folder / 'arm.yaml'
    file.write_text(yaml.safe_dump(top))
    return load_robot(file)


def test_a_description_takes_its_limits_from_the_urdf(tmp_path):
    robot = load(tmp_path, description())
    limits = JointLimits.of(robot)
    assert limits.names == tuple(SAID)
    for array, column in ((limits.lower, 1), (limits.upper, 2), (limits.velocity, 3)):
        assert array.tolist() == [said[column] for said in SAID.values()]
    assert limits.jerk.tolist() == [math.inf] * 4


def test_it_may_lie_anywhere(tmp_path):
    top = {**description(), 'urdf': str(URDF)}
    assert load(tmp_path, top) == load(tmp_path, description())


def test_it_is_the_same_robot_as_with_limits_of_its_own(tmp_path):
    top = description()
    del top['urdf']
    top['joints'] = [joint for joint in top['joints'] if joint['name'] != 'wrist']
    for joint in top['joints']:
        _, lower, upper, velocity = SAID[joint['name']]
        joint.update(position=[lower, upper], velocity=velocity)
    top['outputs'][0]['joints'] = ['shoulder', 'elbow']
    own = load(tmp_path, top)
    both = load(tmp_path, {**top, 'urdf': URDF.name})
    for joint in top['joints']:
        del joint['position'], joint['velocity']
    assert own == both == load(tmp_path, {**top, 'urdf': URDF.name})


def test_a_description_may_be_stricter(tmp_path):
    top = description()
    top['joints'][0].update(position=[-1.5, 1.0], velocity=0.5)
    top['joints'][2].update(position=[-3.0, 3.0], jerk=50.0)
    robot = load(tmp_path, top)
    assert robot.position_limits[:, 0].tolist() == [-1.5, 1.0]
    assert robot.position_limits[:, 2].tolist() == [-3.0, 3.0]
    assert robot.velocity_limits.tolist() == [0.5, 3.0, 4.0, 0.2]
    assert robot.jerk_limits.tolist() == [math.inf, math.inf, 50.0, math.inf]


def test_sign_and_offset_leave_the_limits_alone(tmp_path):
    top = description()
    top['joints'][0].update(sign=-1, offset=0.25)
    turned, plain = load(tmp_path, top), load(tmp_path, description())
    assert replace(turned.joints[0], sign=1, offset=0.0) == plain.joints[0]
    space = ModelSpace(turned)
    lower = np.array([turned.position_limits[0, 0], 0.0, 0.0, 0.0])
    state = space.encode_state(lower)
    assert state[0] == 1.75
    actions = space.encode_actions(lower[None], state)
    assert_allclose(space.decode_actions(actions, state)[0], lower, atol=1e-12)


def test_a_joint_that_the_urdf_does_not_have_says_all_itself(tmp_path):
    top = description()
    top['joints'][1].update(name='other_elbow', position=[-1, 1], velocity=1.0)
    top['outputs'][0]['joints'][1] = 'other_elbow'
    assert load(tmp_path, top).velocity_limits[1] == 1.0


@pytest.mark.parametrize(
    ('joint', 'change', 'text'),
    [
        (
            0,
            {'position': [-1.6, 1.0]},
            r"position: .* \[-1.5, 1.25\] of .*arm.urdf: joint 'shoulder', found \[-1.6",
        ),
        (
            0,
            {'position': [-1.0, 1.3]},
            r"within \[-1.5, 1.25\] of .*'shoulder', found \[-1.0, 1.3",
        ),
        (0, {'velocity': 2.5}, r"velocity: .* at most 2.0 of .*joint 'shoulder', found 2.5"),
        (0, {'position': None}, r'joints\[0\].position: expected two numbers .* found nothing'),
        (0, {'unit': 'm'}, r"joints\[0\].unit: expected rad, as .*joint 'shoulder', found 'm'"),
        (0, {'name': 'nose'}, r'name: expected a joint of .*arm.urdf, or its position and vel'),
        (0, {'name': 'nose', 'velocity': 1.0}, r"name: expected a joint of .*, found 'nose'"),
        (3, {'name': 'other_finger'}, "joint 'other_finger': it mimics 'finger'"),
        (0, {'jerk': 0}, r'joints\[0\].jerk: expected a number above 0, found 0'),
        (0, {'jerk': math.inf}, r'joints\[0\].jerk: expected a finite number, found inf'),
    ],
)
def test_what_does_not_go_together_is_named(tmp_path, joint, change, text):
    top = deepcopy(description())
    top['joints'][joint].update(change)
    with pytest.raises(InputError, match=text):
        load(tmp_path, top)


def test_a_joint_without_a_highest_speed_is_named(tmp_path):
    top = description()
    top['urdf'] = 'free.urdf'
    free = URDF.read_text().replace('<limit velocity="4.0" effort="5"/>', '')
    (tmp_path / 'free.urdf').write_text(free)
    with pytest.raises(InputError, match=r"joints\[2\].velocity: .*, as .*joint 'wrist' has none"):
        load(tmp_path, top)
    top['joints'][2]['velocity'] = 1.0
    assert load(tmp_path, top).velocity_limits[2] == 1.0


def test_a_missing_urdf_is_named_with_its_place(tmp_path):
    top = {**description(), 'urdf': 'urdf/nowhere.urdf'}
    with pytest.raises(InputError, match=rf'{tmp_path}/urdf/nowhere\.urdf: cannot be read'):
        load(tmp_path, top)
