# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Noisy actions to the expert's tokens, and what flow time makes of tokens and norms, as a table.

The readable form is :mod:`pi0_ros.model.pi0`'s. It knows no prefix.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from pi0_ros.model.flow import euler_times
from pi0_ros.model.gemma import LayerModulation, Modulations
from pi0_ros.model.layers import Modulation, time_embedding
from pi0_ros.model.pi0 import Pi0


class ActionEmbedding(nn.Module):
    """
    Noisy actions to the expert's tokens, and flow time to what it makes of tokens and norms.

    Only the times of the steps occur, and 0 for actions that are given, so all that depends on
    time alone is a table. π0's first two linear maps have no non-linearity between them and are
    one.
    """

    steps: Tensor
    times: Tensor
    table: Tensor

    def __init__(self, model: Pi0, num_steps: int) -> None:
        super().__init__()
        device = model.action_in_proj.weight.device
        times = torch.tensor([*euler_times(num_steps), 0.0], device=device)
        steps = torch.arange(num_steps, device=device).view(-1, 1, 1)
        self.register_buffer('times', times)
        self.register_buffer('steps', steps)
        self.pi05, self.depth = model.config.pi05, model.config.expert.depth
        with torch.no_grad():
            if self.pi05:
                self.project = model.action_in_proj
                table = _modulation_table(model, times)
            else:
                self.project, table = _time_mlp(model, times)
                self.mix = model.action_time_mlp_out
                self.constants = model.expert.modulations()
        self.register_buffer('table', table)

    def index_of(self, time: Tensor) -> Tensor:
        """
        Return the places of times in the table, (B, 1) or (B, H).

        :param time: the steps' or 0, (B,), or one for each action, (B, H).
        """
        return (time.view(len(time), -1, 1) == self.times).int().argmax(-1)

    def forward(self, x_t: Tensor, index: Tensor) -> tuple[Tensor, Modulations]:
        """
        Return the tokens of the actions, (B, H, D) float32, and what time makes of the norms.

        :param x_t: (B, H, A).
        :param index: (B or 1, H or 1).
        """
        rows = self.table[index]
        if not self.pi05:
            return self.mix(F.silu(self.project(x_t) + rows)), self.constants
        norms = [Modulation(*norm.unbind(-2)) for norm in rows.unbind(-3)]
        layers = zip(norms[:-1:2], norms[1::2], strict=True)
        modulations = Modulations(tuple(LayerModulation(*pair) for pair in layers), norms[-1])
        return self.project(x_t), modulations


def _modulation_table(model: Pi0, times: Tensor) -> Tensor:
    """Return scale, shift and gate of all norms at each time, (T, 2 * depth + 1, 3, D)."""
    layers, final = model.expert.modulations(model.time_condition(times))
    norms = [norm for layer in layers for norm in layer] + [final]
    return torch.stack([torch.stack([part for part in norm if part is not None], -2)
                        for norm in norms], dim=-3).squeeze(1)  # fmt: skip


def _time_mlp(model: Pi0, times: Tensor) -> tuple[nn.Linear, Tensor]:
    """Return the first map from actions to the MLP's hidden layer, and what times add, (T, D)."""
    inner, outer = model.action_in_proj, model.action_time_mlp_in
    of_actions, of_time = outer.weight.double().chunk(2, dim=1)  # (D, D) each
    weight = of_actions @ inner.weight.double()  # (D, A)
    config = model.config
    embedded = time_embedding(times, config.expert.width, config.min_period, config.max_period)
    table = embedded.double() @ of_time.T + of_actions @ inner.bias.double()
    project = nn.Linear(inner.in_features, outer.out_features, bias=False, device='meta')
    project.weight = nn.Parameter(weight.to(inner.weight.dtype), requires_grad=False)
    return project, (table + outer.bias.double()).to(inner.weight.dtype)
