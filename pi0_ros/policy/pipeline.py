# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The model arranged for inference: see, read, and then denoise, with nothing computed twice.

It gives what :func:`pi0_ros.model.flow.sample_actions` gives, and differs in this:

- only what is real is computed (:mod:`pi0_ros.policy.layout`);
- the last layer of the prefix gives keys and values, which is all that anyone sees of it;
- what depends on flow time alone is computed once for ever, for the few times that occur;
- π0's state sees no action, so its keys and values are those of the first step.

It keeps the weights that it needs and no others: with the model gone they exist once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from pi0_ros.model.attention import additive
from pi0_ros.model.config import GemmaConfig
from pi0_ros.model.flow import euler_step
from pi0_ros.model.gemma import GemmaLayer, KeyValue, LayerModulation
from pi0_ros.model.layers import Rotary, rms_norm, rotary
from pi0_ros.model.pi0 import Pi0
from pi0_ros.policy.action_embedding import ActionEmbedding
from pi0_ros.policy.fused_layers import StreamLayer, View, VisionLayer
from pi0_ros.policy.images import to_unit_range
from pi0_ros.policy.steering import Steer

Wrap = Callable[[Any], Any]
MakeLayer = Callable[[GemmaLayer, GemmaConfig], StreamLayer]


class Feed(NamedTuple):
    """
    What the pipeline is given, on its device; :mod:`pi0_ros.policy.layout` explains the middle.

    :param pixels: of the real pictures, (M, 3, S, S) uint8, or float32 in [0, 1].
    :param tokens: (B, L) int64.
    :param places: (B, P) int64.
    :param counts: (B,) int64.
    :param state: (B, A) float32.
    :param noise: (B, H, A) float32.
    """

    pixels: Tensor
    tokens: Tensor
    places: Tensor
    counts: Tensor
    state: Tensor
    noise: Tensor


class Context(NamedTuple):
    """
    What the expert sees.

    :param rooms: keys and values of each layer, (B, G, P + S, E), with places for the suffix.
    :param view: of a suffix of S tokens on all of it.
    """

    rooms: tuple[KeyValue, ...]
    view: View


