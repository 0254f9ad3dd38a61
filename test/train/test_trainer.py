# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The loop learns, and its steps are what they should be, to the last bit where that is meant."""

from dataclasses import asdict, replace
from importlib.util import find_spec
import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import load_file
import torch
from torch.utils.data import default_collate
from training_rig import CHECKPOINT, FakeExamples

from pi0_ros.model import reference
from pi0_ros.model.checkpoint import load_checkpoint
from pi0_ros.model.names import EMBEDDING, TIED_TO_EMBEDDING, openpi_name
from pi0_ros.train.data import Items
from pi0_ros.train.settings import TrainSettings
from pi0_ros.train.state import save_state
from pi0_ros.train.trainer import Objective, Trainer

needs_peft = pytest.mark.skipif(find_spec('peft') is None, reason='peft is not installed')
QUICK = TrainSettings(
    steps=40, batch_size=4, learning_rate=3e-3, warmup_steps=2, augment=False, ema_decay=0.9
)
REFERENCE = Path(__file__).parents[1] / 'reference'


@pytest.fixture(scope='module')
def batch(robot, preprocessor):
    items = Items(FakeExamples(), preprocessor, robot, patches=6)
    return default_collate([items[i] for i in range(4)])


def endless(item):
    while True:
        yield item


def halves(item):
    while True:
        for part in (slice(0, 2), slice(2, 4)):
            encoded = type(item.encoded)(*(field[part] for field in item.encoded))
            yield type(item)(encoded, item.actions[part], item.marks[part])


@pytest.mark.parametrize(
    'change',
    [
        {},
        {'optimizer': 'muon', 'muon_learning_rate': 0.02},
        {'grounding': 1.0},
        {'known_actions': 2},
        pytest.param({'lora_rank': 4, 'learning_rate': 1e-2}, marks=needs_peft),
        {'precision': 'bfloat16'},
        {'gradient_checkpointing': True},
    ],
    ids=str,
)
def test_the_loss_falls_on_a_fixed_batch(model, preprocessor, batch, change):
    settings = replace(QUICK, **change)
    trainer = Trainer(model, preprocessor, settings)
    batches = endless(batch)
    reports = [trainer.step(k, batches) for k in range(settings.steps)]
    first, last = (np.mean([r.flow for r in part]) for part in (reports[:5], reports[-5:]))
    assert first > 1.2
    assert last < 0.8 * first
    if settings.grounding:
        assert reports[-1].grounding < 0.7 * reports[0].grounding


@pytest.mark.parametrize('folder', ['pi0/a', 'pi0/c', 'pi05/a', 'pi05/c'])
@pytest.mark.parametrize('checkpointing', [False, True])
def test_gradients_are_the_public_models(folder, checkpointing):
    """Through the trainer's own loss."""
    folder = REFERENCE / folder
    io = load_file(folder / 'io.safetensors')
    model, config = load_checkpoint(folder, weights='weights.safetensors')
    given = reference.read_given(folder, io, config)
    objective = Objective(model.train(), replace(QUICK, gradient_checkpointing=checkpointing))
    nothing = torch.empty(0)
    losses = objective(given.inputs, given.actions, given.noise, given.time, nothing)
    torch.testing.assert_close(losses.flow, io['out.loss'].mean(), atol=1e-4, rtol=0)
    losses.flow.backward()
    found = {
        f'grad.{openpi_name(name)}': p.grad
        for name, p in model.named_parameters()
        if p.grad is not None
    }
    found[f'grad.{TIED_TO_EMBEDDING}'] = found[f'grad.{openpi_name(EMBEDDING)}']
    names = [name for name in io if name.startswith('grad.')]
    assert len(names) > 10
    for name in names:
        scale = float(io[name].abs().max())
        torch.testing.assert_close(found[name], io[name], atol=1e-4 * scale + 1e-9, rtol=1e-3)


def test_two_small_passes_make_one_large(model, preprocessor, batch):
    whole = Trainer(model, preprocessor, QUICK)
    apart = Trainer(load_again(), preprocessor, replace(QUICK, accumulation=2))
    patch_noise(whole, apart)
    whole.step(0, endless(batch))
    apart.step(0, halves(batch))
    for name, p in whole.trained.items():
        if p.grad is not None:
            torch.testing.assert_close(apart.trained[name].grad, p.grad, atol=2e-6, rtol=1e-4)


def load_again():
    return load_checkpoint(CHECKPOINT)[0]


def patch_noise(*trainers):
    """Let the noise depend on the actions alone, so that cutting a batch does not change it."""
    for trainer in trainers:
        loss = trainer.objective.model.loss

        def same(inputs, actions, _noise, _time, known=None, loss=loss):
            times = inputs.state[:, 0].sigmoid()
            return loss(inputs, actions, actions.roll(3, 1) * 2, times, known=known)

        trainer.objective.model.loss = same


