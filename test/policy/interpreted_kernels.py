# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The kernels of an expert's layer, in Triton's interpreter, which needs no GPU.

Whether there is a kernel or its interpreter is settled where it is defined, Triton's own among
them, so test_kernels.py runs these tests in a process that has TRITON_INTERPRET=1 from the start.
"""

from __future__ import annotations

from copy import deepcopy
from functools import cache
import itertools
from unittest.mock import patch

import pytest
from test_engine import check_with, random_model
import torch

from pi0_ros.model.config import GemmaConfig
from pi0_ros.model.gemma import GemmaLayer, KeyValue, LayerModulation
from pi0_ros.model.layers import Modulation, Rotary, rotary
from pi0_ros.policy.engine import Engine
from pi0_ros.policy.fused_layers import StreamLayer, View
from pi0_ros.policy.kernels import products
from pi0_ros.policy.kernels.layer import KernelLayer

# A sigmoid of much is 0 or 1 on any way.
pytestmark = pytest.mark.filterwarnings('ignore:overflow encountered in exp')

WIDTH, HEAD, SHARING = 72, 24, 2  # no multiples of what a program does
PREFIX = 139  # the keys are split, and the last split isn't full


@cache
def layers(groups):
    """Return a layer of plain PyTorch and one of kernels, of the same weights."""
    torch.manual_seed(1)
    config = GemmaConfig(
        width=WIDTH, depth=1, mlp_dim=80, num_heads=SHARING * groups, num_kv_heads=groups,
        head_dim=HEAD,
    )  # fmt: skip
    layer = GemmaLayer(config, adaptive=False)
    for parameter in layer.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    return StreamLayer(layer, config, few=True), KernelLayer(layer, config)


def modulate(batch, tokens, *, adaptive):
    """Return a layer's modulation; of no batch element in particular where batch is None."""
    shape = (WIDTH,) if batch is None else (batch, tokens, WIDTH)
    parts = 0.5 * torch.randn(2, 3 if adaptive else 1, *shape)
    return LayerModulation(*(Modulation(*norm) for norm in parts))


def passed(layer, x, modulation, view, room, *, apart=False):
    """Return what a layer gives and leaves."""
    room = KeyValue(*(part.clone() for part in room))
    with torch.no_grad():
        return layer(x, modulation, view, room, apart=apart), *room


def check(batch, groups, length, modulation, bias, *, apart=False):
    places = PREFIX + length
    x = torch.randn(batch, length, WIDTH)
    positions = PREFIX + torch.arange(length) + 3 * torch.arange(batch)[:, None]
    rotation = Rotary(*(part.transpose(1, 2) for part in rotary(positions, HEAD, 100.0)))
    room = KeyValue(*torch.randn(2, batch, groups, places, HEAD))
    view = View(rotation, bias)
    plain, kernels = layers(groups)
    expected = passed(plain, x, modulation, view, room, apart=apart)
    found = passed(kernels, x, modulation, view, room, apart=apart)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=0)
    assert not kernels.arrivals.any()


def hide(batch, rows, places):
    """Return a bias that hides some keys, a whole split's among them."""
    hidden = torch.rand(batch, 1, rows, places) < 0.3
    hidden[..., :130] = True
    hidden[..., -1] = False
    return hidden * -1e9


MODULATIONS = {
    'constant': lambda _batch: modulate(None, 1, adaptive=False),
    'scaled': lambda batch: modulate(batch, 1, adaptive=False),
    'adaptive of all': lambda _batch: modulate(1, 1, adaptive=True),
    'adaptive of each': lambda batch: modulate(batch, 1, adaptive=True),
}


@pytest.fixture(autouse=True)
def _same_numbers():
    torch.manual_seed(2)


# Each with each would take minutes; with every eleventh, any two values meet.
CASES = itertools.product((1, 2), (1, 2), ('nothing', 'alike', 'apart'), (1, 7, 51), MODULATIONS)


@pytest.mark.parametrize(('batch', 'groups', 'biased', 'length', 'kind'), [*CASES][::11])
def test_layer_is_the_plain_one(batch, groups, biased, length, kind):
    rows = {'nothing': 0, 'alike': 1, 'apart': length * SHARING}[biased]
    bias = hide(batch, rows, PREFIX + length) if rows else None
    check(batch, groups, length, MODULATIONS[kind](batch), bias)


def test_tokens_may_be_of_several_tiles():
    check(2, 1, 70, modulate(2, 1, adaptive=True), None)


def test_rotations_may_be_the_last_of_more():
    """π0's actions have those after the state's."""
    whole = Rotary(
        *(part.transpose(1, 2) for part in rotary(torch.arange(16).view(2, 8), HEAD, 9))
    )
    rotation = Rotary(*(part[:, -7:] for part in whole))
    room = KeyValue(*torch.randn(2, 2, 1, PREFIX, HEAD))
    x, modulation = torch.randn(2, 7, WIDTH), modulate(None, 1, adaptive=False)
    found = [passed(one, x, modulation, View(rotation, None), room) for one in layers(1)]
    torch.testing.assert_close(*found, atol=1e-5, rtol=0)


def no_kernels():
    return patch.object(products, 'project', None)


def test_with_no_place_to_write_to_there_are_no_kernels():
    with no_kernels():
        check(1, 1, 7, modulate(1, 1, adaptive=True), None, apart=True)


def test_with_a_modulation_for_each_token_there_are_no_kernels():
    with no_kernels():
        check(2, 1, 7, modulate(2, 7, adaptive=True), None)


def test_with_many_tokens_there_are_no_kernels():
    with no_kernels():
        check(11, 1, 130, modulate(None, 1, adaptive=False), None)


class KernelEngine(Engine):
    """Plain, but for the expert's layers."""

    def _expert(self):
        return KernelLayer


@pytest.mark.parametrize('pi05', [False, True], ids=['pi0', 'pi05'])
def test_actions_are_the_plain_ones(pi05):
    engine = KernelEngine(deepcopy(random_model(pi05)), 2)
    check_with(engine, pi05, [(True, False, True), (True, True, True)], [5, 8], num_steps=2)
    assert all(isinstance(layer, KernelLayer) for layer in engine.pipeline.expert)