class Pipeline(nn.Module):
    """
    The stages of sampling, each a function of tensors on one device.

    :param model: whose weights these are; where several become one matrix, the model's are views
        of it from here on.
    :param num_steps: Euler steps from noise to actions.
    :param wrap: makes of a function that calls a layer another that does the same.
    :param expert: makes the expert's layers, which are then called without a wrap.
    """

    def __init__(
        self,
        model: Pi0,
        num_steps: int,
        wrap: Wrap = lambda call: call,
        expert: MakeLayer | None = None,
    ) -> None:
        super().__init__()
        config = model.config
        self.config, self.num_steps = config, num_steps
        self._see, self._read = wrap(_see), wrap(_read)
        self._act = _act if expert else wrap(_act)
        vision, text = model.vision, model.text
        self.patch_embedding = vision.patch_embedding
        self.position_embedding = vision.position_embedding
        heads = config.vision.num_attention_heads
        self.vision = nn.ModuleList([VisionLayer(one, heads) for one in vision.encoder.layers])
        self.post_layernorm, self.projector = vision.post_layernorm, vision.projector
        self.embed_tokens = model.embed_tokens
        last = config.text.depth - 1
        self.text = nn.ModuleList(
            StreamLayer(layer, config.text, keys_only=i == last)
            for i, layer in enumerate(text.stack)
        )
        self.text_modulations = text.modulations().layers
        make = expert or partial(StreamLayer, few=True)
        self.expert = nn.ModuleList(make(layer, config.expert) for layer in model.expert.stack)
        self.actions = ActionEmbedding(model, num_steps)
        self.state_proj = None if config.pi05 else model.state_proj
        self.action_out_proj = model.action_out_proj
        self.dtype = text.dtype
        self.suffix = config.horizon + (not config.pi05)  # the state and the actions, S

    def see(self, pixels: Tensor) -> Tensor:
        """Return the tokens of the pictures, (M, N, D)."""
        x = self.patch_embedding(to_unit_range(pixels)).flatten(2).transpose(1, 2)
        x = (x + self.position_embedding.weight).to(self.dtype)  # (M, N, hidden_size)
        for layer in self.vision:
            x = self._see(layer, x)
        features: Tensor = self.projector(self.post_layernorm(x))
        return features

    def read(self, features: Tensor, feed: Feed, *, padded: bool) -> Context:
        """
        Return what the prefix leaves for the expert.

        :param features: from :meth:`see`.
        :param padded: whether a row has places that aren't real.
        """
        config = self.config.text
        batch, length = feed.places.shape
        language = self.embed_tokens(feed.tokens) * config.width**0.5
        tokens = torch.cat((features.flatten(0, 1), language.flatten(0, 1)))
        x = tokens[feed.places]  # (B, P, D)
        along = torch.arange(length + self.suffix, device=x.device)
        sees = (along < feed.counts[:, None]) | (along >= length)  # (B, P + S)
        bias = _aligned(additive(sees[:, None], self.dtype)) if padded else None
        own_bias = None if bias is None else bias[..., :length]
        view = View(self._rotation(along[None, :length]), own_bias)
        shape = (batch, config.num_kv_heads, length + self.suffix, config.head_dim)
        rooms = tuple(KeyValue(x.new_empty(shape), x.new_empty(shape)) for _ in self.text)
        for layer, modulation, room in zip(self.text, self.text_modulations, rooms, strict=True):
            own = KeyValue(room.key[:, :, :length], room.value[:, :, :length])
            x = self._read(layer, x, modulation, view, own)
        after = feed.counts[:, None] + along[: self.suffix]  # (B, S)
        return Context(rooms, View(self._rotation(after), bias))

    def step(
        self,
        context: Context,
        x_t: Tensor,
        index: Tensor,
        state: Tensor | None = None,
        *,
        apart: bool = False,
    ) -> Tensor:
        """
        Return the velocity of the chunk, (B, H, A) float32.

        :param x_t: (B, H, A).
        :param index: of the flow time, :meth:`ActionEmbedding.index_of`.
        :param state: π0's, (B, A); None where it already has its place in the context.
        :param apart: leave the context as it is; for derivatives.
        """
        x, modulations = self.actions(x_t, index)
        rotation, bias = context.view
        if state is not None and self.state_proj is not None:
            x = torch.cat((self.state_proj(state)[:, None], x), dim=1)
            bias = self._first_bias(context)
        view = View(Rotary(*(part[:, -x.shape[1] :] for part in rotation)), bias)
        act = partial(_act, apart=True) if apart else self._act
        x = x.to(self.dtype)
        columns = zip(self.expert, modulations.layers, context.rooms, strict=True)
        for layer, modulation, room in columns:
            x = act(layer, x, modulation, view, room)
        x = x[:, -x_t.shape[1] :]  # the actions
        hidden = rms_norm(x, modulations.final, self.config.expert.rms_norm_eps)
        velocity: Tensor = self.action_out_proj(hidden.to(self.action_out_proj.weight.dtype))
        return velocity

    def follow(
        self, context: Context, feed: Feed, x_t: Tensor, step: int, steer: Steer | None = None
    ) -> Tensor:
        """
        Return the chunk one step nearer to the actions, (B, H, A) float32.

        :param x_t: of this step; of the first, the noise.
        :param steer: changes the velocity.
        """
        apart = steer is not None and steer.differentiates
        state = feed.state if apart or not step else None

        def velocity(x_t: Tensor, time: Tensor) -> Tensor:
            # A steer may ask for other times: 0 for actions that are given.
            index = self.actions.index_of(time) if steer else self.actions.steps[step]
            return self.step(context, x_t, index, state, apart=apart)

        time = self.actions.times[step].expand(len(x_t))
        return euler_step(steer.of(velocity) if steer else velocity, x_t, time, self.num_steps)

    def _rotation(self, positions: Tensor) -> Rotary:
        """Return the rotations of the positions, (B, S), as (B, S, 1, E)."""
        config = self.config.text
        rotation = rotary(positions, config.head_dim, config.rope_theta)
        return Rotary(*(part.transpose(1, 2) for part in rotation))

    def _first_bias(self, context: Context) -> Tensor:
        """Return the bias where the state is among the tokens: it sees no action."""
        config, key = self.config, context.rooms[0].key
        sharing = config.text.num_heads // config.text.num_kv_heads
        sees = torch.ones(self.suffix, key.shape[2], dtype=torch.bool, device=key.device)
        sees[0, -config.horizon :].fill_(False)
        bias = additive(sees[None], self.dtype).repeat_interleave(sharing, dim=2)
        if context.view.bias is not None:
            bias = torch.minimum(bias, context.view.bias)
        return _aligned(bias)


def _aligned(bias: Tensor) -> Tensor:
    """Return the same, its rows where CUDA's attention takes them without making a copy."""
    length = bias.shape[-1]
    return F.pad(bias, (0, -length % 16))[..., :length]


# One function for each kind of layer: what is compiled for one is not looked at for another.


def _see(layer: nn.Module, x: Tensor) -> Tensor:
    seen: Tensor = layer(x)
    return seen


def _read(
    layer: nn.Module, x: Tensor, modulation: LayerModulation, view: View, room: KeyValue
) -> Tensor:
    read: Tensor = layer(x, modulation, view, room)
    return read


def _act(
    layer: nn.Module,
    x: Tensor,
    modulation: LayerModulation,
    view: View,
    room: KeyValue,
    *,
    apart: bool = False,
) -> Tensor:
    acted: Tensor = layer(x, modulation, view, room, apart=apart)
    return acted
