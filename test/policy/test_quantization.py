# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Fewer bits: what is rounded and what is not, how far the actions move, and what is refused."""

import builtins
from copy import deepcopy
from functools import partial
from importlib.util import find_spec
from types import SimpleNamespace

import pytest
from rehearsal import Rehearsal
from test_engine import (
    CPU,
    SEEN,
    STEERS,
    needs_cuda,
    observe,
    plain,
    plain_inputs,
    random_model,
    steer_of,
)
import torch

from pi0_ros.model.flow import denoise
from pi0_ros.model.precision import parameter_dtypes
from pi0_ros.policy.engine import Engine, make_engine
from pi0_ros.policy.fused_layers import Matrix
from pi0_ros.policy.policy import Policy
from pi0_ros.policy.quantization import (
    FP8,
    FP8_CAPABILITY,
    INT8,
    INT8_DYNAMIC,
    NONE,
    _check,
    stored_bytes,
)
from pi0_ros.policy.stopwatch import Stopwatch
from pi0_ros.types import InputError

needs_torchao = pytest.mark.skipif(find_spec('torchao') is None, reason='torchao is not installed')
MODELS = pytest.mark.parametrize('pi05', [False, True], ids=['pi0', 'pi05'])


def matrices(engine):
    return [module for module in engine.pipeline.modules() if isinstance(module, Matrix)]


def quantised(kind, pi05, make=Engine, **options):
    return make(deepcopy(random_model(pi05)), 10, quantization=kind, **options)


def rounded_model(pi05):
    """Return the plain model with the numbers that 8 bits stand for."""
    model = deepcopy(random_model(pi05))
    wide = matrices(make_engine(model, 10))  # the model's weights are views of these
    for own, one in zip(wide, matrices(quantised(INT8, pi05)), strict=True):
        own.weight.data.copy_(one.weight.dequantize())
    return model


def sample(engine, seen, lengths, steer=None):
    observations, noise = observe(engine.config, seen, lengths)
    return engine.sample(observations, noise, Stopwatch(CPU), steer)


MAKERS = {'eager': Engine, 'replayed': Rehearsal}


@needs_torchao
@pytest.mark.parametrize('make', MAKERS.values(), ids=MAKERS)
@MODELS
def test_int8_gives_the_actions_of_the_rounded_weights_whatever_is_masked(make, pi05):
    engine, model = quantised(INT8, pi05, make), rounded_model(pi05)
    for seen in SEEN:
        for length in (0, 5):
            expected = plain(model, *observe(model.config, [seen], [length]))
            found = sample(engine, [seen], [length])
            torch.testing.assert_close(found, expected, atol=1e-5, rtol=0)


@needs_torchao
@pytest.mark.parametrize('kind', [INT8, INT8_DYNAMIC])
@MODELS
def test_the_error_is_small_but_not_nothing(kind, pi05):
    engine = quantised(kind, pi05)
    for seen in SEEN:
        exact = plain(random_model(pi05), *observe(engine.config, [seen], [5]))
        error = (sample(engine, [seen], [5]) - exact).square().mean().sqrt()
        assert 1e-4 < error / exact.square().mean().sqrt() < 0.05


@needs_torchao
@pytest.mark.parametrize('make', MAKERS.values(), ids=MAKERS)
@pytest.mark.parametrize('name', STEERS)
@MODELS
def test_int8_is_steered_and_differentiated(name, make, pi05):
    engine, model = quantised(INT8, pi05, make), rounded_model(pi05)
    observations, noise = observe(model.config, [(True, False, True)], [5])
    steer, inputs = steer_of(name, model.config), plain_inputs(observations)
    with torch.no_grad():
        context = model.prefill(model.embed_prefix(model.encode_images(inputs.images), inputs))
        velocity = partial(model.velocity, context, inputs.state)
        expected = denoise(steer.of(velocity), noise, 10)
    found = sample(engine, [(True, False, True)], [5], steer)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=0)


@needs_torchao
@MODELS
def test_the_matrices_take_a_quarter_and_all_else_what_it_took(pi05):
    exact, small = (quantised(kind, pi05) for kind in (NONE, INT8))
    numbers = [(one.weight.numel(), len(one.weight)) for one in matrices(exact)]
    scales = sum(rows * (4 + 1) for _, rows in numbers)  # and a zero point that is zero
    assert sum(stored_bytes(one.weight) for one in matrices(small)) == scales + sum(
        count for count, _ in numbers
    )
    rest = [
        sum(map(stored_bytes, engine.pipeline.parameters()))
        - sum(stored_bytes(one.weight) for one in matrices(engine))
        for engine in (exact, small)
    ]
    assert rest[0] == rest[1]


