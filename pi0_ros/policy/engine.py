# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Running the model, stage by stage, and timing each stage.

Takes observations and noise, gives actions and milliseconds. It does not know what a camera, a
joint or a sentence is. Every engine gives what :func:`pi0_ros.model.flow.sample_actions` gives:

- ``eager``: :mod:`pi0_ros.policy.pipeline` as it stands, one operation after the other;
- ``compiled``: the same with the layers compiled by ``torch.compile``, once for all lengths;
- ``cuda_graph``: the same recorded once and replayed (:mod:`pi0_ros.policy.cuda_graph`);
- ``cuda_graph_triton``: the same with the expert's layers in kernels of its own
  (:mod:`pi0_ros.policy.kernels`).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import numpy as np
from numpy.typing import NDArray
import torch
from torch import Tensor

from pi0_ros.model.config import Pi0Config
from pi0_ros.model.pi0 import Pi0
from pi0_ros.policy.fused_layers import Matrix
from pi0_ros.policy.layout import lay_out
from pi0_ros.policy.pipeline import Feed, MakeLayer, Pipeline, Wrap
from pi0_ros.policy.preprocess import Encoded, Resize, fit_here, pixel_dtype
from pi0_ros.policy.quantization import NONE, quantize
from pi0_ros.policy.steering import Steer
from pi0_ros.policy.stopwatch import Stopwatch
from pi0_ros.types import InputError

ENGINES = ('eager', 'compiled', 'cuda_graph', 'cuda_graph_triton')
AUTO = 'auto'


class Engine:
    """
    ``eager``: nothing but PyTorch, and exactly what is real is computed.

    :param model: on its device. Only what is needed of it is kept (:class:`Pipeline`).
    :param num_steps: Euler steps from noise to actions.
    :param quantization: one of :data:`pi0_ros.policy.quantization.QUANTIZATIONS`.
    :raises InputError: if that can't be had here.
    """

    grain = 1
    """The prefix's length is rounded up to a multiple of it."""

    packs = True
    """Whether matrices may be packed, as only :class:`Matrix` knows them."""

    def __init__(self, model: Pi0, num_steps: int, *, quantization: str = NONE) -> None:
        self.config = model.config
        self.device = next(model.parameters()).device
        self.name = 'eager'
        self.pipeline = Pipeline(model, num_steps, self._wrap(), self._expert())
        quantize(self.pipeline, quantization)

    def fit(self, resize: Resize, image: NDArray[np.uint8], size: int, rotate_deg: int) -> Tensor:
        """Have a picture resized, on the CPU; see :class:`pi0_ros.policy.preprocess.Fit`."""
        return fit_here(resize, image, size, rotate_deg)

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

        :param observations: a batch of them, on the CPU: each field with a first axis B more;
            pictures may be where :meth:`fit` leaves them.
        :param noise: standard normal, (B, H, A) float32, on the CPU.
        :param stopwatch: gets the laps upload, vision, prefix, denoise and download, and
            the steps of denoising.
        :param steer: changes the velocity, so that the chunk goes on from another one; its
            tensors are on the CPU.
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
        # Not before: until then the model may be there, with views of the matrices.
        for module in self.pipeline.modules() if self.packs else ():
            if isinstance(module, Matrix):
                module.pack()
        if self.device.type == 'cuda':
            torch.cuda.empty_cache()  # PyTorch keeps the places where the parts of matrices were
        for pictures, tokens in self._rehearsal(cameras):
            observations, noise = _example(self.config, pictures, batch, tokens)
            for way in (None, steer) if steer else (None,):
                self.sample(observations, noise, Stopwatch(self.device), way)

    def _rehearsal(self, cameras: int) -> Iterable[tuple[int, int]]:
        """Return numbers of pictures and of tokens after which all others are prepared for."""
        return () if self.device.type == 'cpu' else ((cameras, self.config.max_token_len),)

    def _wrap(self) -> Wrap:
        """Return what makes of a function that calls a layer what this engine calls."""
        return lambda call: call

    def _expert(self) -> MakeLayer | None:
        """Return what makes the expert's layers, if they are others than the prefix's."""
        return None

    def _feed(self, observations: Encoded, noise: Tensor) -> tuple[Feed, bool]:
        """Return what the pipeline needs, and whether there is padding in it."""
        seen, token_mask = observations.seen, observations.token_mask
        layout = lay_out(seen, token_mask, self.config.vision.num_patches, self.grain)
        pictures = observations.pixels.flatten(0, 1)
        pixels = torch.stack([pictures[i] for i in layout.pictures.tolist()])
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
        if steer:
            tensors = tuple(tensor.to(self.device) for tensor in steer.tensors)
            steer = steer._replace(tensors=tensors)
        x_t = feed.noise
        for step in range(self.pipeline.num_steps):
            x_t = self.pipeline.follow(context, feed, x_t, step, steer)
            stopwatch.step()
        return x_t


