# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Masks against a loop and recordings, attention against its formula."""

from __future__ import annotations

import itertools

import pytest
from safetensors.torch import load_file
import torch

from pi0_ros.model.attention import additive, attend, block_mask, positions_of


def looked_at(pad, starts):
    """Return who may look at whom, by the words of the module's docstring."""
    mask = torch.zeros(len(pad), len(pad[0]), len(pad[0]), dtype=torch.bool)
    for b, query, key in itertools.product(*map(range, mask.shape)):
        opened_between = any(starts[query + 1 : key + 1])  # key stands in a later block
        mask[b, query, key] = pad[b][query] and pad[b][key] and not opened_between
    return mask


@pytest.mark.parametrize('starts', [[1] * 6, [0] * 6, [0, 0, 0, 1, 1, 0], [0, 0, 0, 1, 0, 0]])
def test_block_mask_is_what_the_pattern_says(starts):
    pad = [[True] * 6, [True, True, False, True, False, True], [False] * 6]
    found = block_mask(torch.tensor(pad), torch.tensor(starts, dtype=torch.bool))
    assert torch.equal(found, looked_at(pad, starts))


@pytest.mark.parametrize('case', range(5))
def test_masks_and_positions_are_openpis(reference, case):
    recorded = load_file(reference / 'prep' / 'helpers.safetensors')
    pad, att = recorded[f'mask.{case}.pad'].bool(), recorded[f'mask.{case}.att']
    assert torch.equal(block_mask(pad, att.bool()), recorded[f'mask.{case}.out'].bool())
    assert torch.equal(positions_of(pad), recorded[f'mask.{case}.position_ids'].long())


def test_positions_continue_after_real_tokens_only():
    before = torch.tensor([[True, False, True], [False, False, False]])
    found = positions_of(torch.ones(2, 2, dtype=torch.bool), after=before)
    assert found.tolist() == [[2, 3], [0, 1]]


@pytest.mark.parametrize('groups', [1, 2, 4])
def test_attention_is_its_formula_for_any_number_of_key_value_heads(groups):
    torch.manual_seed(0)
    query, key, value = (
        torch.randn(2, heads, length, 8) for heads, length in ((4, 3), (groups, 5), (groups, 5))
    )
    mask = torch.rand(2, 3, 5) > 0.4
    mask[..., 0] = True
    found = attend(query, key, value, additive(mask, torch.float32)).view(2, 3, 4, 8)
    for b, head, q in itertools.product(range(2), range(4), range(3)):
        group = head * groups // 4
        keys, values = key[b, group, mask[b, q]], value[b, group, mask[b, q]]
        weights = torch.softmax(keys @ query[b, head, q] / 8**0.5, dim=0)
        torch.testing.assert_close(found[b, q, head], weights @ values)


@pytest.mark.parametrize('dtype', [torch.float32, torch.bfloat16])
def test_a_query_that_sees_nothing_averages_over_everything(dtype):
    query, key, value = torch.randn(3, 1, 2, 4, 8).to(dtype)
    found = attend(query, key, value, additive(torch.zeros(1, 4, 4, dtype=torch.bool), dtype))
    mean = value.mean(dim=2).flatten()
    torch.testing.assert_close(found[0, 0], mean, atol=2e-2, rtol=0)
    assert found.isfinite().all()
