# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Between what a robot sees and does, and what the model takes and gives.

One code for the robot at work and for the recordings that train it: joint convention, normalise,
prompt, pictures and padding, in openpi's order (src/openpi/policies/policy_config.py), and the
way back. Checkpoints of LeRobot keep LeRobot's ways (:data:`pi0_ros.model.config.Rules`). It
knows the model's sizes but runs no network.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple, Protocol, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
import torch
from torch import Tensor

from pi0_ros.model.config import Pi0Config, Rules
from pi0_ros.model.pi0 import Inputs
from pi0_ros.model.tokenizer import Tokenizer
from pi0_ros.policy.images import (
    Picture,
    check_image,
    resize_float_with_pad,
    resize_with_pad,
    to_unit_range,
)
from pi0_ros.robots.norm_stats import NormStats
from pi0_ros.robots.parts import Slot
from pi0_ros.robots.spec import Robot
from pi0_ros.robots.transforms import ModelSpace
from pi0_ros.types import InputError, Observation, finite_array

Array = NDArray[np.float64]


# A picture, the side of the square [pixel] and how far to turn it [deg], to (3, S, S).
Resize = Callable[[Picture, int, int], Tensor]

# How each kind of checkpoint saw its pictures. LeRobot 0.4 padded numbers in [0, 1] with -1.
_RESIZE: dict[Rules, tuple[Resize, torch.dtype]] = {
    'openpi': (resize_with_pad, torch.uint8),
    'lerobot': (resize_float_with_pad, torch.float32),
    'lerobot_0_4': (partial(resize_float_with_pad, padding=-1.0), torch.float32),
}


def pixel_dtype(rules: Rules) -> torch.dtype:
    """Return the dtype of encoded pictures."""
    return _RESIZE[rules][1]


class Fit(Protocol):
    """What has pictures resized somewhere."""

    def __call__(
        self, resize: Resize, image: NDArray[np.uint8], size: int, rotate_deg: int
    ) -> Tensor:
        """Return what resize gives, where it is wanted."""


def fit_here(resize: Resize, image: NDArray[np.uint8], size: int, rotate_deg: int) -> Tensor:
    """Return what resize gives, on the CPU."""
    return resize(image, size, rotate_deg)


class Encoded(NamedTuple):
    """
    An observation as the model takes it, on the CPU; stacked along a new first axis, a batch.

    :param pixels: of every camera in the model's order, (C, 3, S, S) uint8; by LeRobot's rules
        float32 in [0, 1]. They are where they were fitted.
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
        self.config = config
        self._space = ModelSpace(robot)
        self.stats = stats
        self._tokenizer = tokenizer
        self._cameras = order_cameras(robot, config)

    @property
    def cameras(self) -> tuple[str, ...]:
        """Names of the cameras, in the model's order."""
        return tuple(self._cameras.values())

    def encode(self, observation: Observation, fit: Fit = fit_here) -> Encoded:
        """
        Prepare an observation.

        :param fit: has the pictures resized.
        :raises InputError: if an image, the state or the sentence can't be used.
        """
        normalised = self.stats.state.normalize(self._model_state(observation.state))  # (J,)
        tokens, token_mask = self._tokenizer.tokenize_prompt(observation.prompt, normalised)
        pixels, seen = self._stack_images(observation.images, fit)
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
        shape = (self.config.horizon, len(self._robot.joints))
        checked = finite_array(targets, shape, 'joint targets', self._robot.joint_names)
        actions = self._space.encode_actions(checked, self._model_state(positions))
        return self._pad(self.stats.actions.normalize(actions))

    def decode_actions(self, actions: Tensor, positions: ArrayLike) -> Array:
        """
        Undo :meth:`encode_actions`.

        :param actions: what the model gave, (K, A).
        :param positions: measured at the chunk's start, (J,).
        :return: joint targets, (K, J), as :meth:`encode_actions` takes them.
        :raises InputError: if the model gave a number that isn't finite.
        """
        shape = (self.config.horizon, self.config.action_dim)
        normalised = finite_array(actions.cpu().numpy(), shape, 'output of the model')
        unnormalised = self.stats.actions.unnormalize(normalised)
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
        padded = np.zeros((*values.shape[:-1], self.config.action_dim), dtype=np.float32)
        padded[..., : values.shape[-1]] = values
        return torch.from_numpy(padded)

    def _stack_images(
        self, images: Mapping[str, NDArray[np.uint8]], fit: Fit
    ) -> tuple[Tensor, Tensor]:
        """Return all pictures, (C, 3, S, S), and which of them are real, (C,) bool."""
        size = self.config.vision.image_size
        resize, dtype = _RESIZE[self.config.rules]
        fitted = {}
        for name in self._cameras.values():
            camera = self._robot.cameras[name]
            if name in images:
                check_image(images[name], name)
                fitted[name] = fit(resize, images[name], size, camera.rotate_deg)
            elif camera.missing == 'refuse':
                raise InputError(f'camera {name}: no picture, and the robot says to refuse then')
        if not fitted:
            raise InputError(f'no picture of any camera ({", ".join(self._cameras.values())})')
        device = next(iter(fitted.values())).device
        black = torch.zeros(3, size, size, dtype=dtype, device=device)
        stacked = torch.stack([fitted.get(name, black) for name in self._cameras.values()])
        return stacked, torch.tensor([name in fitted for name in self._cameras.values()])


def order_cameras(robot: Robot, config: Pi0Config) -> dict[Slot, str]:
    """
    Return the robot's cameras by their slots, in the model's order.

    Slots that no camera fills are left out: nothing attends to a masked picture, and positions
    don't count it, so the chunk is the same and the time is saved.

    :raises InputError: naming the picture or the camera that the other side does not know. A
        checkpoint with names of its own takes a camera of that name or in the slot of that name;
        openpi's slots may stay empty.
    """
    if not config.cameras:
        by_slot = {camera.slot: name for name, camera in robot.cameras.items()}
        return {slot: by_slot[slot] for slot in get_args(Slot) if slot in by_slot}
    here = ', '.join(f'{name} ({camera.slot})' for name, camera in robot.cameras.items())
    ordered: dict[Slot, str] = {}
    for names in config.cameras:
        found = {
            camera.slot: name
            for name, camera in robot.cameras.items()
            if name in names or camera.slot in names
        }
        twice = len(found) > 1 or found.keys() & ordered.keys()
        if twice or (not found and not set(names) & set(get_args(Slot))):
            raise InputError(
                f'robot {robot.name}: cameras: the checkpoint was trained with a picture '
                f'{" or ".join(names)}; expected one camera for it alone, of that name or slot, '
                f'found {", ".join(found.values()) or "none"} among {here}'
            )
        ordered |= found
    for name, camera in robot.cameras.items():
        if camera.slot not in ordered:
            there = ', '.join(names[0] for names in config.cameras)
            raise InputError(
                f'robot {robot.name}: cameras.{name}: the checkpoint was trained without it, '
                f'its pictures are {there}'
            )
    return ordered


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
