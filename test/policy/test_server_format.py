# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The descriptions of servers: those of the package, and broken ones."""

from pathlib import Path

import pytest

from pi0_ros.policy.server_format import load_server_format
from pi0_ros.types import InputError

SERVERS = Path(__file__).parents[2] / 'config' / 'servers'
GOOD = """
layout: channels_last
images:
  base_0_rgb: {key: [image], missing: refuse}
state:
  - {key: [state], joints: [same, flipped, gripper]}
gripper: {map: linear, closed: 1.0, open: 0.0}
quantity: position
"""


def load(tmp_path, text):
    file = tmp_path / 'mine.yaml'
    file.write_text(text)
    return load_server_format(file)


@pytest.mark.parametrize(
    ('name', 'joints', 'images'), [('aloha', 14, 3), ('droid_joint_position', 8, 2)]
)
def test_the_packages_own(name, joints, images):
    form = load_server_format(SERVERS / f'{name}.yaml')
    assert form.name == name
    assert (len(form.joints), len(form.images)) == (joints, images)


def test_every_key_arrives(tmp_path):
    form = load(tmp_path, GOOD)
    assert form.layout == 'channels_last'
    assert form.images['base_0_rgb'].key == ('image',)
    assert form.joints == ('same', 'flipped', 'gripper')
    assert (form.gripper.map, form.gripper.closed, form.gripper.open) == ('linear', 1.0, 0.0)


@pytest.mark.parametrize(
    ('old', 'new', 'complaint'),
    [
        ('channels_last', 'hwc', 'layout: expected one of channels_first, channels_last'),
        ('base_0_rgb', 'cam_high', 'images.cam_high: expected one of'),
        ('missing: refuse', 'missing: mask', 'images.base_0_rgb.missing'),
        ('key: [image]', 'key: []', 'images.base_0_rgb.key: expected at least one name'),
        ('key: [image]', 'key: image', 'images.base_0_rgb.key'),
        ('  base_0_rgb: {key: [image], missing: refuse}', '  {}', 'images: expected at least'),
        ('same', 'sane', r'state\[0\].joints'),
        ('[same, flipped, gripper]', '3', r'state\[0\].joints'),
        ('same,', '{a: b},', r'state\[0\].joints'),
        ('open: 0.0', 'open: 1.0', 'gripper.open'),
        ('map: linear', 'map: square', 'gripper.map: expected one of linear, aloha_angular'),
        ('key: [image]', 'key: [state]', r"top level: .*not in the way of \['state'\]"),
        ('key: [image]', 'key: [state, image]', r'.*not in the way of .*found'),
        ('key: [state]', 'key: [prompt]', r".*not in the way of \['prompt'\]"),
        ('quantity: position', 'quantity: velocity', 'quantity: expected one of position'),
        ('quantity: position', '', 'quantity: .*no such key'),
        ('quantity', 'speed: 1\nquantity', 'speed: expected one of the keys'),
    ],
)
def test_a_broken_one_is_refused_naming_the_key(tmp_path, old, new, complaint):
    assert old in GOOD
    with pytest.raises(InputError, match=rf'mine.yaml: {complaint}'):
        load(tmp_path, GOOD.replace(old, new))
