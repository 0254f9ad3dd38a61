# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The engines: what flow.sample_actions gives, whatever is masked, in timed stages."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from functools import cache, partial
import gc
import itertools
from pathlib import Path
import re
import shutil
import weakref

import numpy as np
import pytest
from rehearsal import Rehearsal
from safetensors.torch import load_file
import torch

from pi0_ros.model.checkpoint import load_checkpoint
from pi0_ros.model.config import tiny_config
from pi0_ros.model.flow import denoise, sample_actions
from pi0_ros.model.pi0 import Inputs
from pi0_ros.model.precision import parameter_dtypes
from pi0_ros.model.reference import read_given
from pi0_ros.model.verify import RECORDED, WEIGHTS
from pi0_ros.policy import cuda_graph, fused_layers
from pi0_ros.policy.engine import ENGINES, make_engine
from pi0_ros.policy.images import resize_float_with_pad, resize_with_pad, to_unit_range
from pi0_ros.policy.memory import kept_bytes
from pi0_ros.policy.preprocess import Encoded
from pi0_ros.policy.steering import steer_to
from pi0_ros.policy.stopwatch import Stopwatch
from pi0_ros.tools.untrained import untrained_model
from pi0_ros.types import InputError

CPU = torch.device('cpu')
CAMERAS = 3
STAGES = ['upload', 'vision', 'prefix', 'denoise', 'download']


@cache
def random_model(pi05):
    """Return a small model none of whose weights is zero."""
    torch.manual_seed(1)
    model = untrained_model(replace(tiny_config(pi05=pi05), horizon=7, known_actions=3)).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.05 * torch.randn_like(parameter))
    return model


# 'replayed' is cuda_graph without CUDA: its buffers and signatures, and what isn't recorded.
needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason='needs CUDA')
KINDS = [
    'eager',
    'replayed',
    *(pytest.param((kind, 'cuda'), marks=needs_cuda, id=f'{kind}-cuda') for kind in ENGINES),
]


@pytest.fixture(autouse=True)
def _all_of_float32():
    """Convolutions of CUDA keep ten bits of float32 unless told otherwise."""
    before, torch.backends.cudnn.allow_tf32 = torch.backends.cudnn.allow_tf32, False
    yield
    torch.backends.cudnn.allow_tf32 = before


@cache
def engine_of(kind, pi05, num_steps=10):
    model = deepcopy(random_model(pi05))
    if kind == 'replayed':
        return Rehearsal(model, num_steps)
    kind, device = kind if isinstance(kind, tuple) else (kind, 'cpu')
    return make_engine(model.to(device), num_steps, kind)


def observe(config, seen, lengths):
    """Return a batch of observations and noise; seen and lengths are those of each row."""
    generator = torch.Generator().manual_seed(2)
    batch, size, length = len(seen), config.vision.image_size, config.max_token_len
    pixels = torch.randint(
        256, (batch, CAMERAS, 3, size, size), generator=generator, dtype=torch.uint8
    )
    tokens = torch.randint(config.vocab_size, (batch, length), generator=generator)
    token_mask = torch.arange(length) < torch.tensor(lengths)[:, None]
    state = torch.randn(batch, config.action_dim, generator=generator)
    noise = torch.randn(batch, config.horizon, config.action_dim, generator=generator)
    return Encoded(pixels, torch.tensor(seen), tokens, token_mask, state), noise


def plain_inputs(observations):
    images = to_unit_range(observations.pixels)
    return Inputs(
        {str(i): images[:, i] for i in range(CAMERAS)},
        {str(i): observations.seen[:, i] for i in range(CAMERAS)},
        observations.tokens,
        observations.token_mask,
        observations.state,
    )


def plain(model, observations, noise, num_steps=10):
    with torch.no_grad():
        return sample_actions(model, plain_inputs(observations), noise, num_steps)


def check(kind, pi05, seen, lengths, num_steps=10):
    check_with(engine_of(kind, pi05, num_steps), pi05, seen, lengths, num_steps)


def check_with(engine, pi05, seen, lengths, num_steps=10):
    model = random_model(pi05)
    observations, noise = observe(model.config, seen, lengths)
    found = engine.sample(observations, noise, Stopwatch(engine.device))
    expected = plain(model, observations, noise, num_steps)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=0)


SEEN = [seen for seen in itertools.product([True, False], repeat=CAMERAS) if any(seen)]


