# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
``cuda_graph``: what the GPU does for a chunk is recorded once and then replayed.

A recording holds addresses, not values: inputs are copied to where it expects them, results lie
where it left them. It is good for one *signature*, the shapes of what goes in; rounding up the
prefix's length keeps them few, and ``warm_up`` records them before they are needed.

What is recorded are the stages vision, prefix and denoise, one after the other. A steer that
takes no derivative has a recorded velocity instead of the last; one that does has ``eager``'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Protocol, TypeVar

import torch
from torch import Tensor

from pi0_ros.model.flow import Velocity, denoise
from pi0_ros.model.pi0 import Pi0
from pi0_ros.policy.engine import Engine, Steer, Stopwatch, compiler_fault
from pi0_ros.policy.pipeline import Feed, Pipeline, Wrap
from pi0_ros.types import InputError

GRAIN = 32  # tokens; the waste is half of it on average, and a recording takes a second

T = TypeVar('T')
Signature = tuple[Any, ...]


class Record(Protocol):
    """What turns a function into one that does the same to the same memory, only faster."""

    def __call__(self, function: Callable[[], T]) -> Callable[[], T]:
        """Return a function whose result is always the same tensors, anew filled."""


class CudaRecorder:
    """
    Record with ``torch.cuda.CUDAGraph``, all into one pool of memory.

    One pool serves all, because no two are replayed at a time and results that are still used
    keep their memory.
    """

    def __init__(self, device: torch.device) -> None:
        self._device = device
        with torch.cuda.device(device):
            self._pool = torch.cuda.graph_pool_handle()
            self._stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]

    def __call__(self, function: Callable[[], T]) -> Callable[[], T]:
        """Run the function until libraries and compilers have settled, then record it."""
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.device(self._device):
            self._stream.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(self._stream):
                for _ in range(3):
                    function()
            torch.cuda.synchronize()
            with torch.cuda.graph(graph, pool=self._pool, stream=self._stream):
                result = function()

        def replay() -> T:
            with torch.cuda.device(self._device):
                graph.replay()
            return result

        return replay


class GraphEngine(Engine):
    """
    ``cuda_graph``, of compiled layers where there is a compiler.

    :param record: how to record; with CUDA when None.
    :raises InputError: if the model is not on a CUDA device and nothing else records.
    """

    grain = GRAIN

    def __init__(self, model: Pi0, num_steps: int, record: Record | None = None) -> None:
        device = next(model.parameters()).device
        if record is None and device.type != 'cuda':
            raise InputError(
                f'engine: cuda_graph: expected the model on a CUDA device, found {device}; '
                'eager and compiled run everywhere'
            )
        super().__init__(model, num_steps)
        self._record = record or CudaRecorder(device)
        self._recordings: dict[Signature, Recording] = {}

    def _wrap(self) -> Wrap:
        fault = compiler_fault(self.device)
        if fault:
            self.name = f'cuda_graph of plain layers ({fault})'
            return super()._wrap()
        self.name = 'cuda_graph of compiled layers'
        return partial(torch.compile, dynamic=True)

    def _rehearsal(self, cameras: int) -> Iterable[tuple[int, int]]:
        """Return one length of each signature that has all pictures."""
        over = cameras * self.config.vision.num_patches % self.grain
        longest = self.config.max_token_len
        lengths = (*range(self.grain - over, longest, self.grain), longest)
        return ((cameras, tokens) for tokens in lengths)

    def _run(self, feed: Feed, padded: bool, stopwatch: Stopwatch, steer: Steer | None) -> Tensor:
        del padded  # a recording is for all that are no longer than it
        signature = tuple((tensor.shape, tensor.dtype) for tensor in feed)
        if signature not in self._recordings:
            self._recordings[signature] = Recording(self.pipeline, feed, self.device, self._record)
        recording = self._recordings[signature]
        recording.fill(feed)
        stopwatch.lap('upload')
        recording.see()
        stopwatch.lap('vision')
        recording.read()
        stopwatch.lap('prefix')
        return recording.denoise(steer)


class Recording:
    """
    The stages for one signature.

    :param like: of that signature.
    """

    def __init__(
        self, pipeline: Pipeline, like: Feed, device: torch.device, record: Record
    ) -> None:
        self._pipeline, self._record = pipeline, record
        pinned = device.type == 'cuda'  # from there the GPU fetches without the CPU's help
        self._staging = Feed(*(torch.empty_like(part, pin_memory=pinned) for part in like))
        self._feed = Feed(*(torch.empty_like(part, device=device) for part in like))
        self.fill(like)
        self._see = record(lambda: pipeline.see(self._feed.pixels))
        self.see()
        self._read = record(lambda: pipeline.read(self._features, self._feed, padded=True))
        self.read()
        self._denoise = record(lambda: pipeline.denoise(self._context, self._feed))
        self._velocities: dict[torch.Size, Velocity] = {}

    def fill(self, feed: Feed) -> None:
        """Put the inputs where the recording expects them."""
        for part, staged, own in zip(feed, self._staging, self._feed, strict=True):
            staged.copy_(part)
            own.copy_(staged, non_blocking=True)

    def see(self) -> None:
        """Do the stage vision."""
        self._features = self._see()

    def read(self) -> None:
        """Do the stage prefix."""
        self._context = self._read()

    def denoise(self, steer: Steer | None) -> Tensor:
        """Do the stage denoise, (B, H, A) float32."""
        if steer is None:
            return self._denoise()
        feed, pipeline = self._feed, self._pipeline
        if steer.differentiates:
            velocity = pipeline.velocity(self._context, feed.state, apart=True)
        else:
            velocity = self._recorded_velocity
        return denoise(steer.change(velocity), feed.noise, pipeline.num_steps)

    def _recorded_velocity(self, x_t: Tensor, time: Tensor) -> Tensor:
        """Return the velocity, which the next call overwrites."""
        if time.shape not in self._velocities:
            self._velocities[time.shape] = self._record_velocity(x_t, time)
        return self._velocities[time.shape](x_t, time)

    def _record_velocity(self, x_t: Tensor, time: Tensor) -> Velocity:
        own_x_t, own_time = x_t.clone(), time.clone()
        replay = self._record(
            lambda: self._pipeline.velocity(self._context, self._feed.state)(own_x_t, own_time)
        )

        def velocity(x_t: Tensor, time: Tensor) -> Tensor:
            own_x_t.copy_(x_t)
            own_time.copy_(time)
            return replay()

        return velocity
