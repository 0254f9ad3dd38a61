# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The layer of :mod:`pi0_ros.policy.fused_layers` for few tokens, as six kernels."""

from __future__ import annotations

import torch
from torch import Tensor
import triton

from pi0_ros.model.config import GemmaConfig
from pi0_ros.model.gemma import GemmaLayer, KeyValue, LayerModulation
from pi0_ros.model.layers import Modulation, Rotary
from pi0_ros.policy.fused_layers import Matrix, StreamLayer, View
from pi0_ros.policy.kernels import attention, products

# Sizes of what one program does. With the public expert's (D 1024, MLP 4096, eight heads of 256)
# and one batch element they make 80, 128, 128 and 128 programs of the four products, and of the
# attention on 870 keys 91: near one for each of an H200's 132 processors, and none has two.
ROWS = 64  # tokens, so that no weight is read twice
HALF_COLUMNS = 16  # of project, in each half of a head; a dot has no less
COLUMNS = 32
SPLITS = 4
DEPTH_BYTES = 256  # of what is summed at a time, of each row: with its stages 98 KB at most
NORM_WARPS = 8  # of what norms x on its way: with four it is short of registers
QUERY_ROWS = 32
KEY_COLUMNS = 32
KEY_SHARE = 128
MOST_TILES = 32  # of tokens; with more, the products are bound by arithmetic and PyTorch's faster


