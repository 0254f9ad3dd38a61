# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The kernels of an expert's layer: what they give, and that they compile, without a GPU."""

from __future__ import annotations

import os
from pathlib import Path
import re
import subprocess
import sys

import pytest
import torch

from pi0_ros.model.config import GEMMA
from pi0_ros.model.gemma import GemmaLayer, KeyValue, LayerModulation
from pi0_ros.model.layers import Modulation, Rotary
from pi0_ros.policy.fused_layers import View

triton = pytest.importorskip('triton')

POINTERS = {torch.bfloat16: '*bf16', torch.float32: '*fp32', torch.int32: '*i32'}
SHARED = 99 * 1024  # bytes that a program may have on each GPU with bfloat16


def test_kernels_give_what_the_plain_layer_gives():
    tests = Path(__file__).with_name('interpreted_kernels.py')
    done = subprocess.run(
        [sys.executable, '-m', 'pytest', '-q', '-p', 'no:cacheprovider', str(tests)],
        env=os.environ | {'TRITON_INTERPRET': '1'}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert not done.returncode, done.stdout + done.stderr
    assert ' passed' in done.stdout


class Compiled:
    """A kernel that is compiled for a device as it would be called, and not called."""

    def __init__(self, kernel, capability, found):
        self.kernel, self.capability, self.found = kernel, capability, found

    def __getitem__(self, _grid):
        return self._compile

    def _compile(self, *args, **options):
        signature, constants, facts = {}, {}, {}
        for i, (parameter, value) in enumerate(zip(self.kernel.params, args, strict=True)):
            if parameter.is_constexpr or value is None:
                signature[parameter.name], constants[(i,)] = 'constexpr', value
                continue
            kinds = {int: 'i32', float: 'fp32'}
            tensor = isinstance(value, torch.Tensor)
            signature[parameter.name] = POINTERS[value.dtype] if tensor else kinds[type(value)]
            if tensor or (isinstance(value, int) and value % 16 == 0):
                facts[i,] = [['tt.divisibility', 16]]
        source = triton.compiler.ASTSource(self.kernel, signature, constants, facts)
        target = triton.backends.compiler.GPUTarget('cuda', self.capability, 32)
        self.found[self.kernel.__name__] = triton.compile(source, target=target, options=options)


@pytest.mark.parametrize(('capability', 'adaptive'), [(80, False), (90, True)])
def test_kernels_compile_for_the_public_sizes(capability, adaptive, monkeypatch, tmp_path):
    from pi0_ros.policy.kernels import attention, layer, products  # noqa: PLC0415

    monkeypatch.setenv('TRITON_CACHE_DIR', str(tmp_path))
    found = {}
    for module, names in ((products, ('project', 'gate_up', 'add_product')),
                          (attention, ('attend', 'merge'))):  # fmt: skip
        for name in names:
            kernel = Compiled(getattr(module, name), capability, found)
            monkeypatch.setattr(module, name, kernel)
    config = GEMMA['gemma_300m']
    length, places = 50 + (not adaptive), 870
    with torch.device('meta'):
        one = layer.KernelLayer(GemmaLayer(config, adaptive=adaptive).bfloat16(), config)
        x = torch.empty(1, length, config.width, dtype=torch.bfloat16)
        norm = torch.empty(1, 1, config.width)  # what modulates stays float32
        parts = [norm] * 3 if adaptive else [norm[0, 0]]
        modulation = LayerModulation(Modulation(*parts), Modulation(*parts))
        room = KeyValue(*x.new_empty(2, 1, 1, places, config.head_dim))
        rotation = Rotary(*torch.empty(2, 1, length, 1, config.head_dim))
        bias = x.new_empty(1, 1, 1, places + 10)[..., :places]
        one(x, modulation, View(rotation, bias), room)
    assert len(found) == 5
    for name, kernel in found.items():
        assert kernel.metadata.shared <= SHARED, name
        cubin = tmp_path / 'cubin'
        cubin.write_bytes(kernel.asm['cubin'])
        dump = triton.knobs.nvidia.cuobjdump.path
        usage = subprocess.check_output([dump, '-res-usage', str(cubin)], text=True)
        figures = {what: int(count) for what, count in re.findall(r'(\w+):(\d+)', usage)}
        assert not figures['STACK'] + figures['LOCAL'], name
