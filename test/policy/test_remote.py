# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The policy on a server: what is sent, what becomes of the answer, what is refused."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from policy_server import PolicyServer, packed
import pytest

from pi0_ros.policy.images import resize_with_pad
from pi0_ros.policy.remote import RemotePolicy
from pi0_ros.policy.server_format import load_server_format
from pi0_ros.policy.server_link import ServerLink
from pi0_ros.robots.spec import load_robot
from pi0_ros.robots.transforms import ModelSpace
from pi0_ros.types import InputError

CONFIG = Path(__file__).parents[2] / 'config'
ALOHA = load_server_format(CONFIG / 'servers' / 'aloha.yaml')
DROID = load_server_format(CONFIG / 'servers' / 'droid_joint_position.yaml')
FLIPS = np.array([1, -1, -1, 1, 1, 1, 1] * 2)
GRIPPERS = [6, 13]


ROBOTS = [load_robot(file) for file in sorted((CONFIG / 'robots').glob('*.yaml'))]
ADAPTED = [one for one in ROBOTS if [joint.sign for joint in one.joints] == FLIPS.tolist()]


@pytest.fixture
def transfer_cube():
    """A robot whose model sees flipped joints and angular grippers."""
    return next(one for one in ADAPTED if one.name == 'aloha_sim_transfer_cube')


@pytest.fixture
def link():
    link = ServerLink('127.0.0.1:1', 30.0)
    yield link
    link.close()


@pytest.fixture
def ask(robot, observation):
    """Return a function that infers on the observation with a server that answers so."""
    opened = []

    def infer(answer):
        server = PolicyServer(answer)
        opened.append(server.die)
        link = ServerLink(server.address, 30.0)
        opened.append(link.close)
        return RemotePolicy(robot, ALOHA, link).infer(observation), server

    yield infer
    for close in reversed(opened):
        close()


def droid_like(robot):
    """Seven joints and a gripper of the simulated robot, which DROID's adapter would take."""
    joints = [*robot.joints[:6], robot.joints[7], robot.joints[6]]
    cameras = dict(
        zip(
            robot.cameras,
            (
                replace(camera, slot=slot)
                for camera, slot in zip(
                    robot.cameras.values(), ('base_0_rgb', 'left_wrist_0_rgb'), strict=True
                )
            ),
            strict=True,
        )
    )
    grippers = {'left_gripper': robot.grippers['left_gripper']}
    return replace(robot, joints=tuple(joints), cameras=cameras, grippers=grippers)


def test_aloha_question(robot, observation, link):
    question = RemotePolicy(robot, ALOHA, link).encode(observation)
    assert set(question) == {'state', 'images', 'prompt'}
    assert question['prompt'] == 'pick up the red cube'
    assert set(question['images']) == {'cam_high', 'cam_right_wrist'}
    picture = question['images']['cam_high']
    assert (picture.shape, picture.dtype) == ((3, 224, 224), np.uint8)
    np.testing.assert_array_equal(picture, resize_with_pad(observation.images['cam_high'], 224))
    state = question['state']
    arms = np.delete(np.arange(14), GRIPPERS)
    np.testing.assert_array_equal(state[arms], observation.state[arms])
    closed, opened = 0.01844, 0.058
    finger_m = observation.state[GRIPPERS]
    np.testing.assert_allclose(state[GRIPPERS], (finger_m - closed) / (opened - closed))


def test_droid_question(robot, observation, link):
    robot = droid_like(robot)
    observation = replace(observation, state=np.array([*observation.state[:7], 0.01844]))
    question = RemotePolicy(robot, DROID, link).encode(observation)
    assert set(question) == {
        'observation/exterior_image_1_left',
        'observation/wrist_image_left',
        'observation/joint_position',
        'observation/gripper_position',
        'prompt',
    }
    assert question['observation/wrist_image_left'].shape == (224, 224, 3)
    assert question['observation/joint_position'].tolist() == observation.state[:7].tolist()
    assert question['observation/gripper_position'].tolist() == [1.0]  # closed, for DROID


def test_pictures_are_turned_here(robot, observation, link):
    cameras = {n: replace(camera, rotate_deg=180) for n, camera in robot.cameras.items()}
    plain, turned = (
        RemotePolicy(one, ALOHA, link).encode(observation)['images']['cam_high']
        for one in (robot, replace(robot, cameras=cameras))
    )
    np.testing.assert_array_equal(turned, plain[:, ::-1, ::-1])


@pytest.mark.parametrize('adapted', ADAPTED, ids=lambda robot: robot.name)
def test_the_servers_model_sees_and_moves_what_ours_would(adapted, robot, observation, link):
    """What openpi's adapter (adapt_to_pi) makes of a question, and the way back of its answer."""
    space = ModelSpace(adapted)
    policy = RemotePolicy(replace(adapted, cameras=robot.cameras), ALOHA, link)
    sent = policy.encode(observation)['state']
    state = FLIPS * sent
    finger_m = sent[GRIPPERS] * (0.058 - 0.01844) + 0.01844
    sine = (0.022**2 + finger_m**2 - 0.036**2) / (2 * 0.022 * finger_m)
    state[GRIPPERS] = (np.arcsin(np.clip(sine, -1, 1)) - 0.5476) / (1.6296 - 0.5476)
    np.testing.assert_allclose(state, space.encode_state(observation.state), atol=1e-12)

    actions = np.random.default_rng(4).uniform(-0.5, 0.5, (50, 14))
    answer = FLIPS * actions
    answer[:, GRIPPERS] = (actions[:, GRIPPERS] + 0.5476 + 0.6213) / (1.4910 + 0.6213)
    # The server makes actions absolute: as if they were relative to nothing.
    np.testing.assert_allclose(
        policy.decode({'actions': answer}), space.decode_actions(actions, np.zeros(14)), atol=1e-12
    )


