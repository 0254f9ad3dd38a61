# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Between what a robot sees and does, and what the model takes and gives.

One code for the robot at work and for the recordings that train it: joint convention, normalise,
prompt, pictures and padding, in openpi's order (src/openpi/policies/policy_config.py), and the
way back. It knows the model's sizes but runs no network.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
import torch
from torch import Tensor

from pi0_ros.model.config import Pi0Config
from pi0_ros.model.pi0 import Inputs
from pi0_ros.model.tokenizer import Tokenizer
from pi0_ros.policy.images import check_image, resize_with_pad, to_unit_range
from pi0_ros.robots.norm_stats import NormStats
from pi0_ros.robots.parts import Slot
from pi0_ros.robots.spec import Robot
from pi0_ros.robots.transforms import ModelSpace
from pi0_ros.types import InputError, Observation, finite_array

Array = NDArray[np.float64]


class Encoded(NamedTuple):
    """
    An observation as the model takes it, on the CPU; stacked along a new first axis, a batch.

    :param pixels: of every camera in the order of the slots, (C, 3, S, S) uint8.
    :param seen: which pictures are real, (C,) bool.
    :param tokens: (L,) int64.
    :param token_mask: (L,) bool, False for padding.
    :param state: normalised, padded with zeros, (A,) float32.
    """

    pixels: Tensor
    seen: Tensor
    tokens: Tensor
    token_mask: Tensor
    state: Tensor


class Preprocessor:
    """
    All conversions of one robot for one model.

    :param tokenizer: the model's.
    :param stats: of the data that the model was or is to be trained on.
    :raises InputError: if the robot, the statistics and the model don't fit together.
    """

    def __init__(
        self, robot: Robot, config: Pi0Config, tokenizer: Tokenizer, stats: NormStats
    ) -> None:
        _check_fit(robot, config, stats)
        self._robot = robot
        self._config = config
        self._space = ModelSpace(robot)
        self._stats = stats
        self._tokenizer = tokenizer
        # Slots that no camera fills are left out: nothing attends to a masked picture, and
        # positions don't count it, so the chunk is the same and the time is saved.
        by_slot = {camera.slot: name for name, camera in robot.cameras.items()}
        self._cameras = {slot: by_slot[slot] for slot in get_args(Slot) if slot in by_slot}

    @property
    def cameras(self) -> tuple[str, ...]:
        """Names of the cameras, in the order of the slots."""
        return tuple(self._cameras.values())

    def encode(self, observation: Observation) -> Encoded:
        """
        Prepare an observation.

        :raises InputError: if an image, the state or the sentence can't be used.
        """
        normalised = self._stats.state.normalize(self._model_state(observation.state))  # (J,)
        tokens, token_mask = self._tokenizer.tokenize_prompt(observation.prompt, normalised)
        pixels, seen = self._stack_images(observation.images)
        return Encoded(
            pixels, seen, torch.from_numpy(tokens), torch.from_numpy(token_mask),
            self._pad(normalised),
        )  # fmt: skip

    def encode_actions(self, targets: ArrayLike, positions: ArrayLike) -> Tensor:
        """
        Prepare the joint targets that followed an observation: what the model is trained to give.

        :param targets: (K, J) [rad], [m], or [rad/s], [m/s] of joints that are told velocities.
        :param positions: measured at the chunk's start, (J,).
        :return: normalised, padded with zeros, (K, A) float32.
        :raises InputError: if a number is not finite or the shape is another one.
        """
        shape = (self._config.horizon, len(self._robot.joints))
        checked = finite_array(targets, shape, 'joint targets', self._robot.joint_names)
        actions = self._space.encode_actions(checked, self._model_state(positions))
        return self._pad(self._stats.actions.normalize(actions))

    def decode_actions(self, actions: Tensor, positions: ArrayLike) -> Array:
        """
        Undo :meth:`encode_actions`.

        :param actions: what the model gave, (K, A).
        :param positions: measured at the chunk's start, (J,).
        :return: joint targets, (K, J), as :meth:`encode_actions` takes them.
        :raises InputError: if the model gave a number that isn't finite.
        """
        shape = (self._config.horizon, self._config.action_dim)
        normalised = finite_array(actions.cpu().numpy(), shape, 'output of the model')
        unnormalised = self._stats.actions.unnormalize(normalised)
        state = self._model_state(positions)
        # openpi unnormalises the state too, which gives back this one.
        return self._space.decode_actions(unnormalised[:, : len(self._robot.joints)], state)

    def to_inputs(self, batch: Encoded, device: torch.device) -> Inputs:
        """
        Bring stacked observations to the model's device.

        :param batch: every field with a first axis B more.
        """
        # Bytes travel to the device: a quarter of what floats would be.
        images = to_unit_range(batch.pixels.to(device))  # (B, C, 3, S, S)
        seen = batch.seen.to(device)
        return Inputs(
            images={slot: images[:, i] for i, slot in enumerate(self._cameras)},
            image_masks={slot: seen[:, i] for i, slot in enumerate(self._cameras)},
            tokens=batch.tokens.to(device),
            token_mask=batch.token_mask.to(device),
            state=batch.state.to(device),
        )

    def _model_state(self, positions: ArrayLike) -> Array:
        names = self._robot.state_names
        return self._space.encode_state(
            finite_array(positions, (len(names),), 'observed state', names)
        )

    def _pad(self, values: Array) -> Tensor:
        """Return (..., J) as (..., A) float32."""
        padded = np.zeros((*values.shape[:-1], self._config.action_dim), dtype=np.float32)
        padded[..., : values.shape[-1]] = values
        return torch.from_numpy(padded)

    def _stack_images(self, images: Mapping[str, NDArray[np.uint8]]) -> tuple[Tensor, Tensor]:
        """Return all pictures, (C, 3, S, S) uint8, and which of them are real, (C,) bool."""
        size = self._config.vision.image_size
        stacked = torch.zeros((len(self._cameras), 3, size, size), dtype=torch.uint8)
        for i, name in enumerate(self._cameras.values()):
            camera = self._robot.cameras[name]
            if name in images:
                check_image(images[name], name)
                stacked[i] = resize_with_pad(images[name], size, camera.rotate_deg)
            elif camera.missing == 'refuse':
                raise InputError(f'camera {name}: no picture, and the robot says to refuse then')
        seen = torch.tensor([name in images for name in self._cameras.values()])
        if not seen.any():
            raise InputError(f'no picture of any camera ({", ".join(self._cameras.values())})')
        return stacked, seen


def _check_fit(robot: Robot, config: Pi0Config, stats: NormStats) -> None:
    what = 'joints' if robot.state is None else 'numbers'
    for name, scaling, size in (
        ('state', stats.state, len(robot.state_names)),
        ('actions', stats.actions, len(robot.joints)),
    ):
        if size > config.action_dim:
            raise InputError(
                f'robot {robot.name}: {size} {what}, but the model has only '
                f'{config.action_dim} action dimensions'
            )
        if scaling.size < size:
            raise InputError(
                f'robot {robot.name}: {size} {what}, but the statistics {name} of asset '
                f'{robot.normalization.asset} have {scaling.size} numbers'
            )
