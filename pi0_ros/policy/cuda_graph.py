# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
``cuda_graph``: what the GPU does for a chunk is recorded once and then replayed.

A recording holds addresses, not values: inputs are copied to where it expects them, results lie
where it left them. It is good for one *signature*, the shapes of what goes in; rounding up the
prefix's length keeps them few, and ``warm_up`` records them before they are needed.

What is recorded are vision, prefix and each step of the denoising, one after the other; nothing
waits for the GPU in between. Steps that are steered have recordings of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from importlib.util import find_spec
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
import torch
from torch import Tensor

from pi0_ros.model.pi0 import Pi0
from pi0_ros.policy.engine import Engine, compiler_fault
from pi0_ros.policy.images import as_tensor
from pi0_ros.policy.pipeline import Feed, MakeLayer, Pipeline, Wrap
from pi0_ros.policy.preprocess import Resize
from pi0_ros.policy.quantization import NONE
from pi0_ros.policy.steering import Steer
from pi0_ros.policy.stopwatch import Stopwatch
from pi0_ros.types import InputError

GRAIN = 32  # tokens; the waste is half of it on average, and a recording takes a second

T = TypeVar('T')
Signature = tuple[Any, ...]
Steps = tuple[Callable[[], Tensor], ...]


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
    kind = 'cuda_graph'
    quantizes = True

    def __init__(
        self,
        model: Pi0,
        num_steps: int,
        record: Record | None = None,
        *,
        quantization: str = NONE,
    ) -> None:
        if quantization != NONE and not self.quantizes:
            raise InputError(
                f'quantization: expected {NONE} with engine {self.kind}, found {quantization}; '
                'cuda_graph takes it'
            )
        device = next(model.parameters()).device
        if record is None and device.type != 'cuda':
            raise InputError(
                f'engine: {self.kind}: expected the model on a CUDA device, found {device}; '
                'eager and compiled run everywhere'
            )
        super().__init__(model, num_steps, quantization=quantization)
        self._record = record or CudaRecorder(device)
        self._recordings: dict[Signature, Recording] = {}
        self._fittings: dict[Signature, tuple[Tensor, Callable[[], Tensor]]] = {}

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

    @torch.no_grad()
    def fit(self, resize: Resize, image: NDArray[np.uint8], size: int, rotate_deg: int) -> Tensor:
        """Have a picture sent as it is and resized on the device."""
        given = as_tensor(image)
        kind = resize, given.shape, size, rotate_deg
        if kind not in self._fittings:
            own = torch.empty_like(given, device=self.device)
            self._fittings[kind] = own, self._record(lambda: resize(own, size, rotate_deg))
        own, replay = self._fittings[kind]
        _fill(own, given)
        return replay().clone()  # of two cameras, the second one's overwrites the first one's

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
        for step in recording.steps(steer):
            actions = step()
            stopwatch.step()
        return actions


class TritonEngine(GraphEngine):
    """
    ``cuda_graph_triton``: the same with the expert's layers in kernels of their own.

    It has not been measured on a GPU yet, so ``auto`` doesn't choose it.

    :raises InputError: as :class:`GraphEngine`, if there is no Triton, and if it is to be
        quantised: the kernels read plain weights.
    """

    kind = 'cuda_graph_triton'
    quantizes = False

    def _expert(self) -> MakeLayer:
        if find_spec('triton') is None:
            raise InputError(
                'engine: cuda_graph_triton: expected Triton, found none; install triton, which '
                'comes with PyTorch for CUDA on Linux, or choose cuda_graph'
            )
        from pi0_ros.policy.kernels.layer import KernelLayer  # noqa: PLC0415  # not on every CPU

        self.name += ', and the expert in kernels'
        return KernelLayer


class Recording:
    """
    The stages for one signature.

    :param like: of that signature.
    """

    def __init__(
        self, pipeline: Pipeline, like: Feed, device: torch.device, record: Record
    ) -> None:
        self._pipeline, self._record = pipeline, record
        self._feed = Feed(*(torch.empty_like(part, device=device) for part in like))
        self.fill(like)
        self._see = record(lambda: pipeline.see(self._feed.pixels))
        self.see()
        self._read = record(lambda: pipeline.read(self._features, self._feed, padded=True))
        self.read()
        self._plain = self._record_steps(None)
        self._steered: dict[Callable[..., Any], tuple[Steer, Steps]] = {}

    def fill(self, feed: Feed) -> None:
        """Put the inputs where the recording expects them."""
        _fill_all(self._feed, feed)

    def see(self) -> None:
        """Do the stage vision."""
        self._features = self._see()

    def read(self) -> None:
        """Do the stage prefix."""
        self._context = self._read()

    def steps(self, steer: Steer | None) -> Steps:
        """Return what does the steps, one after the other, each giving its x_t, (B, H, A)."""
        if steer is None:
            return self._plain
        if steer.change not in self._steered:
            device = self._feed.noise.device
            tensors = tuple(torch.empty_like(tensor, device=device) for tensor in steer.tensors)
            own = steer._replace(tensors=tensors)
            self._steered[steer.change] = own, self._record_steps(own)
        own, steps = self._steered[steer.change]
        _fill_all(own.tensors, steer.tensors)
        return steps

    def _record_steps(self, steer: Steer | None) -> Steps:
        steps = []
        x_t = self._feed.noise
        for i in range(self._pipeline.num_steps):
            follow = partial(self._pipeline.follow, self._context, self._feed, x_t, i, steer)
            steps.append(self._record(follow))
            x_t = steps[-1]()
        return tuple(steps)


def _fill(own: Tensor, given: Tensor) -> None:
    """Put numbers where a recording expects them, without waiting until they are there."""
    if own.is_cuda and not given.is_cuda:
        given = given.pin_memory()  # from there the GPU fetches it by itself
    own.copy_(given, non_blocking=True)


def _fill_all(own: Iterable[Tensor], given: Iterable[Tensor]) -> None:
    for place, tensor in zip(own, given, strict=True):
        _fill(place, tensor)
