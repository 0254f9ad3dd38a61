# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The engine of recordings without CUDA: it keeps CUDA's rules, and refills the same memory.

What is recorded can't wait for the GPU, so it looks at no numbers, nor does it bring any from the
CPU; and it names the device of what it makes, because PyTorch would take another one.
"""

from __future__ import annotations

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from pi0_ros.policy.cuda_graph import GraphEngine

WAITS = {'_local_scalar_dense', 'nonzero', 'masked_select', 'equal', '_unique2', 'lift_fresh'}


class Rules(TorchDispatchMode):
    """Refuse what waits for the GPU or the CPU, and what is made nowhere in particular."""

    def __torch_dispatch__(self, function, _types, args=(), kwargs=None):
        name = function.overloadpacket.__name__
        assert name not in WAITS, f'{name} in a recording'
        if name == 'index':  # by truth values, it counts them
            assert all(i is None or i.dtype != torch.bool for i in args[1]), 'index by bool'
        result = function(*args, **(kwargs or {}))
        for tensor in tree_leaves(result):
            assert not getattr(tensor, 'is_meta', False), f'{name}: no device was named'
        return result


class Rehearsal(GraphEngine):
    """Small models show what rounding does only if it is not to a multiple of 32."""

    grain = 4

    def __init__(self, model, num_steps, **options):
        self.recorded = 0
        super().__init__(model, num_steps, self._rehearse, **options)

    def _wrap(self):
        return super(GraphEngine, self)._wrap()

    def _rehearse(self, function):
        self.recorded += 1
        function()  # what is made once for ever is made before CUDA records

        def perform():
            with torch.device('meta'), Rules():
                return function()

        result = perform()

        def replay():
            for place, tensor in zip(tree_leaves(result), tree_leaves(perform()), strict=True):
                if place is not None and place is not tensor:
                    place.copy_(tensor)
            return result

        return replay
