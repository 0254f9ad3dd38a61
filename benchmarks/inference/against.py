# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The public implementation, beside ours: in a process of its own, on the same weights and noise.

It lives in an environment of its own, for it needs transformers 4.53.2 with its own modules in it;
doc/performance.md says how to make one.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
import json
import os
from pathlib import Path
import subprocess
from typing import Any

from safetensors.torch import load_file, save_file
import torch
from torch import Tensor

from benchmarks.inference.ours import Ours
from benchmarks.inference.settings import Settings
from pi0_ros.model.config import Pi0Config
from pi0_ros.policy.quantization import NONE
from pi0_ros.types import InputError

SIDE = Path(__file__).with_name('openpi_side.py')
CAMERAS = 3  # its slots, all of which it always computes
# How its PyTorch model can be compiled (openpi, src/openpi/models/pi0_config.py), or not at all.
COMPILE_MODES = (
    'none', 'default', 'reduce-overhead', 'max-autotune', 'max-autotune-no-cudagraphs',
)  # fmt: skip
COMPILED = 'max-autotune'  # its default
# How far its actions may be from ours: rounding, in float32 and in the mixture.
TOLERANCE = {'float32': 1e-4, 'bfloat16': 0.1}


def check(settings: Settings, mode: str) -> None:
    """
    Refuse what openpi can't run.

    :param mode: one of :data:`COMPILE_MODES`.
    :raises InputError: naming it.
    """
    for name, found, allowed in (
        ('cameras', settings.cameras, (CAMERAS,)),
        ('dtype', settings.dtype, tuple(TOLERANCE)),
        ('quantization', settings.quantization, (NONE,)),
        ('compile mode', mode, COMPILE_MODES),
    ):
        if found not in allowed:
            raise InputError(f'openpi: {name}: expected one of {allowed}, found {found!r}')
    if not settings.public:
        raise InputError(f'openpi: model: expected pi0 or pi05, found {settings.model!r}')


def write_job(folder: Path, ours: Ours, settings: Settings, mode: str) -> None:
    """
    Write what openpi is to compute, beside the weights.

    :param folder: with a checkpoint of the model.
    """
    inputs = ours.observations()._asdict() | {'noise': ours.noise}
    save_file({name: tensor.contiguous() for name, tensor in inputs.items()},
              folder / 'inputs.safetensors')  # fmt: skip
    job = _job(ours.config, settings, mode)
    (folder / 'job.json').write_text(json.dumps(job), encoding='utf-8')


class Openpi:
    """
    A running openpi; ends with the context.

    :param python: with openpi's requirements.
    :param source: openpi's checkout.
    :param folder: with the weights and what :func:`write_job` wrote.
    """

    def __init__(self, python: Path, source: Path, folder: Path) -> None:
        self._folder = folder
        # Isolated: our modules' names must not hide others.
        command = (str(python), '-I', str(SIDE), str(source.resolve()), str(folder))
        threads = {'OMP_NUM_THREADS': str(torch.get_num_threads())}
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=os.environ | threads,
        )  # fmt: skip

    def __enter__(self) -> Openpi:
        """Wait until it is ready."""
        self.torch = str(self._answer()['torch'])
        """The version it runs on."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        assert self._process.stdin
        with suppress(BrokenPipeError):  # it has ended by itself
            self._process.stdin.close()
        self._process.wait()

    def run(self) -> float:
        """Compute a chunk; return what it took, from pixels on the CPU to actions there [ms]."""
        assert self._process.stdin
        with suppress(BrokenPipeError):  # then there is no answer either
            self._process.stdin.write('\n')
            self._process.stdin.flush()
        return float(self._answer()['milliseconds'])

    def actions(self) -> Tensor:
        """Return the actions of the last chunk, (B, H, A)."""
        return load_file(self._folder / 'actions.safetensors')['actions']

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise InputError(f'openpi ended with {self._process.wait()}: see what it says above')
        answer: dict[str, Any] = json.loads(line)
        return answer


def _job(config: Pi0Config, settings: Settings, mode: str) -> dict[str, object]:
    return {
        'text': asdict(config.text),
        'expert': asdict(config.expert),
        'vision_layers': config.vision.num_hidden_layers,
        'pi05': config.pi05,
        'action_dim': config.action_dim,
        'horizon': config.horizon,
        'steps': settings.steps,
        'dtype': settings.dtype,
        'device': settings.device,
        'threads': torch.get_num_threads(),
        'compile': None if mode == 'none' else mode,
    }
