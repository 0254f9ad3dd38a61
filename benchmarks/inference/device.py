# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a device is called, what it does, and how much memory was in use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
import platform
import subprocess
import time

import torch
from torch import nn
import transformers

from benchmarks.inference.floor import Rates
from pi0_ros.policy.onednn import multiply, pack, prefers_onednn

ROOT = Path(__file__).resolve().parents[2]
TRIALS = 50  # the best counts: others may disturb
# Large enough for every unit to be busy, and for no cache to hold what is copied.
SIDE = {'cpu': 1024, 'cuda': 8192}
COPIED_BYTES = {'cpu': 2**28, 'cuda': 2**30}

_STATUS = Path('/proc/self/status')
_PEAK = 'VmHWM:'  # proc(5): the most memory that was resident [kB]


def measure_rates(device: torch.device, dtype: torch.dtype) -> Rates:
    """Return what the device does when nothing else is asked of it, in this dtype."""
    side, size = SIDE[device.type], COPIED_BYTES[device.type]
    source = torch.zeros(size, dtype=torch.uint8, device=device)
    target = torch.ones_like(source)
    product_s = min(_best(device, call) for call in _products(side, device, dtype))
    copy_s = _best(device, lambda: target.copy_(source))
    return Rates(2 * side**3 / product_s, 2 * size / copy_s)


def _products(
    side: int, device: torch.device, dtype: torch.dtype
) -> Iterator[Callable[[], object]]:
    """Yield each way to multiply two square matrices: the floor is the faster one's."""
    linear = nn.Linear(side, side, bias=False, device=device, dtype=dtype).requires_grad_(False)
    x = torch.randn(side, side, device=device).to(dtype)
    yield partial(linear, x)
    if device.type == 'cpu' and dtype == torch.float32 and prefers_onednn(side**2):
        pack(linear)
        yield partial(multiply, x, linear)


def describe(device: torch.device) -> str:
    """Return the device's name, and how many of its threads PyTorch uses."""
    if device.type == 'cuda':
        return str(torch.cuda.get_device_name(device))
    return f'{_processor()}, {torch.get_num_threads()} threads'


def versions() -> dict[str, str]:
    """Return the versions that the time depends on."""
    found = {
        'python': platform.python_version(),
        'torch': torch.__version__,
        'transformers': transformers.__version__,
    }
    return found | ({'cuda': torch.version.cuda} if torch.version.cuda else {})


def commit(folder: Path = ROOT) -> str:
    """Return the commit of a checkout, with a mark if its code was changed; empty if none."""
    found = _git(folder, 'rev-parse', '--short=12', 'HEAD')
    changed = _git(folder, 'status', '--porcelain', '--untracked-files=no', '--', '*.py')
    return f'{found}-dirty' if changed else found


def watch_memory(device: torch.device) -> None:
    """Begin anew to look for the most memory in use."""
    if device.type == 'cuda':
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(device)
    else:
        Path('/proc/self/clear_refs').write_text('5', encoding='ascii')


def peak_memory(device: torch.device) -> int:
    """Return the most memory since: PyTorch's on the GPU, or all of the process [bytes]."""
    if device.type == 'cuda':  # held, not in use: the memory of a graph is never given back
        return int(torch.cuda.max_memory_reserved(device))
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith(_PEAK))
    return int(line.split()[1]) * 1024


def synchronize(device: torch.device) -> None:
    """Wait for the device."""
    if device.type == 'cuda':
        torch.cuda.synchronize(device)


def _best(device: torch.device, call: Callable[[], object]) -> float:
    """Return the shortest of several times [s]."""
    times = []
    for _ in range(TRIALS):
        synchronize(device)
        start = time.perf_counter()
        call()
        synchronize(device)
        times.append(time.perf_counter() - start)
    return min(times)


def _git(folder: Path, *words: str) -> str:
    """Return what git says, or nothing if it fails."""
    command = ('git', '-C', str(folder), *words)
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def _processor() -> str:
    for line in Path('/proc/cpuinfo').read_text().splitlines():
        if line.startswith('model name'):
            return line.partition(':')[2].strip()
    return platform.machine()
