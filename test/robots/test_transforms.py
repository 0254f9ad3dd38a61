# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Transforms: equal to openpi's, and each undone by its inverse."""

from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
from numpy.testing import assert_allclose
import pytest
from safetensors.numpy import load_file

from pi0_ros.robots import transforms as tf
from pi0_ros.robots.norm_stats import Quantile, ZScore
from pi0_ros.robots.parts import Gripper, GripperMap
from pi0_ros.robots.spec import load_robot

ROOT = Path(__file__).parents[2]
VECTORS = load_file(ROOT / 'test' / 'reference' / 'prep' / 'transforms.safetensors')


@pytest.fixture
def aloha():
    """ALOHA as openpi sees it: grippers come as 0 .. 1."""
    robot = load_robot(ROOT / 'config' / 'robots' / 'aloha_sim_transfer_cube.yaml')
    gripper = Gripper('aloha_angular', closed=0.0, open=1.0)
    return replace(robot, grippers=dict.fromkeys(robot.grippers, gripper))


@pytest.fixture
def aloha_delta(aloha):
    arms = tuple(name for name in aloha.joint_names if name not in aloha.grippers)
    return replace(aloha, action_space=replace(aloha.action_space, delta=arms))


@pytest.mark.parametrize(
    ('function', 'key'),
    [
        (tf.aloha_state, 'to_angular'),
        (tf.aloha_command, 'from_angular_inv'),
        (tf.aloha_command_inverse, 'from_angular'),
    ],
)
def test_gripper_maps_equal_openpi(function, key):
    x = VECTORS['aloha.gripper.x']
    assert_allclose(function(x), VECTORS[f'aloha.gripper.{key}'], rtol=0, atol=1e-14)


@pytest.mark.parametrize(
    ('forward', 'inverse'),
    [
        (tf.aloha_state, tf.aloha_state_inverse),
        (tf.aloha_command, tf.aloha_command_inverse),
        (tf.aloha_finger_command, tf.aloha_finger_command_inverse),
        (lambda x: tf.to_unit(x, 0.01844, 0.058), lambda y: tf.to_unit_inverse(y, 0.01844, 0.058)),
        (lambda x: tf.to_unit(x, 1.0, 0.0), lambda y: tf.to_unit_inverse(y, 1.0, 0.0)),
        (lambda x: tf.sign_offset(x, -1, 0.3), lambda y: tf.sign_offset_inverse(y, -1, 0.3)),
    ],
)
def test_inverse_undoes(forward, inverse):
    x = np.linspace(0.0, 1.0, 21)
    assert_allclose(inverse(forward(x)), x, atol=1e-12)


def test_to_unit_keeps_the_gripper_polarity():
    assert tf.to_unit(np.array([0.01844, 0.058]), 0.01844, 0.058).tolist() == [0.0, 1.0]


def test_delta_equals_openpi():
    actions, state = VECTORS['delta.in.actions'], VECTORS['delta.in.state'][:14]
    mask = VECTORS['delta.mask']
    assert_allclose(tf.to_delta(actions, state, mask), VECTORS['delta.out.actions'], atol=1e-14)
    undone = tf.to_delta_inverse(actions, state, mask)
    assert_allclose(undone, VECTORS['absolute.out.actions'], atol=1e-14)


def test_aloha_state_and_actions_equal_openpi(aloha):
    space = tf.ModelSpace(aloha)
    state = space.encode_state(VECTORS['aloha.in.state'])
    assert_allclose(state, VECTORS['aloha.out.state'], atol=1e-14)
    actions = space.encode_actions(VECTORS['aloha.in.actions'], state)
    assert_allclose(actions, VECTORS['aloha.out.actions'], atol=1e-14)
    targets = space.decode_actions(VECTORS['aloha.model_actions'][:, :14], state)
    assert_allclose(targets, VECTORS['aloha.policy_actions'], atol=1e-14)


