# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The policy: one Observation in, one Chunk out.

It joins the robot's transforms and statistics to the model, in openpi's order
(src/openpi/policies/policy_config.py): joint convention, normalise, prompt and padding, model,
unnormalise, absolute actions, joint convention back. It reads no clock but to time its stages,
and knows no message.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
import torch
from torch import Tensor

from pi0_ros.model.checkpoint import load_checkpoint
from pi0_ros.model.config import Pi0Config
from pi0_ros.model.pi0 import Inputs, Pi0
from pi0_ros.model.tokenizer import Tokenizer
from pi0_ros.policy.engine import EagerEngine, Stopwatch
from pi0_ros.policy.images import check_image, resize_with_pad, to_unit_range
from pi0_ros.robots.norm_stats import NormStats, load_norm_stats
from pi0_ros.robots.spec import Robot, Slot
from pi0_ros.robots.transforms import ModelSpace
from pi0_ros.types import NS_PER_S, Chunk, InputError, Observation, finite_array


@dataclass(frozen=True)
class Inference:
    """
    A chunk and what it cost.

    :param chunk: the joint targets.
    :param milliseconds: by stage, in order; the stages don't overlap [ms].
    """

    chunk: Chunk
    milliseconds: Mapping[str, float]


class Policy:
    """
    A model that drives a robot.

    :param robot: whose joints, cameras and statistics they are.
    :param model: on the device where it is to run.
    :param tokenizer: the model's.
    :param stats: of the data that the model was trained on.
    :param num_steps: Euler steps from noise to actions.
    :param seed: of the noise; None takes a new one.
    :raises InputError: if the robot, the statistics and the model don't fit together.
    """

    def __init__(
        self,
        robot: Robot,
        model: Pi0,
        tokenizer: Tokenizer,
        stats: NormStats,
        *,
        num_steps: int = 10,
        seed: int | None = None,
    ) -> None:
        self._config = model.config
        _check_fit(robot, self._config, stats, num_steps)
        self._robot = robot
        self._space = ModelSpace(robot)
        self._stats = stats
        self._tokenizer = tokenizer
        self._device = next(model.parameters()).device
        self._engine = EagerEngine(model, num_steps)
        # On the CPU everywhere, so that a seed gives the same noise on every device.
        self._generator = torch.Generator()
        if seed is None:
            self._generator.seed()
        else:
            self._generator.manual_seed(seed)
        # Slots that no camera fills are left out: nothing attends to a masked picture, and
        # positions don't count it, so the chunk is the same and the time is saved.
        by_slot = {camera.slot: name for name, camera in robot.cameras.items()}
        self._cameras = {slot: by_slot[slot] for slot in get_args(Slot) if slot in by_slot}
        points = np.arange(self._config.horizon)
        self._times_ns = np.rint(points * (NS_PER_S / robot.rate_hz)).astype(np.int64)

    @classmethod
    def load(
        cls,
        checkpoint: str | Path,
        robot: Robot,
        *,
        num_steps: int = 10,
        device: str = 'cpu',
        seed: int | None = None,
    ) -> Policy:
        """
        Load model, tokenizer and statistics from a checkpoint's folder.

        :param device: in PyTorch's words: cpu, cuda, cuda:1 ...
        :raises InputError: if something is missing, broken or doesn't fit the robot.
        """
        folder = Path(checkpoint)
        stats = _load_stats(folder, robot)
        model, config = load_checkpoint(folder, device=_check_device(device))
        tokenizer = Tokenizer.load(folder, config)
        return cls(robot, model, tokenizer, stats, num_steps=num_steps, seed=seed)

    def infer(self, observation: Observation, noise: ArrayLike | None = None) -> Inference:
        """
        Compute the chunk that follows an observation.

        :param noise: what to start from, (K, A) standard normal; drawn when None.
        :raises InputError: if an image, the state or the noise can't be used, or the model gives
            a number that isn't finite.
        """
        stopwatch = Stopwatch(self._device)
        state = self._encode_state(observation)
        inputs = self._make_inputs(observation, state)
        start = self._make_noise(noise)
        stopwatch.lap('preprocess')
        actions = self._engine.sample(inputs, start, stopwatch)  # (1, K, A)
        chunk = self._make_chunk(observation.stamp_ns, actions[0], state)
        stopwatch.lap('postprocess')
        return Inference(chunk, stopwatch.milliseconds)

    def _encode_state(self, observation: Observation) -> NDArray[np.float64]:
        names = self._robot.joint_names
        positions = finite_array(observation.state, (len(names),), 'observed state', names)
        return self._space.encode_state(positions)  # (J,)

    def _make_inputs(self, observation: Observation, state: NDArray[np.float64]) -> Inputs:
        normalised = self._stats.state.normalize(state)  # (J,)
        tokens, token_mask = self._tokenizer.tokenize_prompt(observation.prompt, normalised)
        padded = np.zeros((1, self._config.action_dim), dtype=np.float32)
        padded[0, : normalised.size] = normalised
        pixels, seen = self._stack_images(observation.images)
        return Inputs(
            images={slot: pixels[i : i + 1] for i, slot in enumerate(self._cameras)},
            image_masks={slot: seen[i : i + 1] for i, slot in enumerate(self._cameras)},
            tokens=self._on_device(torch.from_numpy(tokens)[None]),
            token_mask=self._on_device(torch.from_numpy(token_mask)[None]),
            state=self._on_device(torch.from_numpy(padded)),
        )

    def _stack_images(self, images: Mapping[str, NDArray[np.uint8]]) -> tuple[Tensor, Tensor]:
        """Return all pictures, (C, 3, S, S) float32, and which of them are real, (C,) bool."""
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
        # Bytes travel to the device: a quarter of what floats would be.
        return to_unit_range(self._on_device(stacked)), self._on_device(seen)

    def _make_noise(self, noise: ArrayLike | None) -> Tensor:
        shape = (self._config.horizon, self._config.action_dim)
        if noise is None:
            return self._on_device(torch.randn(1, *shape, generator=self._generator))
        given = finite_array(noise, shape, 'noise').astype(np.float32)
        return self._on_device(torch.from_numpy(given)[None])

    def _make_chunk(self, stamp_ns: int, actions: Tensor, state: NDArray[np.float64]) -> Chunk:
        shape = (self._config.horizon, self._config.action_dim)
        normalised = finite_array(actions.cpu().numpy(), shape, 'output of the model')
        unnormalised = self._stats.actions.unnormalize(normalised)
        # openpi unnormalises the state too, which gives back this one.
        targets = self._space.decode_actions(unnormalised[:, : state.size], state)  # (K, J)
        return Chunk(stamp_ns, self._robot.joint_names, self._times_ns, targets)

    def _on_device(self, tensor: Tensor) -> Tensor:
        return tensor.to(self._device)


