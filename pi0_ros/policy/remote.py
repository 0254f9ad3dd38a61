# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The policy on another machine: one Observation out to an openpi server, one Chunk back.

It takes the place of :class:`pi0_ros.policy.policy.Policy`. The server's adapter knows its robot:
it turns signs, maps grippers, normalises, and makes actions absolute again. So joints travel as
the robot has them, and only grippers change their scale (doc/remote.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
import torch

from pi0_ros.policy.continuation import Rest
from pi0_ros.policy.images import check_image, resize_with_pad
from pi0_ros.policy.policy import Inference
from pi0_ros.policy.server_format import PROMPT, Key, ServerFormat
from pi0_ros.policy.server_link import ServerLink
from pi0_ros.policy.stopwatch import Stopwatch
from pi0_ros.robots.chunks import make_chunk, point_times_ns
from pi0_ros.robots.spec import Robot
from pi0_ros.robots.transforms import ModelSpace, to_unit, to_unit_inverse
from pi0_ros.types import InputError, Observation, finite_array

IMAGE_SIZE = 224  # of every published model [pixel]; another server would only scale once more


class RemotePolicy:
    """
    A server that drives a robot.

    :param robot: whose joints and cameras they are.
    :param form: what the server takes and gives.
    :param link: to the server; closed by whoever made it.
    :raises InputError: if the robot and the server's form don't fit together.
    """

    def __init__(self, robot: Robot, form: ServerFormat, link: ServerLink) -> None:
        _check_joints(robot, form)
        _check_grippers(robot, form)
        _check_cameras(robot, form)
        self._robot = robot
        self._form = form
        self._link = link
        self._grippers = [robot.joint_names.index(name) for name in robot.grippers]
        grippers = robot.grippers.values()
        self._closed = np.array([gripper.closed for gripper in grippers])
        self._open = np.array([gripper.open for gripper in grippers])
        self._space = ModelSpace(robot)
        self._server_space = ModelSpace(_as_the_server_sees(robot, form))

    def infer(self, observation: Observation, *, rest: Rest | None = None) -> Inference:  # noqa: ARG002
        """
        Ask for the chunk that follows an observation; takes no longer than the link's deadline.

        :param rest: of no use: openpi's servers can't go on from one.
        :raises InputError: if an image is missing or can't be used, or the server is away, late,
            or answers what is no chunk for this robot.
        """
        stopwatch = Stopwatch(torch.device('cpu'))
        question = self.encode(observation)
        stopwatch.lap('preprocess')
        answer = self._link.ask(question)
        stopwatch.lap('server')
        targets = self.decode(answer)
        times_ns = point_times_ns(self._robot, len(targets))
        chunk = make_chunk(self._robot, observation.stamp_ns, times_ns, targets, observation.state)
        stopwatch.lap('postprocess')
        return Inference(chunk, stopwatch.milliseconds)

    def encode(self, observation: Observation) -> dict[str, Any]:
        """
        Write an observation as the server's adapter reads it.

        :raises InputError: if an image is missing or can't be used, or the state.
        """
        question: dict[str, Any] = {}
        _put(question, PROMPT, observation.prompt)
        for name, camera in self._robot.cameras.items():
            image = self._form.images[camera.slot]
            if name in observation.images:
                picture = self._picture(name, observation.images[name])
                _put(question, image.key, picture)
            elif 'refuse' in {camera.missing, image.missing}:
                raise InputError(
                    f'camera {name}: no picture, and the robot or the server needs it'
                )
        rest = self._state(observation)
        for state in self._form.states:
            _put(question, state.key, rest[: len(state.joints)])
            rest = rest[len(state.joints) :]
        return question

    def decode(self, answer: Mapping[str, Any]) -> NDArray[np.float64]:
        """
        Read the joint targets of an answer.

        :return: (K, J) [rad], [m].
        :raises InputError: if they are missing, of another shape, or not finite.
        """
        names = self._robot.joint_names
        where = f'{self._link.name}: actions'
        actions = answer.get('actions')
        if actions is None:
            raise InputError(f'{where}: missing; the answer has {", ".join(map(str, answer))}')
        if not isinstance(actions, np.ndarray) or actions.dtype.kind not in 'fiu':
            raise InputError(f'{where}: expected an array of numbers, found {actions!r:.80}')
        if actions.ndim != 2 or actions.shape[1] != len(names) or not len(actions):
            raise InputError(f'{where}: expected shape (K, {len(names)}), found {actions.shape}')
        checked = finite_array(actions, actions.shape, where, names)
        # By way of what the model gave: a gripper may be commanded on another scale than measured.
        nothing = np.zeros(len(names))  # actions are absolute, as if relative to it
        given = self._server_space.encode_actions(checked, nothing)
        return self._space.decode_actions(given, nothing)

    def _state(self, observation: Observation) -> NDArray[np.float64]:
        names = self._robot.joint_names
        state = np.array(finite_array(observation.state, (len(names),), 'observed state', names))
        unit = to_unit(state[self._grippers], self._closed, self._open)
        gripper = self._form.gripper
        state[self._grippers] = to_unit_inverse(unit, gripper.closed, gripper.open)
        return state

    def _picture(self, name: str, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return a picture turned, fitted and with its axes as the server has them."""
        check_image(image, name)
        fitted = resize_with_pad(image, IMAGE_SIZE, self._robot.cameras[name].rotate_deg).numpy()
        return fitted if self._form.layout == 'channels_first' else fitted.transpose(1, 2, 0)


def _put(tree: dict[str, Any], key: Key, value: Any) -> None:
    for name in key[:-1]:
        tree = tree.setdefault(name, {})
    tree[key[-1]] = value


def _as_the_server_sees(robot: Robot, form: ServerFormat) -> Robot:
    """Return the robot with the server's grippers."""
    # A linear gripper is the same number for the model as for the robot: openpi's adapt_to_pi,
    # which makes angles of it, is then off.
    grippers = {
        name: replace(
            gripper,
            map='linear' if gripper.map == 'linear' else form.gripper.map,
            closed=form.gripper.closed,
            open=form.gripper.open,
        )
        for name, gripper in robot.grippers.items()
    }
    return replace(robot, grippers=grippers)


def _check_joints(robot: Robot, form: ServerFormat) -> None:
    """Compare joint by joint: a robot of another shape would move, and wrongly."""
    where = f'robot {robot.name}, server format {form.name}'
    quantity = robot.action_space.quantity
    if quantity != 'position':
        raise InputError(f'{where}: the robot is told {quantity}, the server gives position')
    if len(robot.joints) != len(form.joints):
        raise InputError(
            f'{where}: the robot has {len(robot.joints)} joints, the server {len(form.joints)}'
        )
    # A robot without any sign is in the convention of its own recordings; so is then the model,
    # and the server is run without openpi's adapt_to_pi.
    has_signs = any(joint.sign == -1 for joint in robot.joints)
    for joint, role in zip(robot.joints, form.joints, strict=True):
        if (joint.name in robot.grippers) != (role == 'gripper'):
            is_one, other = ('a', 'none') if joint.name in robot.grippers else ('no', 'one')
            raise InputError(
                f'{where}: {joint.name} is {is_one} gripper, for the server it is {other}'
            )
        if joint.offset:
            raise InputError(f'{where}: {joint.name}: the server knows no offset ({joint.offset})')
        if has_signs and (joint.sign == -1) != (role == 'flipped'):
            raise InputError(
                f'{where}: {joint.name} has sign {joint.sign}, for the server it is {role}'
            )


def _check_grippers(robot: Robot, form: ServerFormat) -> None:
    for name, gripper in robot.grippers.items():
        if gripper.map != 'linear' and form.gripper.map == 'linear':
            raise InputError(
                f'robot {robot.name}, server format {form.name}: {name} has the map '
                f'{gripper.map}, for the server it is linear'
            )


def _check_cameras(robot: Robot, form: ServerFormat) -> None:
    where = f'robot {robot.name}, server format {form.name}'
    for name, camera in robot.cameras.items():
        if camera.slot not in form.images:
            raise InputError(
                f'{where}: camera {name}: the server has no place for {camera.slot}, '
                f'only for {", ".join(form.images)}'
            )
    seen = {camera.slot for camera in robot.cameras.values()}
    for slot, image in form.images.items():
        if image.missing == 'refuse' and slot not in seen:
            raise InputError(f'{where}: no camera is {slot}, which the server needs')