@pytest.mark.parametrize(
    ('kind', 'scaling', 'keys'),
    [('zscore', ZScore, ('mean', 'std')), ('quantile', Quantile, ('q01', 'q99'))],
)
def test_the_whole_chain_equals_openpi(aloha_delta, kind, scaling, keys):
    stats = {
        name: scaling(*(VECTORS[f'chain.stats.{name}.{key}'] for key in keys))
        for name in ('state', 'actions')
    }
    space = tf.ModelSpace(aloha_delta)
    state = space.encode_state(VECTORS['chain.in.state'])
    normalised = np.pad(stats['state'].normalize(state), (0, 18))
    assert_allclose(normalised, VECTORS[f'chain.{kind}.model_state'], rtol=1e-6, atol=1e-6)

    actions = space.encode_actions(VECTORS['chain.in.actions'], state)
    normalised = np.pad(stats['actions'].normalize(actions), ((0, 0), (0, 18)))
    assert_allclose(normalised, VECTORS[f'chain.{kind}.model_actions'], atol=1e-12)

    output = stats['actions'].unnormalize(VECTORS['chain.model_output_actions'])
    targets = space.decode_actions(output[:, :14], state)
    assert_allclose(targets, VECTORS[f'chain.{kind}.policy_actions'], atol=1e-6)


def finger_m(horn_rad):
    """Where the finger of a ViperX gripper is, as the law of cosines says it."""
    arm, horn = 0.036, 0.022
    return horn * np.sin(horn_rad) + np.sqrt(arm**2 - (horn * np.cos(horn_rad)) ** 2)


def real_finger_m(command):
    """Where the finger goes that ALOHA commands, 0 closed .. 1 open, by its motor's angle."""
    horn_rad = command * (1.4910 + 0.6213) - 0.6213  # PUPPET_GRIPPER_JOINT_UNNORMALIZE_FN
    return finger_m(np.clip(horn_rad, -np.pi / 2, np.pi / 2))


@pytest.mark.parametrize(
    ('kind', 'scaling', 'keys'),
    [('zscore', ZScore, ('mean', 'std')), ('quantile', Quantile, ('q01', 'q99'))],
)
def test_the_real_aloha_equals_openpi(kind, scaling, keys):
    """From the real robot's own numbers, in metres, as its file describes it."""
    robot = load_robot(ROOT / 'config' / 'robots' / 'aloha.yaml')
    stats = {
        name: scaling(*(VECTORS[f'chain.stats.{name}.{key}'] for key in keys))
        for name in ('state', 'actions')
    }
    grippers = [6, 13]
    space = tf.ModelSpace(robot)

    measured = VECTORS['chain.in.state'].copy()
    # PUPPET_GRIPPER_POSITION_UNNORMALIZE_FN
    measured[grippers] = measured[grippers] * (0.05800 - 0.01844) + 0.01844
    state = space.encode_state(measured)
    normalised = np.pad(stats['state'].normalize(state), (0, 18))
    assert_allclose(normalised, VECTORS[f'chain.{kind}.model_state'], rtol=1e-6, atol=1e-6)

    targets = VECTORS['chain.in.actions'].copy()
    told = (targets[:, grippers] > 0) & (targets[:, grippers] < 1)  # where a finger can be
    targets[:, grippers] = real_finger_m(targets[:, grippers])
    actions = space.encode_actions(targets, state)
    normalised = np.pad(stats['actions'].normalize(actions), ((0, 0), (0, 18)))
    expected = VECTORS[f'chain.{kind}.model_actions']
    assert_allclose(normalised[:, grippers][told], expected[:, grippers][told], atol=1e-12)
    arms = [i for i in range(32) if i not in grippers]
    assert_allclose(normalised[:, arms], expected[:, arms], atol=1e-12)

    output = stats['actions'].unnormalize(VECTORS['chain.model_output_actions'])
    commands = space.decode_actions(output[:, :14], state)
    expected = VECTORS[f'chain.{kind}.policy_actions'].copy()
    expected[:, grippers] = real_finger_m(expected[:, grippers])
    assert_allclose(commands, expected, atol=1e-6)