def test_checkpointed_and_plain_steps_agree(model, preprocessor, batch):
    plain = Trainer(model, preprocessor, QUICK)
    frugal = Trainer(load_again(), preprocessor, replace(QUICK, gradient_checkpointing=True))
    reports = [trainer.step(0, endless(batch)) for trainer in (plain, frugal)]
    assert reports[0].flow == pytest.approx(reports[1].flow, abs=1e-6)
    for name, p in plain.trained.items():
        if p.grad is not None:
            torch.testing.assert_close(frugal.trained[name].grad, p.grad, atol=1e-6, rtol=1e-4)


def test_the_average_of_weights_is_exported(model, preprocessor, batch):
    trainer = Trainer(model, preprocessor, QUICK)
    name = 'model.action_out_proj.bias'
    average, batches = trainer.trained[name].detach().clone(), endless(batch)
    for k in range(3):
        trainer.step(k, batches)
        decay = min(QUICK.ema_decay, (k + 1) / (k + 10))
        average = decay * average + (1 - decay) * trainer.trained[name].detach()
    exported = trainer.averaged_model()
    torch.testing.assert_close(exported.action_out_proj.bias.detach(), average)
    assert not torch.equal(exported.action_out_proj.bias, trainer.trained[name])


def test_without_averaging_the_last_weights_are_exported(model, preprocessor, batch):
    trainer = Trainer(model, preprocessor, replace(QUICK, ema_decay=0.0))
    trainer.step(0, endless(batch))
    exported = dict(trainer.averaged_model().named_parameters())
    for name, p in trainer.objective.model.named_parameters():
        torch.testing.assert_close(exported[name], p)


@needs_peft
def test_adapters_alone_learn_and_merge(model, preprocessor, batch):
    settings = replace(QUICK, lora_rank=4, learning_rate=1e-2, ema_decay=0.0)
    frozen = {n: p.detach().clone() for n, p in model.named_parameters()}
    trainer = Trainer(model, preprocessor, settings)
    for k in range(3):
        trainer.step(k, endless(batch))
    with_adapters, merged = trainer.objective.model.eval(), trainer.averaged_model()
    for name, p in with_adapters.named_parameters():
        if name.startswith(('text', 'expert', 'embed')) and 'lora' not in name:
            assert torch.equal(p, frozen[name.replace('base_layer.', '')]), name
    inputs = preprocessor.to_inputs(batch.encoded, torch.device('cpu'))
    noise, time = torch.randn(batch.actions.shape), torch.rand(4)
    with torch.no_grad():
        torch.testing.assert_close(
            merged.joint_velocity(inputs, noise, time),
            with_adapters.joint_velocity(inputs, noise, time),
            atol=1e-5,
            rtol=1e-5,
        )
    assert not torch.equal(
        merged.expert.stack[0].self_attn.q_proj.weight,
        frozen['expert.layers.0.self_attn.q_proj.weight'],
    )


def test_numbers_that_are_not_finite_end_the_run(model, preprocessor, batch):
    trainer = Trainer(model, preprocessor, QUICK)
    bad = batch._replace(actions=batch.actions * float('inf'))
    before = trainer.trained['model.action_out_proj.bias'].detach().clone()
    with pytest.raises(FloatingPointError, match='step 7'):
        trainer.step(7, endless(bad))
    assert torch.equal(trainer.trained['model.action_out_proj.bias'], before)


def test_state_files_hold_no_pickle(tmp_path, model, preprocessor, batch):
    trainer = Trainer(model, preprocessor, QUICK)
    trainer.step(0, endless(batch))
    save_state(tmp_path, 1, *trainer.state, asdict(QUICK))
    assert json.loads((tmp_path / 'train_state' / 'state.json').read_text())['step'] == 1
    assert {f.name for f in (tmp_path / 'train_state').iterdir()} == {
        'state.json',
        'state.safetensors',
    }


def test_the_mean_is_over_what_is_not_given(model, preprocessor, batch):
    objective = Objective(model.eval(), replace(QUICK, known_actions=2))
    inputs = preprocessor.to_inputs(batch.encoded, torch.device('cpu'))
    noise, time = torch.randn(batch.actions.shape), torch.tensor([0.2, 0.4, 0.6, 0.8])
    known = torch.tensor([0, 1, 2, 2])
    with torch.no_grad():
        found = objective(inputs, batch.actions, noise, time, batch.marks, known).flow
        errors = model.loss(inputs, batch.actions, noise, time, known=known)
    learnt = [error[count:].flatten() for error, count in zip(errors, known, strict=True)]
    torch.testing.assert_close(found, torch.cat(learnt).mean())


def test_the_checkpoint_says_how_many_actions_it_can_be_given(model, preprocessor):
    trainer = Trainer(model, preprocessor, replace(QUICK, known_actions=2))
    assert trainer.averaged_model().config.known_actions == 2
