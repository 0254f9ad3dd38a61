# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""PyTorch's optimisers over the model's parameters, and the average of the weights."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.optim import AdamW, Optimizer

from pi0_ros.train.settings import TrainSettings
from pi0_ros.types import InputError

BETAS = (0.9, 0.95)  # openpi, src/openpi/training/optimizer.py, AdamW
_TRANSFORMERS = ('model.text.', 'model.expert.', 'model.vision.encoder.')
_PEAK = 'peak'  # a group's highest learning rate


def build_optimizers(module: nn.Module, settings: TrainSettings) -> list[Optimizer]:
    """
    Return what trains the module's parameters: AdamW alone, or Muon and AdamW.

    Vectors (norms and biases) are not decayed.

    :raises InputError: if this PyTorch has no Muon.
    """
    trained = {name: p for name, p in module.named_parameters() if p.requires_grad}
    if settings.optimizer == 'adamw':
        return [_adamw(trained, settings)]
    muon = getattr(torch.optim, 'Muon', None)
    if muon is None:
        raise InputError(f'optimizer: muon needs PyTorch 2.9, this is {torch.__version__}')
    inner = {n: p for n, p in trained.items() if p.ndim == 2 and n.startswith(_TRANSFORMERS)}
    rest = {n: p for n, p in trained.items() if n not in inner}
    peak, decay = settings.muon_learning_rate, settings.weight_decay
    group = {'params': list(inner.items()), _PEAK: peak}
    return [muon([group], lr=peak, weight_decay=decay), _adamw(rest, settings)]


def _adamw(parameters: dict[str, nn.Parameter], settings: TrainSettings) -> Optimizer:
    groups = []
    for matrices, decay in ((True, settings.weight_decay), (False, 0.0)):
        mine = [(name, p) for name, p in parameters.items() if (p.ndim > 1) == matrices]
        groups.append({'params': mine, 'weight_decay': decay, _PEAK: settings.learning_rate})
    return AdamW([group for group in groups if group['params']], betas=BETAS)


def set_learning_rate(optimizers: Iterable[Optimizer], fraction: float) -> None:
    """Set every group's learning rate to a fraction of its highest."""
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group['lr'] = group[_PEAK] * fraction


class WeightAverage:
    """
    Exponential moving average of parameters.

    :param decay: of the average; at first less, so that the beginning is soon forgotten.
    """

    def __init__(self, parameters: dict[str, nn.Parameter], decay: float) -> None:
        self._decay = decay
        self.values = {name: p.detach().clone() for name, p in parameters.items()}

    @torch.no_grad()
    def update(self, parameters: dict[str, nn.Parameter], step: int) -> None:
        """
        Move towards the parameters.

        :param step: number of the step that made them, from 0.
        """
        decay = min(self._decay, (step + 1) / (step + 10))
        current = [parameters[name].detach() for name in self.values]
        averages: list[Tensor] = list(self.values.values())
        torch._foreach_lerp_(averages, current, 1 - decay)  # as torch.optim does
