# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a run is about, and the runs that have a name."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path

import torch

from benchmarks.inference.floor import Load
from pi0_ros.model.config import Pi0Config
from pi0_ros.model.precision import DTYPES
from pi0_ros.policy.quantization import NONE, QUANTIZATIONS
from pi0_ros.types import InputError

ROOT = Path(__file__).resolve().parents[2]
DEMO = 'checkpoints/demo'
PUBLIC = {'pi0': Pi0Config(), 'pi05': Pi0Config(pi05=True, max_token_len=200, discrete_state=True)}


@dataclass(frozen=True)
class Settings:
    """
    One run. Zero means what the model has.

    :param model: pi0, pi05, or the folder of a checkpoint, from the repository's root.
    :param layers: of both Gemmas; of random weights only.
    :param vision_layers: of the vision tower; of random weights only.
    :param cameras: pictures of an observation, masked ones included.
    :param masked: how many of them, the last ones, are masked.
    :param tokens: of the prompt, padding included.
    :param real_tokens: how many of them are no padding.
    :param horizon: actions of a chunk.
    :param steps: from noise to actions.
    :param batch: observations at once.
    :param dtype: of the bulk of the weights.
    :param quantization: of the large matrices.
    :param device: in PyTorch's words.
    :param engine: what runs the model.
    :param threads: of the CPU.
    """

    model: str = 'pi0'
    layers: int = 0
    vision_layers: int = 0
    cameras: int = 3
    masked: int = 0
    tokens: int = 0
    real_tokens: int = 0
    horizon: int = 0
    steps: int = 10
    batch: int = 1
    dtype: str = 'float32'
    quantization: str = NONE
    device: str = 'cpu'
    engine: str = 'auto'
    threads: int = 0

    def __post_init__(self) -> None:
        """Check the numbers that no one else does."""
        positive = ('cameras', 'steps', 'batch')
        for field in fields(self):
            value = getattr(self, field.name)
            least = 1 if field.name in positive else 0
            if isinstance(value, int) and value < least:
                raise InputError(f'{field.name}: expected at least {least}, found {value}')
        for name, known in (('dtype', DTYPES), ('quantization', QUANTIZATIONS)):
            if getattr(self, name) not in known:
                raise InputError(
                    f'{name}: expected one of {list(known)}, found {getattr(self, name)!r}'
                )
        if not self.public and (self.layers or self.vision_layers):
            raise InputError(f'layers: expected none for {self.model}, which has its own')
        if self.masked >= self.cameras:
            raise InputError(
                f'masked: expected fewer than the {self.cameras} cameras, found {self.masked}'
            )

    @property
    def public(self) -> bool:
        """Whether it is a public model's sizes, with random weights."""
        return self.model in PUBLIC

    @property
    def torch_dtype(self) -> torch.dtype:
        """The dtype for PyTorch."""
        return DTYPES[self.dtype]

    @property
    def seen(self) -> int:
        """Cameras that are not masked."""
        return self.cameras - self.masked


_CUDA = Settings(tokens=48, real_tokens=48, dtype='bfloat16', device='cuda')

CASES = {
    # The widths are real, the layers fewer, so that it fits in minutes.
    'cpu': Settings(
        layers=4, vision_layers=4, masked=1, tokens=48, real_tokens=20, horizon=50, threads=2
    ),
    'gpu': _CUDA,
    'gpu-pi05': replace(_CUDA, model='pi05', tokens=200, real_tokens=60),
    'full': Settings(masked=1, tokens=48, real_tokens=20, threads=2),
    'demo': Settings(model=DEMO, cameras=2, threads=1),
}


def sizes(settings: Settings) -> Pi0Config:
    """Return the sizes of a public network, as deep as is asked for."""
    config = PUBLIC[settings.model]
    depth = settings.layers or config.text.depth
    layers = settings.vision_layers or config.vision.num_hidden_layers
    return replace(
        config,
        vision=replace(config.vision, num_hidden_layers=layers),
        text=replace(config.text, depth=depth),
        expert=replace(config.expert, depth=depth),
    )


def lengths(settings: Settings, config: Pi0Config) -> Pi0Config:
    """
    Return the sizes with the horizon and the length of the prompt that are asked for.

    :raises InputError: if more tokens are real than there are.
    """
    config = replace(
        config,
        horizon=settings.horizon or config.horizon,
        max_token_len=settings.tokens or config.max_token_len,
    )
    if settings.real_tokens > config.max_token_len:
        raise InputError(
            f'real_tokens: expected at most the {config.max_token_len} tokens of the prompt, '
            f'found {settings.real_tokens}'
        )
    return config


def real_tokens(settings: Settings, config: Pi0Config) -> int:
    """Return how many tokens of the prompt are no padding."""
    return settings.real_tokens or config.max_token_len


def load_of(settings: Settings, config: Pi0Config) -> Load:
    """Return what goes through the network."""
    return Load(
        cameras=settings.seen,
        tokens=real_tokens(settings, config),
        steps=settings.steps,
        batch=settings.batch,
        dtype=settings.torch_dtype,
    )
