# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Load a checkpoint and say what it is and took: ``python -m pi0_ros.tools.check_checkpoint DIR``.

Every tensor is accounted for, or what is wrong is printed and the exit status is 1. The peak of
memory beyond the weights is that of the device and, sampled, of this process's own pages; pages
of the mapped file are the system's cache and not counted. Statistics and cameras are a matter
between the checkpoint and a robot, and not looked at here.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
import sys
import threading
import time

import torch

from pi0_ros.model.checkpoint import load_checkpoint
from pi0_ros.model.config import Pi0Config
from pi0_ros.model.pi0 import Pi0
from pi0_ros.model.precision import DTYPES
from pi0_ros.model.tokenizer import Tokenizer, tokenizer_file
from pi0_ros.types import InputError

BYTES_PER_MB = 1e6
SAMPLE_S = 0.001


@dataclass
class Memory:
    """
    What a piece of work took [byte].

    :param own: pages of this process that are no file's, afterwards, more than before.
    :param own_peak: the same at its highest.
    :param device: of the CUDA device, afterwards, more than before.
    :param device_peak: the same at its highest.
    """

    own: int = 0
    own_peak: int = 0
    device: int = 0
    device_peak: int = 0


@contextmanager
def measured(device: torch.device) -> Iterator[Memory]:
    """Measure what is done in this context; the numbers are there when it ends."""
    memory, ended, before = Memory(), threading.Event(), _own_bytes()

    def sample() -> None:
        while not ended.wait(SAMPLE_S):
            memory.own_peak = max(memory.own_peak, _own_bytes() - before)

    cuda = device.type == 'cuda'
    if cuda:
        torch.cuda.reset_peak_memory_stats(device)
        memory.device -= torch.cuda.memory_allocated(device)
        memory.device_peak -= torch.cuda.memory_allocated(device)
    sampler = threading.Thread(target=sample)
    sampler.start()
    try:
        yield memory
    finally:
        ended.set()
        sampler.join()
    memory.own = _own_bytes() - before
    memory.own_peak = max(memory.own_peak, memory.own)
    if cuda:
        memory.device += torch.cuda.memory_allocated(device)
        memory.device_peak += torch.cuda.max_memory_allocated(device)


def report(folder: Path, device: torch.device, dtype: str) -> Iterator[str]:
    """
    Load a checkpoint; yield the lines of the report.

    :raises InputError: if the checkpoint can't be used.
    """
    torch.empty(0, device=device)  # what the device itself needs is not the checkpoint's
    start_s = time.perf_counter()
    with measured(device) as memory:
        model, config = load_checkpoint(folder, dtype=DTYPES[dtype], device=device)
    seconds = time.perf_counter() - start_s
    yield f'model       {_describe(config)}'
    yield from _describe_weights(model, dtype, device)
    yield f'loaded in   {seconds:.1f} s'
    if device.type == 'cuda':
        yield _describe_peak(str(device), memory.device, memory.device_peak)
    yield _describe_peak('own pages', memory.own, memory.own_peak)
    Tokenizer.load(folder, config)
    yield f'tokenizer   {tokenizer_file(folder)}'


def main(arguments: list[str] | None = None) -> int:
    """Check the folder of the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog='pi0_ros.tools.check_checkpoint', description=__doc__)
    parser.add_argument('folder', type=Path, metavar='DIR')
    parser.add_argument('--device', type=torch.device, default='cpu')
    parser.add_argument('--dtype', choices=DTYPES, default='float32')
    given = parser.parse_args(arguments)
    try:
        for line in report(given.folder, given.device, given.dtype):
            print(line)  # noqa: T201  # a command-line tool
    except InputError as error:
        print(error, file=sys.stderr)  # noqa: T201  # as above
        return 1
    return 0


def _describe(config: Pi0Config) -> str:
    family = 'π0.5' if config.pi05 else 'π0'
    cameras = ', '.join(names[0] for names in config.cameras)
    return (
        f'{family}, rules of {config.rules}, {config.horizon} points of {config.action_dim} '
        f'dimensions{f", pictures {cameras}" if cameras else ""}'
    )


def _describe_weights(model: Pi0, dtype: str, device: torch.device) -> Iterator[str]:
    parameters = list(model.parameters())
    numbers = sum(parameter.numel() for parameter in parameters)
    size = sum(parameter.nbytes for parameter in parameters)
    yield f'parameters  {numbers:,} in {len(parameters)} tensors, all found, all finite'
    yield f'weights     {size / BYTES_PER_MB:,.0f} MB, {dtype} on {device}'


def _describe_peak(where: str, after: int, peak: int) -> str:
    return (
        f'{where:<12}{after / BYTES_PER_MB:,.0f} MB more than before, '
        f'{(peak - after) / BYTES_PER_MB:,.0f} MB beyond that at the peak'
    )


def _own_bytes() -> int:
    """Return the size of the resident pages that are no file's (proc(5), RssAnon)."""
    status = Path('/proc/self/status').read_text(encoding='ascii')
    line = next(line for line in status.splitlines() if line.startswith('RssAnon:'))
    return int(line.split()[1]) * 1024


if __name__ == '__main__':
    sys.exit(main())