def test_droid_equals_openpi():
    robot = load_robot(ROOT / 'config' / 'robots' / 'droid.yaml')
    space = tf.ModelSpace(robot)
    arm = VECTORS['droid.in.observation/joint_position']
    closedness = VECTORS['droid.in.observation/gripper_position']  # 0 open .. 1 closed
    measured = np.append(arm, closedness * 0.8)
    state = space.encode_state(measured)
    assert_allclose(state, VECTORS['droid.out.state'], atol=1e-12)

    actions = VECTORS['droid.policy_actions']
    targets = space.decode_actions(actions, state)
    # What openpi's client makes of them (examples/droid/main.py), and DROID of that: 0.2 rad in
    # a step of 1/15 s (droid/robot_ik/robot_ik_solver.py).
    told = np.clip(np.hstack([actions[:, :7], actions[:, 7:] > 0.5]), -1, 1)
    assert_allclose(targets[:, :7], told[:, :7] * 0.2 * 15, atol=1e-12)
    assert_allclose(targets[:, 7], told[:, 7] * 0.8, atol=1e-12)
    assert np.abs(actions[:, :7]).max() > 1, 'nothing was there to clip'
    assert set(told[:, 7]) == {0.0, 1.0}


def test_libero_equals_openpi():
    robot = load_robot(ROOT / 'config' / 'robots' / 'libero.yaml')
    space = tf.ModelSpace(robot)
    # robosuite's second finger counts down, the real hand's up.
    raw = VECTORS['libero.in.observation/state']
    state = space.encode_state(np.append(raw[:7], -raw[7]))
    assert_allclose(state, VECTORS['libero.out.state'], atol=1e-12)

    actions = VECTORS['libero.policy_actions']
    targets = space.decode_actions(actions, state)
    # robosuite's OSC_POSE: 0.05 m and 0.5 rad a step, for what lies within -1 .. 1; LIBERO: 20 Hz.
    step = np.clip(actions[:, :6], -1, 1) * [0.05, 0.05, 0.05, 0.5, 0.5, 0.5]
    assert_allclose(targets[:, :6], step * 20, atol=1e-12)
    assert_allclose(targets[:, 6], np.where(actions[:, 6] > 0, 0.0, 0.04), atol=1e-12)
    assert np.abs(actions[:, :6]).max() > 1, 'nothing was there to clip'


def test_an_older_libero_is_relative_to_the_pose():
    robot = load_robot(ROOT / 'config' / 'robots' / 'libero.yaml')
    axes = ('x', 'y', 'z', 'rx', 'ry', 'rz')
    space = tf.ModelSpace(replace(robot, action_space=replace(robot.action_space, delta=axes)))
    plain = tf.ModelSpace(robot)
    state = np.array([0.1, -0.2, 0.3, 0.4, -0.1, 0.2, 0.04, -0.04])
    actions = np.random.default_rng(0).uniform(-0.5, 0.5, (5, 7))
    absolute = actions.copy()
    absolute[:, :6] += state[:6]
    targets = space.decode_actions(actions, state)
    assert_allclose(targets, plain.decode_actions(absolute, state), atol=1e-12)
    assert_allclose(space.encode_actions(targets, state)[:, :6], actions[:, :6], atol=1e-12)


def test_every_gripper_map_has_its_transform():
    assert set(tf.GRIPPER_TRANSFORMS) == set(get_args(GripperMap))


def test_only_the_named_joints_are_relative(aloha_delta):
    space = tf.ModelSpace(aloha_delta)
    state = np.arange(14.0)
    at_rest = space.decode_actions(np.zeros((2, 14)), state)
    sign = np.array([joint.sign for joint in aloha_delta.joints])
    arms = [i for i in range(14) if i not in (6, 13)]
    assert_allclose(at_rest[:, arms], np.tile((sign * state)[arms], (2, 1)))
    assert_allclose(at_rest[:, [6, 13]], tf.aloha_command_inverse(np.zeros((2, 2))))
