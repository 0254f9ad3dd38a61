# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Everything a run needs to go on exactly as if it had never been interrupted, on disk.

One safetensors file and one JSON file in ``train_state/``; nothing is pickled. They are written
beside the old ones and then take their place, so that an interruption leaves one or the other
whole. Weights that are not trained are not in it: they are those of the start.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
import json
from pathlib import Path
import shutil
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from pi0_ros.train.optimizers import WeightAverage
from pi0_ros.types import InputError

Facts = Mapping[str, object]

FOLDER, OLD = 'train_state', 'train_state.old'
TENSORS, FACTS = 'state.safetensors', 'state.json'
# Facts that may differ between a run and its continuation: they change no number in it.
_FREE = ('workers', 'log_every', 'save_every')


def save_state(
    output: Path,
    step: int,
    module: nn.Module,
    optimizers: Sequence[Optimizer],
    average: WeightAverage,
    facts: Facts,
) -> None:
    """
    Write the state after a step.

    :param step: number of steps that have been taken.
    :param facts: what the run's numbers depend on: its settings, and what it is trained on.
    """
    new, old, final = (output / name for name in (f'{FOLDER}.new', OLD, FOLDER))
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    save_file(_tensors(module, optimizers, average), new / TENSORS)
    text = json.dumps({'step': step, 'settings': dict(facts)}, indent=1)
    (new / FACTS).write_text(text + '\n', encoding='utf-8')
    # At each instant one of the two folders is there, and whole.
    if final.exists():
        shutil.rmtree(old, ignore_errors=True)
        final.rename(old)
    new.rename(final)
    shutil.rmtree(old, ignore_errors=True)


def load_state(
    output: Path,
    module: nn.Module,
    optimizers: Sequence[Optimizer],
    average: WeightAverage,
    facts: Facts,
) -> int:
    """
    Put a saved state into freshly made objects.

    :param facts: those of the run that goes on.
    :return: the number of steps that have been taken.
    :raises InputError: naming the file, if there is none, or it belongs to another run.
    """
    folder = output / FOLDER
    if not folder.exists():
        folder = output / OLD  # interrupted while the new one took its place
    try:
        saved = json.loads((folder / FACTS).read_text(encoding='utf-8'))
        step, then = int(saved['step']), dict(saved['settings'])
        tensors = load_file(folder / TENSORS)
    except (OSError, ValueError, TypeError, KeyError, SafetensorError) as error:
        raise InputError(f'{output}: no state to go on from: {error}') from error
    for name, value in then.items():
        if name not in _FREE and facts.get(name) != value:
            raise InputError(
                f'{folder / FACTS}: {name}: the run was started with {value!r}, not '
                f'{facts.get(name)!r}'
            )
    _take_empty_steps(optimizers)  # which makes the optimisers' tensors
    expected = _tensors(module, optimizers, average)
    # What never had a gradient has no optimiser state; everything else must be there.
    needed = {name for name in expected if not name.startswith('optimizer.')}
    odd = sorted((needed - set(tensors)) | (set(tensors) - set(expected)))
    odd += [n for n in expected if n in tensors and tensors[n].shape != expected[n].shape]
    if odd:
        raise InputError(f'{folder / TENSORS}: does not fit this run: {", ".join(odd[:5])} ...')
    _restore(tensors, module, optimizers, average)
    return step


def _tensors(
    module: nn.Module, optimizers: Sequence[Optimizer], average: WeightAverage
) -> dict[str, Tensor]:
    """Return every tensor of the state under a name of its own."""
    tensors = {f'module.{name}': p.detach() for name, p in _trained(module)}
    tensors |= {f'average.{name}': value for name, value in average.values.items()}
    for number, optimizer in enumerate(optimizers):
        for name, parameter in _named(optimizer):
            for key, value in optimizer.state[parameter].items():
                tensors[f'optimizer.{number}.{name}.{key}'] = torch.as_tensor(value)
    return {name: tensor.contiguous() for name, tensor in tensors.items()}


def _trained(module: nn.Module) -> list[tuple[str, nn.Parameter]]:
    return [(name, p) for name, p in module.named_parameters() if p.requires_grad]


def _take_empty_steps(optimizers: Sequence[Optimizer]) -> None:
    for optimizer in optimizers:
        rates = [group['lr'] for group in optimizer.param_groups]
        for group in optimizer.param_groups:
            group['lr'] = 0.0
            for parameter in group['params']:
                parameter.grad = torch.zeros_like(parameter)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group['lr'] = rate


def _named(optimizer: Optimizer) -> list[tuple[str, nn.Parameter]]:
    """Return the parameters of an optimiser that was given their names."""
    groups = optimizer.param_groups
    return [pair for g in groups for pair in zip(g['param_names'], g['params'], strict=True)]


@torch.no_grad()
def _restore(
    tensors: dict[str, Tensor],
    module: nn.Module,
    optimizers: Sequence[Optimizer],
    average: WeightAverage,
) -> None:
    for name, parameter in _trained(module):
        parameter.copy_(tensors[f'module.{name}'])
    for name, value in average.values.items():
        value.copy_(tensors[f'average.{name}'])
    for number, optimizer in enumerate(optimizers):
        for name, parameter in _named(optimizer):
            state: dict[str, Any] = optimizer.state[parameter]
            keys = {key: f'optimizer.{number}.{name}.{key}' for key in state}
            if not any(key in tensors for key in keys.values()):
                del optimizer.state[parameter]
                continue
            for key, value in state.items():
                saved = tensors[keys[key]]
                if isinstance(value, Tensor):
                    value.copy_(saved)
                else:
                    state[key] = saved.item()