@pytest.mark.parametrize('seen', SEEN, ids=str)
@pytest.mark.parametrize('pi05', [False, True], ids=['pi0', 'pi05'])
@pytest.mark.parametrize('kind', KINDS)
def test_actions_are_the_plain_ones_whatever_is_masked(kind, pi05, seen):
    for length in (0, 1, 5, tiny_config().max_token_len):
        check(kind, pi05, [seen], [length])


@pytest.mark.parametrize('pi05', [False, True], ids=['pi0', 'pi05'])
@pytest.mark.parametrize('kind', KINDS)
@pytest.mark.parametrize('others', [[], [(False, True, True)]], ids=['two', 'three'])
def test_rows_of_a_batch_may_differ_in_what_is_masked(kind, pi05, others):
    rows = [(True, True, True), (False, False, True), *others]
    check(kind, pi05, rows, [2, 8, 0][: len(rows)])


@pytest.mark.parametrize('pi05', [False, True], ids=['pi0', 'pi05'])
@pytest.mark.parametrize('kind', KINDS)
def test_one_step_is_enough(kind, pi05):
    check(kind, pi05, [(True, False, True)], [4], num_steps=1)


def test_who_sees_and_is_told_nothing_acts_on_his_state():
    """The plain path averages over the masked there; here it sees the suffix alone."""
    model = random_model(pi05=False)
    observations, noise = observe(model.config, [(False,) * CAMERAS], [0])
    actions = engine_of('eager', pi05=False).sample(observations, noise, Stopwatch(CPU))
    assert actions.isfinite().all()


STEERS = ['guided', 'direct', 'trained']


def steer_of(name, config, seed=4):
    shape = (1, config.horizon, config.action_dim)
    old = torch.randn(shape, generator=torch.Generator().manual_seed(seed))
    return steer_to(name, config, old, 2, 5)


@pytest.mark.parametrize('name', STEERS)
@pytest.mark.parametrize('pi05', [False, True], ids=['pi0', 'pi05'])
@pytest.mark.parametrize('kind', KINDS)
def test_steering_is_that_of_the_plain_velocity(kind, pi05, name):
    for seed in (4, 5):
        check_steered(engine_of(kind, pi05), pi05, name, seed)


def check_steered(engine, pi05, name, seed=4):
    model = random_model(pi05)
    observations, noise = observe(model.config, [(True, False, True)], [5])
    inputs, steer = plain_inputs(observations), steer_of(name, model.config, seed)
    with torch.no_grad():
        context = model.prefill(model.embed_prefix(model.encode_images(inputs.images), inputs))
        velocity = partial(model.velocity, context, inputs.state)
        expected = denoise(steer.of(velocity), noise, 10)
    found = engine.sample(observations, noise, Stopwatch(engine.device), steer)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=0)
    assert not found.requires_grad


@pytest.mark.parametrize('kind', KINDS)
def test_the_stages_are_told_in_order(kind):
    observations, noise = observe(tiny_config(), [(True, True, True)], [8])
    noise = noise.repeat(1, 2, 1)[:, :7]
    engine = engine_of(kind, pi05=False)
    stopwatch = Stopwatch(engine.device)
    engine.sample(observations, noise, stopwatch)
    assert list(stopwatch.milliseconds) == STAGES
    assert len(stopwatch.steps_ms) == 10
    assert sum(stopwatch.steps_ms) == pytest.approx(stopwatch.milliseconds['denoise'], rel=0.5)


@pytest.mark.parametrize('case', ['pi0/a', 'pi0/b', 'pi0/c', 'pi05/a', 'pi05/b', 'pi05/c'])
def test_the_recorded_actions_of_the_public_model_are_met(case):
    folder = Path(__file__).parents[1] / 'reference' / case
    io = load_file(folder / RECORDED)
    model, config = load_checkpoint(folder, weights=WEIGHTS)
    given = read_given(folder, io, config)
    images, masks = given.inputs.images.values(), given.inputs.image_masks.values()
    pixels, seen = torch.stack(tuple(images), 1) / 2 + 0.5, torch.stack(tuple(masks), 1)
    observations = Encoded(
        pixels, seen, given.inputs.tokens, given.inputs.token_mask, given.inputs.state
    )
    names = [name for name in io if re.fullmatch(r'out\.sample\.n\d+\.actions', name)]
    assert names
    for name in names:
        engine = make_engine(model, int(name.split('.')[2][1:]), 'eager')
        found = engine.sample(observations, given.noise, Stopwatch(CPU))
        torch.testing.assert_close(found, io[name], atol=2e-5, rtol=0)


