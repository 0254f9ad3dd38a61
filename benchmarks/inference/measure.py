# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One run: build, warm up, time, and put the figures together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from functools import cache
from pathlib import Path
import tempfile
import time

import torch
from torch import Tensor

from benchmarks.inference.against import TOLERANCE, Openpi, check, write_job
from benchmarks.inference.device import (
    commit,
    describe,
    measure_rates,
    peak_memory,
    versions,
    watch_memory,
)
from benchmarks.inference.floor import Rates, cache_numbers, work
from benchmarks.inference.ours import Ours, Run, build
from benchmarks.inference.price import actions_of, error_of, exact_actions, is_exact
from benchmarks.inference.results import Against, Record, by_stage, percentiles
from benchmarks.inference.settings import Settings, load_of
from pi0_ros.model.checkpoint import save_checkpoint
from pi0_ros.types import InputError

WARM_UP = {'cpu': 1, 'cuda': 10}


@dataclass(frozen=True)
class Rival:
    """
    Where the public implementation is.

    :param source: its checkout.
    :param python: with its requirements.
    :param compiled: the mode of its torch.compile, or none.
    """

    source: Path
    python: Path
    compiled: str


@dataclass(frozen=True)
class Effort:
    """
    How long to measure.

    :param runs: chunks that are timed, at most.
    :param seconds: after which no more begin.
    :param least: how many are timed even so.
    """

    runs: int
    seconds: float
    least: int = 3


def measure(
    settings: Settings,
    effort: Effort,
    rival: Rival | None = None,
    *,
    case: str = '',
    series: str = '',
    expected: Tensor | None = None,
) -> Record:
    """
    Build the model and time it, in turn with the public one if there is a rival.

    :param case: the name of the settings.
    :param series: of the record.
    :param expected: what cheaper numbers are compared with; computed here when None.
    :raises InputError: if something can't run here, or the actions don't agree.
    """
    use_threads(settings)
    if rival:
        check(settings, rival.compiled)
    if expected is None and not is_exact(settings):
        expected = exact_actions(settings)
    start_up: dict[str, float] = {}
    with ExitStack() as stack:
        with _timing(start_up, 'build' if settings.public else 'load'):
            model = build(settings)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if rival:
            save_checkpoint(model, folder)  # before an engine rearranges it
        with _timing(start_up, 'engine'):
            ours = Ours(model, settings)
        del model
        with _timing(start_up, 'warm-up'):
            ours.warm_up()
        openpi = None
        if rival:
            write_job(folder, ours, settings, rival.compiled)
            openpi = stack.enter_context(Openpi(rival.python, rival.source, folder))
        runs, theirs, actions = timed(ours, effort, openpi)
        found = record(settings, ours, runs, case=case, series=series)
        against = _compare(settings, rival, openpi, theirs, actions) if rival and openpi else None
    error = None
    if expected is not None and not is_exact(settings):
        error = error_of(actions_of(ours, settings), expected)
    return replace(found, against=against, start_up_s=start_up, error=error)


@contextmanager
def _timing(seconds: dict[str, float], name: str) -> Iterator[None]:
    """Note how long something took."""
    start = time.perf_counter()
    yield
    seconds[name] = round(time.perf_counter() - start, 3)


def _compare(
    settings: Settings, rival: Rival, openpi: Openpi, theirs: list[float], actions: Tensor
) -> Against:
    """
    Return what openpi took.

    :raises InputError: if its actions and ours don't agree.
    """
    difference = float((openpi.actions() - actions).abs().max())
    if not difference <= TOLERANCE[settings.dtype]:
        raise InputError(
            f'openpi: actions differ by {difference:.2g}, expected at most '
            f'{TOLERANCE[settings.dtype]} in {settings.dtype}'
        )
    return Against(
        commit(rival.source) or 'not known', openpi.torch, rival.compiled,
        percentiles(theirs), difference,
    )  # fmt: skip


def timed(
    ours: Ours, effort: Effort, openpi: Openpi | None = None
) -> tuple[list[Run], list[float], Tensor]:
    """
    Return our runs, theirs [ms], and our actions.

    They take turns, so that what disturbs one disturbs the other.
    """
    runs: list[Run] = []
    theirs: list[float] = []
    for _ in range(WARM_UP[ours.device.type]):
        ours.run()
        if openpi:
            openpi.run()
    watch_memory(ours.device)
    end = time.monotonic() + effort.seconds
    while len(runs) < effort.least or (len(runs) < effort.runs and time.monotonic() < end):
        actions, run = ours.run()
        runs.append(run)
        if openpi:
            theirs.append(openpi.run())
    return runs, theirs, actions


def record(
    settings: Settings,
    ours: Ours,
    runs: list[Run],
    *,
    case: str = '',
    series: str = '',
) -> Record:
    """Put the figures together."""
    peak = peak_memory(ours.device)
    rates = rates_of(settings)
    load = load_of(settings, ours.config)
    prefix = load.cameras * ours.config.vision.num_patches + load.tokens
    floor = {name: one.milliseconds(rates) for name, one in work(ours.config, load).items()}
    return Record(
        case=case,
        series=series,
        when=datetime.now(tz=timezone.utc).isoformat(timespec='seconds'),
        commit=commit(),
        device=describe(ours.device),
        versions=versions(),
        settings=settings,
        engine=ours.engine,
        runs=len(runs),
        stages=by_stage(runs),
        floor={name: round(value, 4) for name, value in floor.items()},
        flops_per_s=rates.flops_per_s,
        bytes_per_s=rates.bytes_per_s,
        weights_bytes=ours.weights_bytes,
        cache_bytes=load.batch * cache_numbers(ours.config, prefix) * load.dtype.itemsize,
        peak_bytes=peak,
    )


def use_threads(settings: Settings) -> None:
    """Let PyTorch use as many threads of the CPU as are asked for."""
    if settings.threads:
        torch.set_num_threads(settings.threads)


def rates_of(settings: Settings) -> Rates:
    """Return what the device does, measured once for the settings that it depends on."""
    return _rates(settings.device, settings.dtype, torch.get_num_threads())


@cache
def _rates(device: str, dtype: str, _threads: int) -> Rates:
    return measure_rates(torch.device(device), getattr(torch, dtype))
