# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What one may choose about a training run: plain values with their defaults, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
import math
from pathlib import Path
from typing import Any

import yaml

from pi0_ros.robots.section import read_yaml
from pi0_ros.types import InputError

CHOICES = {'optimizer': ('adamw', 'muon'), 'precision': ('float32', 'bfloat16')}


@dataclass(frozen=True)
class TrainSettings:
    """
    How to train. The defaults are openpi's (src/openpi/training/config.py and optimizer.py).

    :param steps: optimiser steps in all.
    :param batch_size: examples per optimiser step, over all processes.
    :param accumulation: backward passes that make one optimiser step.
    :param seed: of the order of examples, of noise and of flow times.
    :param optimizer: 'adamw', or 'muon' for the matrices inside the transformers (Jordan et al.,
        kellerjordan.github.io/posts/muon) and AdamW for the rest.
    :param learning_rate: AdamW's, at its highest.
    :param muon_learning_rate: Muon's, at its highest.
    :param weight_decay: of matrices.
    :param warmup_steps: over which learning rates rise.
    :param final_fraction: of the learning rates at the last step, to which a cosine falls.
    :param clip_norm: greatest norm of the gradient.
    :param ema_decay: of the averaged weights, which become the checkpoint; 0 takes the last ones.
    :param precision: of what autocast may do in bfloat16; parameters stay float32.
    :param gradient_checkpointing: recompute activations instead of storing them.
    :param augment: alter pictures as openpi does.
    :param grounding: weight of the loss of :mod:`pi0_ros.train.grounding`; 0 does without.
    :param lora_rank: of the adapters that are trained instead of the transformers; 0 trains all.
    :param known_actions: how many leading actions of a chunk are given clean, at most, drawn
        evenly from none on: for real-time chunking by a trained prefix (arXiv 2512.05964).
    :param keep_statistics: normalise as the checkpoint that is the start does, instead of by the
        data; wise where they are few and the robot is the one it was trained on.
    :param std_floor: least standard deviation in the statistics, for joints that hardly move.
    :param workers: processes that prepare examples; 0 does it in this one.
    :param log_every: steps between two rows of the curve.
    :param save_every: steps between two checkpoints.
    :raises InputError: naming the setting, what was found and what was expected.
    """

    steps: int = 30_000
    batch_size: int = 32
    accumulation: int = 1
    seed: int = 0
    optimizer: str = 'adamw'
    learning_rate: float = 2.5e-5
    muon_learning_rate: float = 0.02
    weight_decay: float = 1e-10
    warmup_steps: int = 1000
    final_fraction: float = 0.1
    clip_norm: float = 1.0
    ema_decay: float = 0.99
    precision: str = 'float32'
    gradient_checkpointing: bool = False
    augment: bool = True
    grounding: float = 0.0
    lora_rank: int = 0
    known_actions: int = 0
    keep_statistics: bool = False
    std_floor: float = 0.0
    workers: int = 0
    log_every: int = 20
    save_every: int = 1000

    def __post_init__(self) -> None:
        """Check."""
        for name, valid in CHOICES.items():
            if getattr(self, name) not in valid:
                raise _wrong(name, f'one of {", ".join(valid)}', getattr(self, name))
        least_one = ('steps', 'batch_size', 'accumulation', 'log_every', 'save_every')
        for field in fields(self):
            value = getattr(self, field.name)
            if field.type in ('int', 'float'):
                least = 1 if field.name in least_one else 0
                if not (math.isfinite(value) and value >= least):
                    raise _wrong(field.name, f'a number of at least {least}', value)
        if self.batch_size % self.accumulation:
            raise _wrong('batch_size', f'a multiple of accumulation ({self.accumulation})',
                         self.batch_size)  # fmt: skip
        if not 0 <= self.ema_decay < 1:
            raise _wrong('ema_decay', 'a number below 1', self.ema_decay)
        # A recomputed layer is not listened to, and an altered picture no longer fits its marks.
        for name in ('gradient_checkpointing', 'augment'):
            if self.grounding and getattr(self, name):
                raise _wrong('grounding', f'0 with {name}', self.grounding)


def read_settings(file: Path | None, given: Mapping[str, str]) -> TrainSettings:
    """
    Return the defaults, changed by a YAML file, changed by words of the command line.

    :raises InputError: naming the file and the key, or the word.
    """
    settings = TrainSettings()
    if file is not None:
        section = read_yaml(file)
        read = {field.name: section.value(field.name, f'a {field.type}', default=getattr(
            settings, field.name)) for field in fields(settings)}  # fmt: skip
        section.finish()
        settings = _changed(settings, read, str(file))
    parsed = {name: _parsed(name, word) for name, word in given.items()}
    return _changed(settings, parsed, 'command line')


def _parsed(name: str, word: str) -> object:
    """Return what a word of the command line would mean in YAML."""
    try:
        return yaml.safe_load(word)
    except yaml.YAMLError as error:
        raise InputError(f'command line: {name}: not YAML: {word!r}') from error


def _changed(settings: TrainSettings, values: Mapping[str, Any], where: str) -> TrainSettings:
    """Replace settings by values of the right type."""
    kinds = {field.name: str(field.type) for field in fields(settings)}
    checked: dict[str, Any] = {}
    for name, value in values.items():
        if name not in kinds:
            raise InputError(f'{where}: {name}: unknown, expected one of {", ".join(kinds)}')
        checked[name] = _of_kind(value, kinds[name])
        if type(checked[name]).__name__ != kinds[name]:
            raise InputError(f'{where}: {name}: expected a {kinds[name]}, found {value!r}')
    try:
        return replace(settings, **checked)
    except InputError as error:
        raise InputError(f'{where}: {error}') from error


def _of_kind(value: Any, kind: str) -> Any:
    """Return a number that is wanted as a float as one; YAML takes 1e-3 for a text."""
    if kind == 'float' and not isinstance(value, bool):
        try:
            return float(value)
        except (TypeError, ValueError):
            return value
    return value


def _wrong(name: str, expected: str, found: object) -> InputError:
    return InputError(f'{name}: expected {expected}, found {found!r}')