@pytest.mark.parametrize('pi05', [False, True], ids=['pi0', 'pi05'])
def test_bfloat16_is_as_far_from_float32_as_the_plain_path(pi05):
    model = deepcopy(random_model(pi05))
    observations, noise = observe(model.config, [(True, False, True)], [5])
    exact = plain(model, observations, noise)
    dtypes = parameter_dtypes(model, torch.bfloat16)
    for name, parameter in model.named_parameters():
        parameter.data = parameter.data.to(dtypes[name])
    rounded = plain(model, observations, noise)
    found = make_engine(model, 10, 'eager').sample(observations, noise, Stopwatch(CPU))
    assert found.dtype == torch.float32
    assert (found - exact).abs().max() < 2 * (rounded - exact).abs().max()


@pytest.mark.parametrize('packed', [False, True])
@pytest.mark.parametrize('onednn', [False, True])
def test_it_does_not_matter_who_multiplies(monkeypatch, onednn, packed):
    monkeypatch.setattr(fused_layers, 'prefers_onednn', lambda _numbers: onednn)
    engine = make_engine(deepcopy(random_model(pi05=False)), 10, 'eager')
    before = kept_bytes(engine.pipeline)
    if packed:
        engine.warm_up(CAMERAS)
        engine.warm_up(CAMERAS)
    matrix = engine.pipeline.text[0].qkv
    assert (matrix.onednn, matrix.weight.is_mkldnn) == (onednn, onednn and packed)
    assert kept_bytes(engine.pipeline) == before
    check_with(engine, False, [(True, False, True), (True, True, True)], [5, 8])
    for name in STEERS:
        check_steered(engine, False, name)


@pytest.mark.parametrize('pi05', [False, True], ids=['pi0', 'pi05'])
def test_it_does_not_matter_how_attention_is_computed(monkeypatch, pi05):
    used = []

    def attend(*args):
        used.append(args)
        return plainly(*args[:-1], fused_layers._find_in_products)

    plainly = fused_layers._attend
    monkeypatch.setattr(fused_layers, '_attend', attend)
    check_with(engine_of('eager', pi05), pi05, [(True, False, True), (True, True, True)], [5, 8])
    assert used


@pytest.mark.parametrize('pi05', [False, True], ids=['pi0', 'pi05'])
def test_the_model_stays_what_it_was(pi05):
    """Its weights are views now, and weigh what they weighed."""
    model = deepcopy(random_model(pi05))
    engine = make_engine(model, 10, 'eager')
    observations, noise = observe(model.config, [(True, False, True)], [5])
    again = plain(model, observations, noise)
    assert torch.equal(again, plain(random_model(pi05), observations, noise))
    layer, own = model.text.stack[0], engine.pipeline.text[0]
    assert layer.self_attn.q_proj.weight.data_ptr() == own.qkv.weight.data_ptr()
    storages = {p.untyped_storage().data_ptr(): p.untyped_storage().nbytes()
                for p in (*model.parameters(), *engine.pipeline.parameters())}  # fmt: skip
    folded = engine.pipeline.actions.project.weight.nbytes * (not pi05)
    assert sum(storages.values()) - folded == sum(p.nbytes for p in model.parameters())


def test_a_recording_serves_all_of_its_length():
    engine = Rehearsal(deepcopy(random_model(pi05=False)), 2)
    engine.warm_up(2)
    prepared = engine.recorded
    assert prepared == (2 + 2) * len(engine._recordings)  # vision, prefix and two steps
    for length in range(1, engine.config.max_token_len + 1):
        for seen in [(True, False, True), (False, True, True)]:
            check_with(engine, False, [seen], [length], num_steps=2)
    assert engine.recorded == prepared


def test_steered_steps_are_recorded_once_for_each_way():
    engine = Rehearsal(deepcopy(random_model(pi05=True)), 2)
    observations, noise = observe(engine.config, [(True, True, True)], [8])
    for seed in (4, 5):
        for name in STEERS:
            steer = steer_of(name, engine.config, seed)
            engine.sample(observations, noise, Stopwatch(CPU), steer)
    assert engine.recorded == 2 + 2 * (1 + len(STEERS))


@pytest.mark.parametrize('resize', [resize_with_pad, resize_float_with_pad])
@pytest.mark.parametrize('kind', [KINDS[1], KINDS[-1]])
def test_pictures_are_resized_where_the_engine_is(kind, resize):
    engine = engine_of(kind, pi05=False)
    generator = np.random.default_rng(6)
    images = [generator.integers(0, 256, (30, 40, 3), np.uint8) for _ in range(2)]
    for turn in (0, 90):
        fitted = [engine.fit(resize, image, 16, turn) for image in images]  # then looked at
        for found, image in zip(fitted, images, strict=True):
            assert found.device.type == engine.device.type
            torch.testing.assert_close(found.cpu(), resize(image, 16, turn), atol=1e-6, rtol=0)