def _check_fit(robot: Robot, config: Pi0Config, stats: NormStats, num_steps: int) -> None:
    joints = len(robot.joints)
    if joints > config.action_dim:
        raise InputError(
            f'robot {robot.name}: {joints} joints, but the model has only '
            f'{config.action_dim} action dimensions'
        )
    for name, scaling in (('state', stats.state), ('actions', stats.actions)):
        if scaling.size < joints:
            raise InputError(
                f'robot {robot.name}: {joints} joints, but the statistics {name} of asset '
                f'{robot.normalization.asset} have {scaling.size} numbers'
            )
    if num_steps < 1:
        raise InputError(f'num_steps: expected at least 1, found {num_steps}')


def _check_device(name: str) -> str:
    try:
        torch.empty(0, device=name)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).partition('\n')[0]
        raise InputError(f'device {name!r} cannot be used here: {reason}') from error
    return name


def _load_stats(folder: Path, robot: Robot) -> NormStats:
    file = folder / 'assets' / robot.normalization.asset / 'norm_stats.json'
    if not file.is_file():
        assets = folder / 'assets'
        found = [str(f.parent.relative_to(assets)) for f in assets.rglob('norm_stats.json')]
        raise InputError(
            f'robot {robot.name}: normalization.asset: no such file {file}; assets of this '
            f'checkpoint: {", ".join(sorted(found)) or "none"}'
        )
    return load_norm_stats(file, robot.normalization.kind)
