# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The training loop: batches in, better weights out.

Every random number follows from (seed, step, micro-batch, process), so a run that is resumed
gives the losses it would have given. The loss is the model's own. It knows neither files of
demonstrations nor how a checkpoint's folder is put together.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel
from torch.optim import Optimizer

from pi0_ros.model.flow import sample_time
from pi0_ros.model.pi0 import Inputs, Pi0
from pi0_ros.policy.preprocess import Preprocessor
from pi0_ros.train.augment import augment
from pi0_ros.train.data import Item
from pi0_ros.train.grounding import Grounding
from pi0_ros.train.lora import add_adapters, merged_weights
from pi0_ros.train.optimizers import WeightAverage, build_optimizers, set_learning_rate
from pi0_ros.train.schedule import learning_rate_fraction, seed_of
from pi0_ros.train.settings import TrainSettings


class Losses(NamedTuple):
    """
    Mean losses of a batch.

    :param flow: squared error of the velocity over all padded dimensions.
    :param grounding: of the grounding aid; 0 without it.
    """

    flow: Tensor
    grounding: Tensor


class StepReport(NamedTuple):
    """
    What a step came to.

    :param step: its number, from 0.
    :param flow: mean loss of the velocity.
    :param grounding: mean loss of the aid.
    :param gradient_norm: before clipping.
    :param rate_fraction: of the highest learning rates.
    """

    step: int
    flow: float
    grounding: float
    gradient_norm: float
    rate_fraction: float


class Objective(nn.Module):
    """
    The model and its loss as one module, so that several processes can share its gradients.

    :param model: in training mode.
    """

    def __init__(self, model: Pi0, settings: TrainSettings) -> None:
        super().__init__()
        model.gradient_checkpointing = settings.gradient_checkpointing
        model.config = replace(model.config, known_actions=settings.known_actions)
        if settings.lora_rank:
            add_adapters(model, settings.lora_rank)
        self.model = model
        self.grounding = Grounding(model) if settings.grounding else None

    def forward(
        self,
        inputs: Inputs,
        actions: Tensor,
        noise: Tensor,
        time: Tensor,
        marks: Tensor,
        known: Tensor | None = None,
    ) -> Losses:
        """
        Return the losses of a batch.

        :param actions: (B, H, A).
        :param noise: (B, H, A).
        :param time: (B,).
        :param marks: (B, C * N, M).
        :param known: how many leading actions are given, (B,); the mean is over the others.
        """
        error = self.model.loss(inputs, actions, noise, time, known=known)
        flow = error.mean()
        if known is not None:
            flow = flow / (1 - known.float().mean() / error.shape[1])
        aid = self.grounding.loss(marks) if self.grounding else torch.zeros_like(flow)
        return Losses(flow, aid)


class Trainer:
    """
    One process of a run.

    :param model: on its device; trained in place.
    :param preprocessor: brings batches to the device.
    :param rank: number of this process, of world.
    """

    def __init__(
        self,
        model: Pi0,
        preprocessor: Preprocessor,
        settings: TrainSettings,
        rank: int = 0,
        world: int = 1,
    ) -> None:
        self._settings = settings
        self._preprocessor = preprocessor
        self._device = next(model.parameters()).device
        self._rank, self._world = rank, world
        torch.manual_seed(settings.seed)  # of the aid's head
        self.objective = Objective(model.train(), settings).to(self._device)
        # The prefix's last layer ends in nothing: the expert has seen its keys by then.
        self._shared: nn.Module = (
            DistributedDataParallel(self.objective, find_unused_parameters=True)
            if world > 1
            else self.objective
        )
        self.optimizers = build_optimizers(self.objective, settings)
        self.trained = {
            name: p for name, p in self.objective.named_parameters() if p.requires_grad
        }
        self.average = WeightAverage(self.trained, settings.ema_decay)

    def step(self, number: int, batches: Iterator[Item]) -> StepReport:
        """
        Take one optimiser step.

        :param number: of the step, from 0.
        :param batches: this process' micro-batches, in order.
        :raises FloatingPointError: if the loss or the gradient is not finite.
        """
        settings = self._settings
        fraction = learning_rate_fraction(settings, number)
        set_learning_rate(self.optimizers, fraction)
        for optimizer in self.optimizers:
            optimizer.zero_grad(set_to_none=True)
        totals = torch.zeros(2, device=self._device)
        for part in range(settings.accumulation):
            last = part == settings.accumulation - 1
            alone = isinstance(self._shared, DistributedDataParallel) and not last
            with self._shared.no_sync() if alone else nullcontext():  # type: ignore[operator]
                totals += self._backward(number, part, next(batches))
        if self._world > 1:
            torch.distributed.all_reduce(totals)
        flow, aid = (totals / (settings.accumulation * self._world)).tolist()
        norm = float(nn.utils.clip_grad_norm_(self.trained.values(), settings.clip_norm))
        if not (math.isfinite(flow) and math.isfinite(aid) and math.isfinite(norm)):
            raise FloatingPointError(
                f'step {number}: loss {flow}, aid {aid}, gradient {norm}: expected finite numbers'
            )
        for optimizer in self.optimizers:
            optimizer.step()
        self.average.update(self.trained, number)
        return StepReport(number, flow, aid, norm, fraction)

    def _backward(self, number: int, part: int, item: Item) -> Tensor:
        """Add a micro-batch's gradient; return its two losses."""
        settings = self._settings
        seed = seed_of(settings.seed, number, part, self._rank)
        generator = torch.Generator().manual_seed(seed)  # on the CPU, so the same everywhere
        inputs = self._preprocessor.to_inputs(item.encoded, self._device)
        if settings.augment:
            inputs = inputs._replace(images=augment(inputs.images, generator))
        noise = torch.randn(item.actions.shape, generator=generator).to(self._device)
        time = sample_time(len(item.actions), generator).to(self._device)
        known = None
        if settings.known_actions:
            most, count = settings.known_actions + 1, len(item.actions)
            known = torch.randint(most, (count,), generator=generator).to(self._device)
        actions, marks = item.actions.to(self._device), item.marks.to(self._device)
        low = settings.precision == 'bfloat16'
        with torch.autocast(self._device.type, torch.bfloat16, enabled=low):
            losses: Losses = self._shared(inputs, actions, noise, time, marks, known)
        total = losses.flow + settings.grounding * losses.grounding
        torch.autograd.backward(total / settings.accumulation)
        return torch.stack(losses).detach()

    @property
    def state(self) -> tuple[nn.Module, list[Optimizer], WeightAverage]:
        """All that changes from step to step."""
        return self.objective, self.optimizers, self.average

    def averaged_model(self) -> Pi0:
        """Return a model of its own with the averaged weights, for export."""
        source = self.objective.model
        with torch.device('meta'):
            model = Pi0(source.config)
        averages = {n.removeprefix('model.'): v for n, v in self.average.values.items()}
        values = {name: averages.get(name, p.detach()) for name, p in source.named_parameters()}
        weights = {name: value.clone() for name, value in merged_weights(source, values).items()}
        model.load_state_dict(weights, assign=True)
        return model.eval()
