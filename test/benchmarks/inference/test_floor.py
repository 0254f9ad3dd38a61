# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The floor, against figures that were worked out by hand for the public sizes."""

import pytest
import torch

from benchmarks.inference.floor import Load, Rates, work
from benchmarks.inference.settings import PUBLIC

H200 = Rates(790e12, 4.3e12)
RTX_4090 = Rates(165e12, 1.0e12)
THOR = Rates(257e12, 273e9)


def load(cameras, tokens, *, batch=1, steps=10):
    return Load(cameras, tokens, steps, batch, torch.bfloat16)


# Operations of vision, prefix and denoising [1e9], and bytes of each [1e9].
@pytest.mark.parametrize(
    ('model', 'cameras', 'tokens', 'flops', 'traffic'),
    [
        ('pi0', 2, 48, (440, 2141, 364), (0.83, 3.76, 6.33)),
        ('pi0', 3, 48, (661, 3149, 383), (0.83, 3.76, 6.38)),
        ('pi05', 2, 200, (440, 2737, 368), (0.83, 3.76, 6.36)),
        ('pi05', 3, 200, (661, 3756, 386), (0.83, 3.76, 6.41)),
    ],
)
def test_work_of_the_public_models(model, cameras, tokens, flops, traffic):
    found = list(work(PUBLIC[model], load(cameras, tokens)).values())
    assert [one.flops / 1e9 for one in found] == pytest.approx(flops, rel=0.005)
    assert [one.bytes / 1e9 for one in found] == pytest.approx(traffic, rel=0.005)


@pytest.mark.parametrize(
    ('model', 'cameras', 'tokens', 'rates', 'milliseconds'),
    [
        ('pi0', 2, 48, H200, (0.56, 2.71, 1.47)),
        ('pi0', 3, 48, H200, (0.84, 3.99, 1.48)),
        ('pi05', 3, 200, RTX_4090, (4.00, 22.8, 6.41)),
        ('pi0', 2, 48, THOR, (3.04, 13.8, 23.2)),
    ],
)
def test_least_time(model, cameras, tokens, rates, milliseconds):
    found = work(PUBLIC[model], load(cameras, tokens)).values()
    assert [one.milliseconds(rates) for one in found] == pytest.approx(milliseconds, rel=0.01)


def test_weights_are_read_once_for_a_batch():
    one, four = (work(PUBLIC['pi0'], load(2, 20, batch=batch)) for batch in (1, 4))
    assert four['vision'].flops == 4 * one['vision'].flops
    assert four['vision'].bytes == one['vision'].bytes
    assert four['denoise'].bytes < 1.1 * one['denoise'].bytes


def test_steps_repeat_the_expert_alone():
    one, five = (work(PUBLIC['pi0'], load(2, 20, steps=steps)) for steps in (1, 5))
    assert five['prefix'] == one['prefix']
    assert five['denoise'].flops == 5 * one['denoise'].flops
    assert five['denoise'].bytes == 5 * one['denoise'].bytes
