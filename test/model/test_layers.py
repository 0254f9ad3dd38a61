# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Norms, rotary positions and the time embedding against their formulas and recordings."""

from __future__ import annotations

from safetensors.torch import load_file
import torch

from pi0_ros.model.layers import (
    AdaptiveRMSNorm,
    RMSNorm,
    add_gated,
    rotary,
    rotate,
    time_embedding,
)


def test_a_fresh_norm_gives_unit_mean_square():
    norm = RMSNorm(16, 1e-6)
    x = 7 * torch.randn(2, 3, 16)
    found = norm(x, norm.modulation(None))
    torch.testing.assert_close(found.square().mean(-1), torch.ones(2, 3))


def test_adaptive_norm_splits_its_weight_into_scale_shift_and_gate():
    norm = AdaptiveRMSNorm(4, 1e-6)
    with torch.no_grad():
        norm.dense.weight.zero_()
        norm.dense.bias.copy_(torch.tensor([1.0, 10.0, 100.0]).repeat_interleave(4))
    modulation = norm.modulation(torch.zeros(1, 4))
    found = norm(torch.ones(1, 2, 4), modulation)
    torch.testing.assert_close(found, torch.full((1, 2, 4), 1.0 * (1 + 1) + 10))
    gated = add_gated(torch.ones(1, 2, 4), torch.ones(1, 2, 4), modulation.gate)
    torch.testing.assert_close(gated, torch.full((1, 2, 4), 101.0))


def test_norms_compute_in_float32():
    norm = RMSNorm(8, 1e-6)
    x = torch.randn(1, 1, 8).bfloat16()
    exact = norm(x.float(), norm.modulation(None))
    assert torch.equal(norm(x, norm.modulation(None)), exact.bfloat16())


def test_rotation_makes_products_depend_on_distance_alone():
    query, key = torch.randn(2, 1, 1, 1, 16)

    def product(query_position, key_position):
        turned = [
            rotate(x, rotary(torch.tensor([[position]]), 16, 1e4))
            for x, position in ((query, query_position), (key, key_position))
        ]
        return (turned[0] * turned[1]).sum()

    torch.testing.assert_close(product(9, 4), product(4, -1))
    torch.testing.assert_close(product(0, 0), (query * key).sum())
    assert not torch.isclose(product(9, 4), product(4, 9))


def test_time_embedding_is_openpis_to_the_last_bit(reference):
    recorded = load_file(reference / 'prep' / 'helpers.safetensors')
    for width in (32, 64, 1024):
        found = time_embedding(recorded['sin.time'].float(), width, 4e-3, 4.0)
        assert torch.equal(found, recorded[f'sin.d{width}.float32'])
