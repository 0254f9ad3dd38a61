# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The direction of time, the schedule of training times, and Euler's method."""

from __future__ import annotations

import pytest
from safetensors.torch import load_file
import torch

from pi0_ros.model.flow import denoise, euler_times, interpolate, sample_actions, sample_time

STEPS = (1, 2, 3, 4, 5, 6, 7, 8, 10, 16, 20, 25, 50, 100)


def test_t_1_is_noise_and_t_0_is_action():
    noise, actions = torch.randn(2, 2, 3, 4)
    x_t, u_t = interpolate(noise, actions, torch.tensor([1.0, 0.0]))
    assert torch.equal(x_t, torch.stack((noise[0], actions[1])))
    assert torch.equal(u_t, noise - actions)


@pytest.mark.parametrize('num_steps', STEPS)
def test_euler_times_are_openpis_to_the_last_bit(reference, num_steps):
    recorded = load_file(reference / 'prep' / 'helpers.safetensors')[f'times.n{num_steps}']
    assert torch.equal(torch.tensor(euler_times(num_steps)), recorded.float())


def test_no_steps_are_refused():
    with pytest.raises(ValueError, match='num_steps'):
        euler_times(0)


@pytest.mark.parametrize('num_steps', [1, 3, 10])
def test_the_true_velocity_leads_from_noise_to_the_actions(num_steps):
    noise, actions = torch.randn(2, 2, 3, 4)
    found = denoise(lambda _x, _t: noise - actions, noise, num_steps)
    torch.testing.assert_close(found, actions, atol=1e-5, rtol=0)


def test_each_step_is_recorded_before_it_is_taken():
    entering = []
    denoise(lambda x, _t: x, torch.ones(1, 1, 1), 2, lambda step, x: entering.append((step, x)))
    assert [(step, x.item()) for step, x in entering] == [(0, 1.0), (1, 0.5)]


def test_training_times_follow_the_beta_distribution():
    times = sample_time(20_000, torch.Generator().manual_seed(0))
    assert times.min() >= 0.001
    assert times.max() <= 1.0
    beta = (times - 0.001) / 0.999
    torch.testing.assert_close(beta.mean(), torch.tensor(0.6), atol=0.01, rtol=0)  # a / (a + b)
    variance = torch.tensor(1.5 / (2.5**2 * 3.5))  # a b / ((a + b)^2 (a + b + 1))
    torch.testing.assert_close(beta.var(), variance, atol=0.003, rtol=0)


def test_sampling_is_reading_the_prefix_and_then_following_the_velocity(model, inputs, chunk):
    _, noise, _ = chunk
    with torch.no_grad():
        found = sample_actions(model, inputs, noise, 3)
        x_t = noise
        for t in (1.0, 2 / 3, 1 / 3):
            x_t = x_t - model.joint_velocity(inputs, x_t, torch.full((2,), t)) / 3
    torch.testing.assert_close(found, x_t, atol=1e-4, rtol=0)


def test_compiled_sampling_is_eager_sampling(model, inputs, chunk):
    def sample(inputs, noise):
        return sample_actions(model, inputs, noise, 3)

    compiled = torch.compile(sample, fullgraph=True, backend='aot_eager')
    with torch.no_grad():
        expected = sample(inputs, chunk[1])
        torch.testing.assert_close(compiled(inputs, chunk[1]), expected, atol=1e-6, rtol=0)