def test_droid_gripper_closes_at_one(robot, link):
    targets = RemotePolicy(droid_like(robot), DROID, link).decode(
        {'actions': np.array([[0.1] * 7 + [1.0], [0.2] * 7 + [0.0]])}
    )
    np.testing.assert_allclose(targets, [[0.1] * 7 + [0.01844], [0.2] * 7 + [0.058]])


def test_an_answer_becomes_a_chunk(ask, robot, observation):
    def stay(question):
        return packed(actions=np.tile(question['state'], (25, 1)).astype(np.float32))

    inference, server = ask(stay)
    chunk = inference.chunk
    assert chunk.stamp_ns == observation.stamp_ns
    assert chunk.names == robot.joint_names
    assert chunk.times_ns.tolist() == [20_000_000 * k for k in range(25)]
    np.testing.assert_allclose(chunk.positions, np.tile(observation.state, (25, 1)), atol=1e-6)
    assert list(inference.milliseconds) == ['preprocess', 'server', 'postprocess']
    assert server.questions[0]['images']['cam_high'].shape == (3, 224, 224)


@pytest.mark.parametrize(
    ('answer', 'complaint'),
    [
        ({'state': np.zeros(14)}, 'missing; the answer has state'),
        ({'actions': np.zeros((50, 32))}, r'expected shape \(K, 14\), found \(50, 32\)'),
        ({'actions': np.zeros(14)}, r'expected shape \(K, 14\), found \(14,\)'),
        ({'actions': np.zeros((0, 14))}, r'expected shape \(K, 14\), found \(0, 14\)'),
        ({'actions': [[0.0] * 14]}, 'expected an array of numbers'),
        ({'actions': np.zeros((50, 14), bool)}, 'expected an array of numbers'),
        ({'actions': np.full((50, 14), np.nan)}, r'\(left_waist\) is not finite'),
    ],
)
def test_a_wrong_answer_is_refused_naming_what_is_wrong(ask, answer, complaint):
    with pytest.raises(InputError, match=rf'openpi server ws://127.*: actions.*{complaint}'):
        ask(lambda _question: packed(**answer))


def test_a_picture_that_robot_or_server_needs(robot, observation, link):
    masks = {n: replace(camera, missing='mask') for n, camera in robot.cameras.items()}
    policy = RemotePolicy(replace(robot, cameras=masks), ALOHA, link)
    high, wrist = observation.images
    only = {name: replace(observation, images={name: observation.images[name]}) for name in masks}
    assert set(policy.encode(only[high])['images']) == {'cam_high'}
    with pytest.raises(InputError, match='camera cam_high: no picture'):
        policy.encode(only[wrist])
    with pytest.raises(InputError, match='camera cam_right_wrist: no picture'):
        RemotePolicy(robot, ALOHA, link).encode(only[high])


def changed(robot, index, **values):
    joints = list(robot.joints)
    joints[index] = replace(joints[index], **values)
    return replace(robot, joints=tuple(joints))


def test_robots_that_a_server_does_not_fit_are_refused(robot, transfer_cube, link):
    _, last = robot.cameras
    for misfit, form, complaint in (
        (robot, DROID, 'the robot has 14 joints, the server 8'),
        (
            load_robot(CONFIG / 'robots' / 'droid.yaml'),
            DROID,
            'the robot is told velocity, the server gives position',
        ),
        (changed(robot, 0, offset=0.1), ALOHA, 'left_waist: the server knows no offset'),
        (changed(robot, 0, sign=-1), ALOHA, 'left_waist has sign -1, for the server it is same'),
        (changed(transfer_cube, 1, sign=1), ALOHA, 'left_shoulder has sign 1'),
        (
            replace(robot, grippers={'left_gripper': robot.grippers['left_gripper']}),
            ALOHA,
            'right_gripper is no gripper, for the server it is one',
        ),
        (
            replace(
                droid_like(robot),
                grippers={'left_gripper': transfer_cube.grippers['left_gripper']},
            ),
            DROID,
            'left_gripper has the map aloha_angular, for the server it is linear',
        ),
        (
            replace(droid_like(robot), cameras=robot.cameras),
            DROID,
            'camera cam_right_wrist: the server has no place for right_wrist_0_rgb',
        ),
        (
            replace(robot, cameras={last: robot.cameras[last]}),
            ALOHA,
            'no camera is base_0_rgb, which the server needs',
        ),
    ):
        with pytest.raises(InputError, match=complaint):
            RemotePolicy(misfit, form, link)
