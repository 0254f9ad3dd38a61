# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The sum that is foretold is what is used."""

from __future__ import annotations

from dataclasses import replace

import pytest
from test_quantization import needs_torchao
import torch
from torch.profiler import ProfilerActivity, profile

from pi0_ros.model.config import GemmaConfig, Pi0Config, VisionConfig, tiny_config
from pi0_ros.model.initialise import initialised_model
from pi0_ros.policy.engine import Engine, _example
from pi0_ros.policy.memory import GB, footprint
from pi0_ros.policy.quantization import INT8, INT8_DYNAMIC, NONE, stored_bytes
from pi0_ros.policy.stopwatch import Stopwatch

# As in large models, the MLP of the prefix holds more than all that is not in the sum.
CONFIG = Pi0Config(
    vision=VisionConfig(64, 256, 2, 2, 112, 14),
    text=GemmaConfig(64, 3, 3072, 4, 1, 32),
    expert=GemmaConfig(64, 3, 128, 4, 1, 32),
    vocab_size=64,
    action_dim=8,
)


def peak_bytes(function):
    """Return the most that was allocated at a time while a function ran."""
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiled:
        function()
    held, most = 0, 0
    for event in profiled.profiler.kineto_results.events():
        if event.name() == '[memory]':
            held += event.nbytes()
            most = max(most, held)
    return most


@pytest.mark.parametrize('kind', [NONE, pytest.param(INT8, marks=needs_torchao)])
@pytest.mark.parametrize('pi05', [False, True], ids=['pi0', 'pi05'])
def test_the_peak_is_the_sum_within_a_tenth(pi05, kind):
    engine = Engine(initialised_model(replace(CONFIG, pi05=pi05), 0), 10, quantization=kind)
    observations, noise = _example(engine.config, 3, 1, 48)
    engine.sample(observations, noise, Stopwatch(engine.device))
    measured = peak_bytes(lambda: engine.sample(observations, noise, Stopwatch(engine.device)))
    foretold = footprint(engine.config, torch.float32, 3, quantization=kind)
    assert measured == pytest.approx(foretold.cache + foretold.activations, rel=0.1)


@pytest.mark.parametrize(
    'kind', [NONE, *(pytest.param(kind, marks=needs_torchao) for kind in (INT8, INT8_DYNAMIC))]
)
@pytest.mark.parametrize('pi05', [False, True], ids=['pi0', 'pi05'])
def test_the_weights_are_those_of_the_engine(pi05, kind):
    engine = Engine(initialised_model(tiny_config(pi05=pi05), 0), 10, quantization=kind)
    held = (*engine.pipeline.parameters(), *engine.pipeline.buffers())
    foretold = footprint(engine.config, torch.float32, 3, quantization=kind)
    assert foretold.weights == sum(map(stored_bytes, held))


def test_pi0_in_bfloat16_leaves_half_of_16_gigabytes():
    assert footprint(Pi0Config(), torch.bfloat16, 3).total < 8 * GB


def test_the_sum_is_written_out():
    text = str(footprint(Pi0Config(), torch.bfloat16, 3))
    assert text.startswith('weights 6.')
    assert text.endswith(' GB')