class CompiledEngine(Engine):
    """
    ``compiled``: each kind of layer is compiled once, for any length of what goes through it.

    Where a steer takes the derivative of the velocity, denoising is ``eager``'s.

    :raises InputError: if nothing can be compiled for the device here.
    """

    packs = False

    def _rehearsal(self, cameras: int) -> Iterable[tuple[int, int]]:
        # What is 1 is compiled for 1, and all else once.
        return ((pictures, self.config.max_token_len) for pictures in {1, cameras})

    def _wrap(self) -> Wrap:
        fault = compiler_fault(self.device)
        if fault:
            raise InputError(
                f'engine: compiled: torch.compile fails on {self.device}: {fault}; expected a C++ '
                'compiler for the CPU, or Triton for CUDA; eager needs neither'
            )
        self.name = 'compiled'
        return partial(torch.compile, dynamic=True)


def make_engine(model: Pi0, num_steps: int, kind: str = AUTO, quantization: str = NONE) -> Engine:
    """
    Return an engine for a model.

    :param kind: one of :data:`ENGINES`; ``auto`` is ``cuda_graph`` on CUDA, ``eager`` elsewhere.
    :param quantization: see :class:`Engine`.
    :raises InputError: if there is none of that kind, or it can't run here.
    """
    # It builds on this module.
    from pi0_ros.policy.cuda_graph import GraphEngine, TritonEngine  # noqa: PLC0415

    classes: tuple[type[Engine], ...] = (Engine, CompiledEngine, GraphEngine, TritonEngine)
    kinds = dict(zip(ENGINES, classes, strict=True))
    if kind == AUTO:
        kind = 'cuda_graph' if next(model.parameters()).is_cuda else 'eager'
    if kind not in kinds:
        raise InputError(f'engine: expected one of {", ".join((AUTO, *ENGINES))}, found {kind!r}')
    return kinds[kind](model, num_steps, quantization=quantization)


def compiler_fault(device: torch.device) -> str:
    """Return why nothing can be compiled for a device here; empty if it can."""
    try:
        torch.compile(lambda x: x.sin())(torch.zeros(2, device=device))
    except RuntimeError as error:  # what TorchDynamo raises of its own and from its backends
        return str(error).strip().partition('\n')[0]
    return ''


def _example(config: Pi0Config, cameras: int, batch: int, tokens: int) -> tuple[Encoded, Tensor]:
    """Return observations and noise of a number of real tokens, all zero."""
    size = config.vision.image_size
    pixels = torch.zeros(batch, cameras, 3, size, size, dtype=pixel_dtype(config.rules))
    seen = torch.ones(batch, cameras, dtype=torch.bool)
    token_ids = torch.zeros(batch, config.max_token_len, dtype=torch.int64)
    token_mask = torch.arange(config.max_token_len).expand(token_ids.shape) < tokens
    state = torch.zeros(batch, config.action_dim)
    noise = torch.zeros(batch, config.horizon, config.action_dim)
    return Encoded(pixels, seen, token_ids, token_mask, state), noise
