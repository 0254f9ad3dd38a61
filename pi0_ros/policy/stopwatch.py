# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How long the stages of an inference take, on the device that does them."""

from __future__ import annotations

from itertools import pairwise
import time

import torch

Mark = float | torch.cuda.Event


class Stopwatch:
    """
    Measure consecutive stages and steps, and make nobody wait for it.

    On CUDA a mark is an event in the stream, which the GPU passes when all before it is done, so
    that the CPU can run ahead. Where the GPU has nothing to do it passes at once, so what the CPU
    does in between is measured as well.

    :param device: where the work is done.
    """

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._stages: list[str] = []
        self._laps = [self._mark()]
        self._steps: list[tuple[Mark, Mark]] = []

    def lap(self, stage: str) -> None:
        """Call what has passed since the last lap by this name."""
        self._stages.append(stage)
        self._laps.append(self._mark())

    def step(self) -> None:
        """Note that a step of the stage under way is done."""
        self._steps.append((self._steps[-1][1] if self._steps else self._laps[-1], self._mark()))

    @property
    def milliseconds(self) -> dict[str, float]:
        """By stage, in order [ms]; waits for the last one."""
        spans = pairwise(self._laps)
        return {
            stage: _milliseconds(*span) for stage, span in zip(self._stages, spans, strict=True)
        }

    @property
    def steps_ms(self) -> list[float]:
        """Of each step, in order [ms]; waits for the last one."""
        return [_milliseconds(*span) for span in self._steps]

    def _mark(self) -> Mark:
        if self._device.type != 'cuda':
            return time.perf_counter()
        event = torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
        event.record(torch.cuda.current_stream(self._device))
        return event


def _milliseconds(start: Mark, end: Mark) -> float:
    if isinstance(start, torch.cuda.Event):
        assert isinstance(end, torch.cuda.Event)
        end.synchronize()
        return float(start.elapsed_time(end))
    assert isinstance(end, float)
    return (end - start) * 1e3