class KernelLayer(StreamLayer):
    """
    One layer of a Gemma that is alone with its keys, for few tokens.

    What it has no kernels for goes :class:`StreamLayer`'s way: derivatives, modulations that
    differ among the tokens of one batch element, and tokens of more than 32 tiles.
    """

    arrivals: Tensor

    def __init__(self, layer: GemmaLayer, config: GemmaConfig) -> None:
        super().__init__(layer, config, few=True)
        strips = triton.cdiv(config.width, COLUMNS)
        arrivals = self.out.weight.new_zeros(MOST_TILES * strips, dtype=torch.int32)
        self.register_buffer('arrivals', arrivals, persistent=False)

    def forward(
        self,
        x: Tensor,
        modulation: LayerModulation,
        view: View,
        room: KeyValue,
        *,
        apart: bool = False,
    ) -> Tensor:
        """Return x, (B, S, D), a layer on; see :meth:`StreamLayer.forward`."""
        tiles = len(x) * triton.cdiv(x.shape[1], ROWS - 1)
        parts = (part for norm in modulation for part in norm if part is not None)
        if apart or tiles > MOST_TILES or not all(_is_of_all_tokens(part) for part in parts):
            return super().forward(x, modulation, view, room, apart=apart)
        x = x.contiguous()
        query = self._project(x, modulation.attention, view.rotation, room)
        attended = self._attend(query, room, view.bias)
        x = self._add_product(x, attended, self.out, modulation.attention.gate)
        inner = self._gate_up(x, modulation.mlp)
        return self._add_product(x, inner, self.down, modulation.mlp.gate)

    def _project(
        self, x: Tensor, modulation: Modulation, rotation: Rotary, room: KeyValue
    ) -> Tensor:
        """Return the queries, (B, S, K, E); keys and values go to the room's last places."""
        batch, length, width = x.shape
        query = x.new_empty(batch, length, self.queries, self.head_dim)
        half = self.head_dim // 2
        rows, depth = _rows(length), _depth(x)
        heads = self.queries + 2 * self.keys
        grid = heads * triton.cdiv(half, HALF_COLUMNS), triton.cdiv(length, rows - 1), batch
        products.project[grid](
            x, modulation.scale, _step(modulation.scale), modulation.shift,
            _step(modulation.shift), self.qkv.weight, *rotation, _step(rotation.cos), query, *room,
            length, room.key.shape[2], self.eps, width, self.queries, self.keys, half, rows,
            HALF_COLUMNS, depth, num_stages=4, num_warps=NORM_WARPS,
        )  # fmt: skip
        return query

    def _attend(self, query: Tensor, room: KeyValue, bias: Tensor | None) -> Tensor:
        """Return what each query finds, heads side by side, (B, S, K * E)."""
        batch, length, heads, width = query.shape
        groups, places = room.key.shape[1:3]
        sharing, splits = heads // groups, triton.cdiv(places, KEY_SHARE)
        shape = (batch, groups, splits, length * sharing)
        found = query.new_empty(*shape, width, dtype=torch.float32)
        highest, total = (query.new_empty(shape, dtype=torch.float32) for _ in range(2))
        if bias is not None:
            bias = bias.expand(batch, 1, length * sharing, places)
        steps = (0, 0) if bias is None else (bias.stride(0), bias.stride(2))
        lanes = max(16, triton.next_power_of_2(width))
        grid = triton.cdiv(length * sharing, QUERY_ROWS), splits, batch * groups
        attention.attend[grid](
            query, *room, bias, *steps, found, highest, total, length, places, width**-0.5,
            groups, sharing, width, lanes, QUERY_ROWS, KEY_COLUMNS, KEY_SHARE,
            num_stages=4 // query.element_size(),
        )  # fmt: skip
        attended = torch.empty_like(query)
        attention.merge[length * sharing, batch * groups](
            found, highest, total, attended, length, splits, groups, sharing, width, lanes,
            triton.next_power_of_2(splits), num_warps=2,
        )  # fmt: skip
        return attended.flatten(2)

    def _gate_up(self, x: Tensor, modulation: Modulation) -> Tensor:
        """Return the inner values of the MLP, (B, S, mlp_dim)."""
        batch, length, width = x.shape
        inner = x.new_empty(batch, length, self.down.in_features)
        rows = _rows(length)
        grid = triton.cdiv(inner.shape[2], COLUMNS), triton.cdiv(length, rows - 1), batch
        products.gate_up[grid](
            x, modulation.scale, _step(modulation.scale), modulation.shift,
            _step(modulation.shift), self.gate_up.weight, inner, length, self.eps,
            width, inner.shape[2], rows, COLUMNS, _depth(x), num_stages=3, num_warps=NORM_WARPS,
        )  # fmt: skip
        return inner

    def _add_product(
        self, x: Tensor, factor: Tensor, matrix: Matrix, gate: Tensor | None
    ) -> Tensor:
        """Return x + matrix(factor) * gate, (B, S, D)."""
        batch, length, width = x.shape
        out, parts = torch.empty_like(x), x.new_empty(SPLITS, *x.shape, dtype=torch.float32)
        rows, depth, inner = _rows(length), _depth(x), matrix.in_features
        share = triton.cdiv(inner, SPLITS * depth) * depth
        grid = triton.cdiv(width, COLUMNS), SPLITS, batch * triton.cdiv(length, rows)
        products.add_product[grid](
            x, factor, matrix.weight, gate, _step(gate), out, parts, self.arrivals, length,
            width, inner, SPLITS, share, rows, COLUMNS, depth, num_stages=4,
        )  # fmt: skip
        return out


def _is_of_all_tokens(part: Tensor) -> bool:
    """Return whether what modulates, (D,) or (B, 1 or S, D), is one row for a batch element."""
    return part.dim() == 1 or part.shape[1] == 1


def _step(part: Tensor | None) -> int:
    """Return what lies between two batch elements; 0 if they are one for all."""
    return 0 if part is None or part.dim() == 1 or len(part) == 1 else part.stride(0)


def _rows(length: int) -> int:
    """Return how many tokens a tile has, one place being for a shift."""
    return next(rows for rows in (16, 32, ROWS) if rows > length or rows == ROWS)


def _depth(x: Tensor) -> int:
    """Return how many numbers are summed at a time."""
    return DEPTH_BYTES // x.element_size()
