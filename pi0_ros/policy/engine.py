# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Running the model, stage by stage, and timing each stage.

Takes observations and noise, gives actions and milliseconds. It does not know what a camera, a
joint or a sentence is. Every engine gives what :func:`pi0_ros.model.flow.sample_actions` gives:

- ``eager``: :mod:`pi0_ros.policy.pipeline` as it stands, one operation after the other;
- ``compiled``: the same with the layers compiled by ``torch.compile``, once for all lengths;
- ``cuda_graph``: the same recorded once and replayed (:mod:`pi0_ros.policy.cuda_graph`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
import time
from typing import Any, NamedTuple

import torch
from torch import Tensor

from pi0_ros.model.config import Pi0Config
from pi0_ros.model.flow import Velocity, denoise
from pi0_ros.model.pi0 import Pi0
from pi0_ros.policy.layout import lay_out
from pi0_ros.policy.pipeline import Feed, Pipeline
from pi0_ros.policy.preprocess import Encoded
from pi0_ros.types import InputError

AUTO = 'auto'


class Steer(NamedTuple):
    """
    What lets a chunk go on from another one (:mod:`pi0_ros.model.guidance`).

    :param change: the velocity to the one that is followed.
    :param differentiates: whether it takes the velocity's derivative.
    """

    change: Callable[[Velocity], Velocity]
    differentiates: bool = False


class Stopwatch:
    """
    Measure consecutive stages, waiting for the device at the end of each.

    :param device: where the work is done.
    """

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._last_s = time.perf_counter()
        self.milliseconds: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        """Call what has passed since the last lap by this name."""
        if self._device.type == 'cuda':
            torch.cuda.synchronize(self._device)
        now_s = time.perf_counter()
        self.milliseconds[stage] = (now_s - self._last_s) * 1e3
        self._last_s = now_s


class Engine:
    """
    ``eager``: nothing but PyTorch, and exactly what is real is computed.

    :param model: on its device. Only what is needed of it is kept (:class:`Pipeline`).
    :param num_steps: Euler steps from noise to actions.
    """

    grain = 1
    """The prefix's length is rounded up to a multiple of it."""

    def __init__(self, model: Pi0, num_steps: int) -> None:
        self.config = model.config
        self.device = next(model.parameters()).device
        self.pipeline = Pipeline(model, num_steps, self._wrap)

    @torch.no_grad()
    def sample(
        self,
        observations: Encoded,
        noise: Tensor,
        stopwatch: Stopwatch,
        steer: Steer | None = None,
    ) -> Tensor:
        """
        Read the prefix once, then denoise.

        :param observations: a batch of them, on the CPU: each field with a first axis B more.
        :param noise: standard normal, (B, H, A) float32, on the CPU.
        :param stopwatch: gets the laps upload, vision, prefix, denoise and download.
        :param steer: changes the velocity, so that the chunk goes on from another one.
        :return: actions, normalised and padded, (B, H, A) float32, on the CPU.
        """
        feed, padded = self._feed(observations, noise)
        actions = self._run(feed, padded, stopwatch, steer)
        stopwatch.lap('denoise')
        found = actions.cpu()
        stopwatch.lap('download')
        return found

    def warm_up(self, cameras: int, batch: int = 1, steer: Steer | None = None) -> None:
        """
        Do what the first chunk would have to wait for.

        :param cameras: real pictures of one observation.
        :param batch: B.
        :param steer: one as it will be used, if any.
        """
        for tokens in self._lengths(cameras):
            observations, noise = _example(self.config, cameras, batch, tokens)
            for way in (None, steer) if steer else (None,):
                self.sample(observations, noise, Stopwatch(self.device), way)

    def _lengths(self, _cameras: int) -> Iterable[int]:
        """Return numbers of tokens after which every other is prepared for."""
        return () if self.device.type == 'cpu' else (self.config.max_token_len,)

    @staticmethod
    def _wrap(call: Any) -> Any:
        """Return the function that calls a layer as this engine calls it."""
        return call

    def _feed(self, observations: Encoded, noise: Tensor) -> tuple[Feed, bool]:
        """Return what the pipeline needs, on the CPU, and whether there is padding in it."""
        seen, token_mask = observations.seen, observations.token_mask
        layout = lay_out(seen, token_mask, self.config.vision.num_patches, self.grain)
        pixels = observations.pixels.flatten(0, 1)[layout.pictures]
        tokens, state = observations.tokens, observations.state
        return Feed(pixels, tokens, layout.places, layout.counts, state, noise), layout.padded

    def _run(self, feed: Feed, padded: bool, stopwatch: Stopwatch, steer: Steer | None) -> Tensor:
        """Return the actions, on the device."""
        feed = Feed(*(tensor.to(self.device) for tensor in feed))
        stopwatch.lap('upload')
        features = self.pipeline.see(feed.pixels)
        stopwatch.lap('vision')
        context = self.pipeline.read(features, feed, padded=padded)
        stopwatch.lap('prefix')
        if steer is None:
            return self.pipeline.denoise(context, feed)
        velocity = self.pipeline.velocity(context, feed.state, apart=steer.differentiates)
        return denoise(steer.change(velocity), feed.noise, self.pipeline.num_steps)


class CompiledEngine(Engine):
    """
    ``compiled``: each kind of layer is compiled once, for any length of what goes through it.

    Where a steer takes the derivative of the velocity, denoising is ``eager``'s.

    :raises InputError: if nothing can be compiled for the device here.
    """

    def __init__(self, model: Pi0, num_steps: int) -> None:
        super().__init__(model, num_steps)
        _try_compiler(self.device)

    def _lengths(self, _cameras: int) -> Iterable[int]:
        longest = self.config.max_token_len
        return (longest, longest // 2)

    @staticmethod
    def _wrap(call: Any) -> Any:
        return torch.compile(call, dynamic=True)


ENGINES: dict[str, type[Engine]] = {'eager': Engine, 'compiled': CompiledEngine}


def make_engine(model: Pi0, num_steps: int, kind: str = AUTO) -> Engine:
    """
    Return an engine for a model.

    :param kind: one of :data:`ENGINES`, or ``auto`` for the fastest that needs no preparation
        worth mentioning on the model's device.
    :raises InputError: if there is none of that kind, or it can't run here.
    """
    device = next(model.parameters()).device
    if kind == AUTO:
        kind = 'cuda_graph' if device.type == 'cuda' else 'eager'
    if kind not in ENGINES:
        raise InputError(f'engine: expected one of {", ".join((AUTO, *ENGINES))}, found {kind!r}')
    return ENGINES[kind](model, num_steps)


def _try_compiler(device: torch.device) -> None:
    """
    Compile something small.

    :raises InputError: if it doesn't work.
    """
    try:
        torch.compile(torch.sin)(torch.zeros(2, device=device))
    except RuntimeError as error:  # what TorchDynamo raises of its own and from its backends
        reason = str(error).strip().partition('\n')[0]
        raise InputError(
            f'engine: compiled cannot be used here, torch.compile fails on {device}: {reason}; '
            'expected a C++ compiler for the CPU, or Triton for CUDA; eager needs neither'
        ) from error


def _example(config: Pi0Config, cameras: int, batch: int, tokens: int) -> tuple[Encoded, Tensor]:
    """Return observations and noise of a number of real tokens, all zero."""
    size = config.vision.image_size
    pixels = torch.zeros(batch, cameras, 3, size, size, dtype=torch.uint8)
    seen = torch.ones(batch, cameras, dtype=torch.bool)
    token_ids = torch.zeros(batch, config.max_token_len, dtype=torch.int64)
    token_mask = torch.arange(config.max_token_len).expand(token_ids.shape) < tokens
    state = torch.zeros(batch, config.action_dim)
    noise = torch.zeros(batch, config.horizon, config.action_dim)
    return Encoded(pixels, seen, token_ids, token_mask, state), noise