@needs_torchao
def test_quantised_layers_are_compiled_once_for_all_lengths(monkeypatch):
    compiled = []

    def backend(graph, _inputs):
        compiled.append(graph)
        return graph.forward

    monkeypatch.setattr(torch, 'compile', partial(torch.compile, backend=backend))
    torch.compiler.reset()
    engine = make_engine(deepcopy(random_model(pi05=False)), 10, 'compiled', INT8)
    engine.warm_up(3)
    for seen, length in ((SEEN[0], 5), (SEEN[2], 0), (SEEN[-1], 1)):
        expected = sample(quantised(INT8, pi05=False), [seen], [length])
        torch.testing.assert_close(sample(engine, [seen], [length]), expected, atol=1e-5, rtol=0)
    prepared = len(compiled)
    sample(engine, [SEEN[1]], [3])
    assert len(compiled) == prepared


@pytest.mark.parametrize('kind', [INT8_DYNAMIC, FP8])
def test_guidance_needs_a_derivative(monkeypatch, checkpoint, robot, kind):
    monkeypatch.setattr('pi0_ros.policy.engine.quantize', lambda *_, **__: None)
    with pytest.raises(InputError, match=f'rtc: guided .* quantization {kind} .* none or int8'):
        Policy.load(checkpoint, robot, rtc='guided', quantization=kind)
    assert Policy.load(checkpoint, robot, rtc='direct', quantization=kind)


def test_unknown_ones_are_refused():
    with pytest.raises(InputError, match=r"quantization: expected one of none, .*, found 'int3'"):
        quantised('int3', pi05=False)


@pytest.mark.parametrize(('kind', 'device', 'dtype', 'capability', 'words'), [
    (FP8, 'cpu', torch.bfloat16, None, r'fp8 on cpu: expected a CUDA device .* 8\.9 .* None'),
    (FP8, 'cuda:0', torch.bfloat16, (8, 6), r'fp8 on cuda:0: expected .* 8\.9 .* \(8, 6\)'),
    (FP8, 'cuda:0', torch.float32, (9, 0), 'fp8: expected dtype bfloat16, found torch.float32'),
    (INT8_DYNAMIC, 'cuda:0', torch.bfloat16, (9, 0), 'int8_dynamic on cuda:0: expected .* cpu'),
])  # fmt: skip
def test_what_a_device_cannot_do_is_refused(monkeypatch, kind, device, dtype, capability, words):
    monkeypatch.setattr(torch.cuda, 'get_device_capability', lambda _device: capability)
    weight = SimpleNamespace(device=torch.device(device), dtype=dtype)
    with pytest.raises(InputError, match=f'quantization: {words}'):
        _check(kind, weight)


@needs_cuda
@pytest.mark.parametrize('engine', ['eager', 'cuda_graph'])
@pytest.mark.parametrize('kind', [INT8, FP8])
@MODELS
def test_on_a_gpu(kind, engine, pi05):
    if kind == FP8 and torch.cuda.get_device_capability() < FP8_CAPABILITY:
        pytest.skip('needs a GPU that has float8')
    model = deepcopy(random_model(pi05))
    observations, noise = observe(model.config, [(True, False, True)], [5])
    exact = plain(model, observations, noise)
    dtypes = parameter_dtypes(model, torch.bfloat16)
    for name, parameter in model.named_parameters():
        parameter.data = parameter.data.to('cuda', dtypes[name])
    engine = make_engine(model, 10, engine, kind)
    found = engine.sample(observations, noise, Stopwatch(engine.device))
    assert 1e-4 < (found - exact).square().mean().sqrt() / exact.square().mean().sqrt() < 0.1


def test_without_torchao_it_is_told_what_to_install(monkeypatch):
    real = builtins.__import__

    def missing(name, *rest):
        if name == 'torchao':
            raise ModuleNotFoundError("No module named 'torchao'")
        return real(name, *rest)

    monkeypatch.setattr(builtins, '__import__', missing)
    with pytest.raises(
        InputError, match=r"int8 needs torchao .*pip install 'pi0_ros\[quantize\]'"
    ):
        quantised(INT8, pi05=False)
    assert quantised(NONE, pi05=False)
