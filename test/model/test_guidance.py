# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Real-time chunking: the mask and weights are the paper's, the pull is a derivative."""

from __future__ import annotations

from functools import partial
import math

from numpy.testing import assert_allclose
import pytest
import torch

from pi0_ros.model.flow import denoise
from pi0_ros.model.guidance import (
    Guidance,
    Pull,
    continued,
    guidance_weight,
    guided,
    soft_mask,
)

PULLS = list(Pull)


@pytest.mark.parametrize(('delay', 'overlap'), [(0, 6), (2, 6), (3, 3), (0, 0), (4, 8)])
def test_the_mask_is_the_papers(delay, overlap):
    expected = []
    for i in range(8):
        c = (overlap - i) / (overlap - delay + 1)
        soft = c * (math.exp(c) - 1) / (math.e - 1)
        expected.append(1.0 if i < delay else soft if i < overlap else 0.0)
    assert_allclose(soft_mask(8, delay, overlap), expected, rtol=1e-6)


def test_an_old_chunk_that_ends_too_early_binds_no_further():
    assert soft_mask(5, 4, 2).tolist() == [1, 1, 0, 0, 0]


@pytest.mark.parametrize(('delay', 'overlap'), [(-1, 3), (0, 6), (0, -1)])
def test_lengths_that_make_no_sense_are_refused(delay, overlap):
    with pytest.raises(ValueError, match=f'delay {delay}, overlap {overlap}'):
        soft_mask(5, delay, overlap)


def test_the_weight_is_the_papers():
    """At five steps, tau = k / 5: infinite, 4.25, 13 / 6, 13 / 6, 4.25."""
    t = 1 - torch.arange(5) / 5
    expected = [5.0, 4.25, 13 / 6, 13 / 6, 4.25]
    assert_allclose(guidance_weight(t, 5.0), expected, rtol=1e-5)


def toy(x_t, time):
    """A velocity that mixes everything with everything."""
    mixing = torch.linspace(-70.0, 90.0, 144, dtype=x_t.dtype).sin().view(12, 12)
    return torch.tanh(x_t.flatten(1) @ mixing).view_as(x_t) * (1 + time[:, None, None])


@pytest.fixture
def chunk_shapes():
    generator = torch.Generator().manual_seed(0)
    return torch.randn(2, 2, 4, 3, generator=generator, dtype=torch.float64)


def test_the_pull_is_the_gradient_of_the_weighted_distance(chunk_shapes):
    """By finite differences: the pull lowers sum(w (Y - x1)²) / 2, Y and w fixed."""
    x_t, old = chunk_shapes
    time = torch.tensor([0.6, 0.6], dtype=torch.float64)
    weights = soft_mask(4, 1, 3).double()
    toward = guided(toy, Guidance(old, weights, max_weight=1e9))
    with_torch = (toy(x_t, time) - toward(x_t, time)) / guidance_weight(time[0], 1e9)

    def distance(x):
        outcome = x - time[:, None, None] * toy(x, time)
        return (weights[:, None] * (old - outcome) ** 2).sum() / 2

    step = 1e-6
    numeric = torch.zeros_like(x_t)
    for index in range(x_t.numel()):
        shift = torch.zeros(x_t.numel(), dtype=torch.float64)
        shift[index] = step
        shift = shift.view_as(x_t)
        numeric.view(-1)[index] = -(distance(x_t + shift) - distance(x_t - shift)) / (2 * step)
    assert_allclose(with_torch, numeric, atol=1e-7)


def test_the_direct_pull_has_no_derivative_in_it(chunk_shapes):
    x_t, old = chunk_shapes
    time = torch.tensor([0.6, 0.6], dtype=torch.float64)
    weights = soft_mask(4, 1, 3).double()
    toward = guided(toy, Guidance(old, weights, Pull.DIRECT))
    lacking = weights[:, None] * (old - (x_t - 0.6 * toy(x_t, time)))
    expected = toy(x_t, time) - guidance_weight(time[0], 5.0) * lacking
    assert_allclose(toward(x_t, time), expected)


@pytest.mark.parametrize('pull', PULLS)
def test_a_mask_of_zeros_changes_nothing(model, inputs, chunk, pull):
    _, noise, _ = chunk
    with torch.no_grad():
        cache = model.prefill(model.embed_prefix(model.encode_images(inputs.images), inputs))
        velocity = partial(model.velocity, cache, inputs.state)
        horizon = noise.shape[1]
        guidance = Guidance(torch.randn_like(noise), soft_mask(horizon, 0, 0), pull)
        plain = denoise(velocity, noise, 4)
        assert torch.equal(denoise(guided(velocity, guidance), noise, 4), plain)


@pytest.mark.parametrize('pull', PULLS)
def test_the_chunk_begins_as_the_old_one_goes_on(model, inputs, chunk, pull):
    """Through the network: nearer to the old chunk than without guidance, and where it binds."""
    _, noise, _ = chunk
    horizon = noise.shape[1]
    generator = torch.Generator().manual_seed(1)
    old = torch.randn(noise.shape, generator=generator)
    weights = soft_mask(horizon, horizon // 2, horizon // 2)
    with torch.no_grad():
        cache = model.prefill(model.embed_prefix(model.encode_images(inputs.images), inputs))
        velocity = partial(model.velocity, cache, inputs.state)
        plain = denoise(velocity, noise, 10)
        found = denoise(guided(velocity, Guidance(old, weights, pull)), noise, 10)
    bound, free = slice(0, horizon // 2), slice(horizon // 2, None)
    assert (found - old)[:, bound].abs().mean() < 0.2 * (plain - old)[:, bound].abs().mean()
    assert (found - plain)[:, free].abs().mean() < (found - plain)[:, bound].abs().mean()
    assert not found.requires_grad


def test_no_gradients_of_weights_are_kept(model, inputs, chunk):
    _, noise, _ = chunk
    with torch.no_grad():
        cache = model.prefill(model.embed_prefix(model.encode_images(inputs.images), inputs))
        velocity = partial(model.velocity, cache, inputs.state)
        guidance = Guidance(noise, soft_mask(noise.shape[1], 1, noise.shape[1]))
        denoise(guided(velocity, guidance), noise, 2)
    assert all(parameter.grad is None for parameter in model.parameters())


@pytest.fixture
def velocity(model, inputs):
    with torch.no_grad():
        cache = model.prefill(model.embed_prefix(model.encode_images(inputs.images), inputs))
        yield partial(model.velocity, cache, inputs.state)


def test_what_is_given_comes_out(velocity, chunk):
    _, noise, _ = chunk
    given = torch.randn(noise.shape, generator=torch.Generator().manual_seed(1))
    known = torch.arange(len(noise)) + 1
    found = denoise(continued(velocity, given, known), noise, 7)
    plain = denoise(velocity, noise, 7)
    for i, count in enumerate(known.tolist()):
        torch.testing.assert_close(found[i, :count], given[i, :count], atol=1e-5, rtol=0)
        assert (
            found[i, count:] - plain[i, count:]
        ).abs().max() > 1e-4  # the rest takes note of it


def test_with_nothing_given_it_is_plain_sampling(velocity, chunk):
    _, noise, _ = chunk
    known = torch.zeros(len(noise), dtype=torch.int64)
    found = denoise(continued(velocity, torch.full_like(noise, 9.0), known), noise, 7)
    torch.testing.assert_close(found, denoise(velocity, noise, 7), atol=1e-5, rtol=0)