def test_what_waits_for_the_gpu_is_not_recorded():
    engine = Rehearsal(deepcopy(random_model(pi05=False)), 2)
    x = torch.ones(3)
    for fault, function in (
        ('_local_scalar_dense', lambda: x * x[0].item()),
        ('index by bool', lambda: x[x > 0]),
        ('lift_fresh', lambda: x + torch.tensor([1.0, 2.0, 3.0], device='cpu')),
        ('no device was named', lambda: torch.arange(3)),
    ):
        with pytest.raises(AssertionError, match=fault):
            engine._rehearse(function)


@pytest.mark.parametrize('kind', ['cuda_graph', 'cuda_graph_triton'])
def test_cuda_graphs_need_cuda(kind):
    with pytest.raises(InputError, match=f'engine: {kind}: expected the model on a CUDA dev'):
        make_engine(deepcopy(random_model(pi05=False)), 10, kind)


def test_kernels_need_triton(monkeypatch):
    monkeypatch.setattr(cuda_graph, 'find_spec', lambda _name: None)
    with pytest.raises(InputError, match='engine: cuda_graph_triton: expected Triton, found none'):
        cuda_graph.TritonEngine(deepcopy(random_model(pi05=False)), 10, lambda function: function)


@pytest.mark.parametrize('pi05', [False, True], ids=['pi0', 'pi05'])
def test_what_is_not_needed_goes_with_the_model(pi05):
    model = deepcopy(random_model(pi05))
    unused = [model.text.layers[-1].mlp.gate_proj.weight, model.text.norm.weight]
    unused += [model.time_mlp_in.weight] if pi05 else [model.action_time_mlp_in.weight]
    unused = [weakref.ref(weight) for weight in unused]
    engine = make_engine(model, 10, 'eager')
    del model
    gc.collect()
    assert engine.pipeline.text
    assert [weight() for weight in unused] == [None] * len(unused)


def test_kernels_take_no_quantised_weights():
    with pytest.raises(InputError, match='quantization: expected none with engine cuda_graph_tr'):
        make_engine(random_model(pi05=False), 10, 'cuda_graph_triton', 'int8')


def test_unknown_engines_are_refused():
    with pytest.raises(InputError, match=r"engine: expected one of auto, eager, .*, found 'fast'"):
        make_engine(random_model(pi05=False), 10, 'fast')


def test_compiled_is_plain_and_compiles_once_for_all_lengths(monkeypatch):
    """Of the compiler only what decides when to compile: it is slow, and the same anywhere."""
    compiled = []

    def backend(graph, _inputs):
        compiled.append(graph)
        return graph.forward

    monkeypatch.setattr(torch, 'compile', partial(torch.compile, backend=backend))
    # What the compiler is given has no layout of another's.
    monkeypatch.setattr(fused_layers, 'prefers_onednn', lambda _numbers: True)
    for pi05 in (False, True):
        torch.compiler.reset()
        engine = make_engine(deepcopy(random_model(pi05)), 2, 'compiled')
        engine.warm_up(CAMERAS)
        prepared = len(compiled)
        for seen, length in itertools.product(SEEN[::2], (0, 5)):
            check_with(engine, pi05, [seen], [length], num_steps=2)
        assert len(compiled) == prepared
        check_with(engine, pi05, [(True, True, False), (False, True, False)], [1, 8], num_steps=2)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which('g++') is None, reason='needs a compiler')
def test_compiled_by_the_real_compiler(monkeypatch, tmp_path):
    monkeypatch.setenv('TORCHINDUCTOR_CACHE_DIR', str(tmp_path))
    torch.compiler.reset()
    engine = make_engine(deepcopy(random_model(pi05=True)), 2, 'compiled')
    check_with(engine, True, [(True, False, True)], [5], num_steps=2)


def test_a_compiler_that_fails_is_named(monkeypatch):
    def broken(_function, **_options):
        raise RuntimeError('no g++')

    monkeypatch.setattr(torch, 'compile', lambda *_a, **_o: broken)
    with pytest.raises(InputError, match=r'engine: compiled: torch.compile fails on cpu: no g'):
        make_engine(deepcopy(random_model(pi05=False)), 10, 'compiled')
