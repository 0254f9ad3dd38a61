# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The policy: one Observation in, one Chunk out.

It joins the conversions of :mod:`pi0_ros.policy.preprocess` to the model. It reads no clock but
to time its stages, and knows no message.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike
import torch
from torch import Tensor

from pi0_ros.model.checkpoint import is_lerobot_folder, load_checkpoint, load_config
from pi0_ros.model.pi0 import Pi0
from pi0_ros.model.tokenizer import Tokenizer
from pi0_ros.policy.continuation import Rest
from pi0_ros.policy.dtype import choose_dtype
from pi0_ros.policy.engine import AUTO, make_engine
from pi0_ros.policy.lerobot import load_lerobot_stats
from pi0_ros.policy.preprocess import Encoded, Preprocessor
from pi0_ros.policy.quantization import NONE
from pi0_ros.policy.steering import Rtc, Steer, check_rtc, steer_to
from pi0_ros.policy.stopwatch import Stopwatch
from pi0_ros.robots.chunks import make_chunk, point_times_ns
from pi0_ros.robots.norm_stats import NormStats, load_norm_stats
from pi0_ros.robots.spec import Robot
from pi0_ros.types import Chunk, InputError, Observation, finite_array

NUM_STEPS = 10  # from noise to actions, unless the user chooses another


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
    :param rtc: how a chunk goes on from what is left of the last one.
    :param seed: of the noise; None takes a new one.
    :param engine: what runs the model, see :func:`pi0_ros.policy.engine.make_engine`.
    :param quantization: of its large matrices, see :mod:`pi0_ros.policy.quantization`.
    :raises InputError: if the robot, the statistics and the model don't fit together.
    """

    def __init__(
        self,
        robot: Robot,
        model: Pi0,
        tokenizer: Tokenizer,
        stats: NormStats,
        *,
        num_steps: int = NUM_STEPS,
        rtc: Rtc = 'none',
        seed: int | None = None,
        engine: str = AUTO,
        quantization: str = NONE,
    ) -> None:
        self._config = model.config
        if num_steps < 1:
            raise InputError(f'num_steps: expected at least 1, found {num_steps}')
        check_rtc(rtc, robot, self._config, quantization)
        self._rtc = rtc
        self._robot = robot
        self.preprocessor = Preprocessor(robot, model.config, tokenizer, stats)
        """Its conversions."""
        self._device = next(model.parameters()).device
        self._engine = make_engine(model, num_steps, engine, quantization)
        # On the CPU everywhere, so that a seed gives the same noise on every device.
        self._generator = torch.Generator()
        if seed is None:
            self._generator.seed()
        else:
            self._generator.manual_seed(seed)
        self._times_ns = point_times_ns(robot, self._config.horizon)

    @classmethod
    def load(
        cls,
        checkpoint: str | Path,
        robot: Robot,
        *,
        num_steps: int = NUM_STEPS,
        device: str = 'cpu',
        dtype: str = AUTO,
        rtc: Rtc = 'none',
        seed: int | None = None,
        engine: str = AUTO,
        quantization: str = NONE,
    ) -> Policy:
        """
        Load model, tokenizer and statistics from a checkpoint's folder, openpi's or LeRobot's.

        :param device: in PyTorch's words: cpu, cuda, cuda:1 ...
        :param dtype: of the bulk of the weights, see :func:`pi0_ros.policy.dtype.choose_dtype`.
        :param rtc: see :data:`Rtc`.
        :raises InputError: if something is missing, broken or doesn't fit the robot.
        """
        folder = Path(checkpoint)
        stats = load_stats(folder, robot)
        place = check_device(device)
        chosen = choose_dtype(dtype, place, load_config(folder))
        model, config = load_checkpoint(folder, dtype=chosen.dtype, device=place)
        tokenizer = Tokenizer.load(folder, config)
        return cls(
            robot, model, tokenizer, stats, num_steps=num_steps, rtc=rtc, seed=seed, engine=engine,
            quantization=quantization,
        )  # fmt: skip

    def reseed(self, seed: int) -> None:
        """Draw the noise anew from a seed."""
        self._generator.manual_seed(seed)

    @property
    def engine_name(self) -> str:
        """What runs the model."""
        return self._engine.name

    def warm_up(self) -> None:
        """Do what the first chunk would have to wait for."""
        shape = (1, self._config.horizon, self._config.action_dim)
        steer = None
        if self._rtc != 'none':
            steer = steer_to(self._rtc, self._config, torch.zeros(shape), 0, 0)
        self._engine.warm_up(len(self.preprocessor.cameras), steer=steer)

    def infer(
        self,
        observation: Observation,
        noise: ArrayLike | None = None,
        rest: Rest | None = None,
    ) -> Inference:
        """
        Compute the chunk that follows an observation.

        :param noise: what to start from, (K, A); drawn as the checkpoint wants it when None.
        :param rest: what the robot does meanwhile; not looked at unless there is ``rtc``.
        :raises InputError: if an image, the state or the noise can't be used, or the model gives
            a number that isn't finite.
        """
        stopwatch = Stopwatch(self._device)
        encoded = self.preprocessor.encode(observation, self._engine.fit)
        batch = Encoded(*(tensor[None] for tensor in encoded))
        start = self._make_noise(noise)
        steer = self._steer(rest, observation) if rest else None
        stopwatch.lap('preprocess')
        actions = self._engine.sample(batch, start, stopwatch, steer)  # (1, K, A)
        targets = self.preprocessor.decode_actions(actions[0], observation.state)
        chunk = make_chunk(
            self._robot, observation.stamp_ns, self._times_ns, targets, observation.state
        )
        stopwatch.lap('postprocess')
        return Inference(chunk, stopwatch.milliseconds)

    def _steer(self, rest: Rest, observation: Observation) -> Steer | None:
        """Return what lets the chunk go on from a rest, made relative to the new state."""
        if self._rtc == 'none':
            return None
        encoded = self.preprocessor.encode_actions(rest.targets, observation.state)
        return steer_to(self._rtc, self._config, encoded[None], rest.delay, rest.overlap)

    def _make_noise(self, noise: ArrayLike | None) -> Tensor:
        shape = (self._config.horizon, self._config.action_dim)
        if noise is None:
            drawn = torch.randn(1, *shape, generator=self._generator)
            return drawn * self._config.noise_scale
        given = finite_array(noise, shape, 'noise').astype(np.float32)
        return torch.from_numpy(given)[None]


def check_device(name: str) -> torch.device:
    """
    Return the device of a name.

    :raises InputError: if PyTorch can't use it here.
    """
    try:
        torch.empty(0, device=name)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).partition('\n')[0]
        raise InputError(f'device {name!r} cannot be used here: {reason}') from error
    return torch.device(name)


def load_stats(folder: Path, robot: Robot) -> NormStats:
    """
    Read the statistics of a checkpoint's folder, openpi's or LeRobot's.

    :raises InputError: if they are missing, broken, or not what the robot's description says.
    """
    if is_lerobot_folder(folder):
        return load_lerobot_stats(folder, robot)
    file = folder / 'assets' / robot.normalization.asset / 'norm_stats.json'
    if not file.is_file():
        assets = folder / 'assets'
        found = [str(f.parent.relative_to(assets)) for f in assets.rglob('norm_stats.json')]
        raise InputError(
            f'robot {robot.name}: normalization.asset: no such file {file}; assets of this '
            f'checkpoint: {", ".join(sorted(found)) or "none"}'
        )
    return load_norm_stats(file, robot.normalization.kind)
