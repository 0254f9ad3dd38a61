# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The two ways through the model agree; padding and masks do what they say; training works."""

from __future__ import annotations

import pytest
import torch

from pi0_ros.model.attention import block_mask


def cached_velocity(model, inputs, x_t, time):
    cache = model.prefill(model.embed_prefix(model.encode_images(inputs.images), inputs))
    return model.velocity(cache, inputs.state, x_t, time)


def gradients(model, inputs, chunk):
    model.zero_grad()
    loss = model.loss(inputs, *chunk).mean()
    loss.backward()
    return {name: p.grad for name, p in model.named_parameters() if p.grad is not None}


def test_cached_velocity_is_joint_velocity(model, inputs, chunk):
    _, noise, time = chunk
    with torch.no_grad():
        joint = model.joint_velocity(inputs, noise, time)
        cached = cached_velocity(model, inputs, noise, time)
    torch.testing.assert_close(cached, joint, atol=2e-6, rtol=0)


def test_what_is_masked_does_not_matter(model, inputs, chunk):
    _, noise, time = chunk
    masked = inputs.images['base_0_rgb'].clone()
    masked[1] = 1e4
    tokens = inputs.tokens.clone()
    tokens[~inputs.token_mask] = 1
    changed = inputs._replace(images=inputs.images | {'base_0_rgb': masked}, tokens=tokens)
    with torch.no_grad():
        for way in (cached_velocity, type(model).joint_velocity):
            assert torch.equal(way(model, inputs, noise, time), way(model, changed, noise, time))


def test_a_masked_camera_is_as_good_as_none(model, inputs, chunk):
    _, noise, time = chunk
    alone = inputs._replace(
        images={'left_wrist_0_rgb': inputs.images['left_wrist_0_rgb']},
        image_masks={'left_wrist_0_rgb': inputs.image_masks['left_wrist_0_rgb']},
    )
    with torch.no_grad():
        with_masked = cached_velocity(model, inputs, noise, time)[1]
        without = cached_velocity(model, alone, noise, time)[1]
    torch.testing.assert_close(with_masked, without, atol=2e-6, rtol=0)


def test_cameras_stand_in_the_order_they_are_given(model, inputs):
    features = model.encode_images(inputs.images)
    prefix = model.embed_prefix(features, inputs)
    patches = model.config.vision.num_patches
    for i, image in enumerate(inputs.images.values()):
        own = model.vision(image)
        torch.testing.assert_close(prefix.embs[:, i * patches : (i + 1) * patches], own)


def test_only_pi0_sees_the_state(model, inputs, chunk):
    _, noise, time = chunk
    moved = inputs._replace(state=inputs.state + 1)
    with torch.no_grad():
        same = torch.equal(
            cached_velocity(model, inputs, noise, time), cached_velocity(model, moved, noise, time)
        )
    assert same == model.config.pi05


def test_the_state_sees_no_action_and_actions_see_all(model, inputs, chunk):
    suffix = model.embed_suffix(inputs.state, chunk[1], chunk[2])
    mask = block_mask(suffix.pad_mask, suffix.starts)[0]
    horizon = model.config.horizon
    assert mask[-horizon:].all()
    states = len(mask) - horizon
    assert states == (0 if model.config.pi05 else 1)
    assert mask[:states].sum() == states


def test_loss_is_the_squared_error_of_the_velocity(model, inputs, chunk):
    actions, noise, time = chunk
    with torch.no_grad():
        loss = model.loss(inputs, *chunk)
        t = time[:, None, None]
        velocity = cached_velocity(model, inputs, t * noise + (1 - t) * actions, time)
    torch.testing.assert_close(loss, (noise - actions - velocity) ** 2, atol=1e-4, rtol=0)


def test_loss_draws_the_same_from_the_same_generator(model, inputs, chunk):
    with torch.no_grad():
        first, second, other = (
            model.loss(inputs, chunk[0], generator=torch.Generator().manual_seed(seed))
            for seed in (5, 5, 6)
        )
    assert torch.equal(first, second)
    assert not torch.equal(first, other)


def test_every_parameter_but_the_last_of_the_prefix_learns(model, inputs, chunk):
    learning = {name for name, grad in gradients(model, inputs, chunk).items() if grad.any()}
    idle = {name for name, _ in model.named_parameters()} - learning
    last = f'text.layers.{model.config.text.depth - 1}.'
    after_keys = ('self_attn.q_proj', 'self_attn.o_proj', 'post_attention_layernorm', 'mlp')
    assert {
        name
        for name in idle
        if not name.startswith(('text.norm', *(last + a for a in after_keys)))
    } <= {'vision.encoder.layers.0.self_attn.k_proj.bias'}  # softmax does not see it


def test_checkpointed_gradients_are_plain_gradients(model, inputs, chunk):
    plain = gradients(model, inputs, chunk)
    model.gradient_checkpointing = True
    again = gradients(model, inputs, chunk)
    assert plain.keys() == again.keys()
    for name, gradient in plain.items():
        assert torch.equal(gradient, again[name]), name


def test_checkpointing_stores_less(model, inputs, chunk):
    def stored():
        sizes = []
        with torch.autograd.graph.saved_tensors_hooks(
            lambda x: sizes.append(x.numel()) or x, lambda x: x
        ):
            model.loss(inputs, *chunk).mean()
        return sum(sizes)

    plain = stored()
    model.gradient_checkpointing = True
    assert stored() < 0.7 * plain


@pytest.mark.parametrize('weight', ['vision.projector.bias', 'action_out_proj.bias'])
def test_loss_notices_a_changed_weight(model, inputs, chunk, weight):
    with torch.no_grad():
        before = model.loss(inputs, *chunk)
        model.get_parameter(weight).add_(0.1)
        assert not torch.allclose(before, model.loss(inputs, *chunk), atol=1e-4)


def test_a_flow_time_for_each_action_may_be_the_same_for_all(model, inputs, chunk):
    _, noise, time = chunk
    with torch.no_grad():
        cache = model.prefill(model.embed_prefix(model.encode_images(inputs.images), inputs))
        shared = model.velocity(cache, inputs.state, noise, time)
        each = model.velocity(cache, inputs.state, noise, time[:, None].expand(noise.shape[:2]))
    torch.testing.assert_close(each, shared, atol=1e-5, rtol=0)


def test_given_actions_are_clean_and_not_learnt(model, inputs, chunk):
    actions, noise, time = chunk
    known = torch.full((len(actions),), 2)
    with torch.no_grad():
        plain = model.loss(inputs, actions, noise, time)
        given = model.loss(inputs, actions, noise, time, known=known)
        nothing = model.loss(inputs, actions, noise, time, known=torch.zeros_like(known))
        # However much noise they were to get: it isn't looked at.
        noisier = torch.cat((9 * noise[:, :2], noise[:, 2:]), dim=1)
        again = model.loss(inputs, actions, noisier, time, known=known)
    assert not given[:, :2].any()
    assert (given[:, 2:] - plain[:, 2:]).abs().max() > 1e-4  # they are looked at
    assert torch.equal(again, given)
    torch.testing.assert_close(nothing, plain, atol=1e-5, rtol=1e-5)
