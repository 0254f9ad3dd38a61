# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
π0 and π0.5: images, a sentence and a state in; the velocity of an action chunk out.

Black et al., arXiv 2410.24164 (π0), and arXiv 2504.16054 (π0.5), as in openpi at 15a9616,
src/openpi/models_pytorch/pi0_pytorch.py. The sequence, and who may look at it::

    prefix                                     suffix
    [camera 1] [camera 2] ... [language]       [state] [action 1 ... action H]     π0
    [camera 1] [camera 2] ... [language]               [action 1 ... action H]     π0.5
     all see each other, and no suffix          sees the prefix; state sees no action

The prefix goes through one Gemma, the suffix through the *expert*, a smaller one; they share
attention. The prefix does not depend on flow time, so it is read once per chunk (``prefill``).
The model takes normalised numbers and token ids: it knows no robot, sentence or unit.
"""

from __future__ import annotations

from collections.abc import Mapping
import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from pi0_ros.model.attention import block_mask, positions_of
from pi0_ros.model.config import Pi0Config
from pi0_ros.model.flow import interpolate, known_first, sample_time
from pi0_ros.model.gemma import Gemma, KeyValue, Modulations, Stream, run
from pi0_ros.model.layers import time_embedding
from pi0_ros.model.siglip import ImageEncoder


class Inputs(NamedTuple):
    """
    What the model is given. The order of ``images`` is their order in the prefix.

    :param images: camera slot to pictures, (B, 3, S, S) float32 in [-1, 1].
    :param image_masks: camera slot to whether the picture is real, (B,) bool.
    :param tokens: (B, L) int64.
    :param token_mask: (B, L) bool, False for padding.
    :param state: normalised, padded with zeros, (B, A) float32; π0.5 does not look at it.
    """

    images: Mapping[str, Tensor]
    image_masks: Mapping[str, Tensor]
    tokens: Tensor
    token_mask: Tensor
    state: Tensor


class Prefix(NamedTuple):
    """
    The embedded prefix.

    :param embs: (B, P, D).
    :param pad_mask: (B, P) bool.
    :param starts: (P,) bool, where blocks begin.
    """

    embs: Tensor
    pad_mask: Tensor
    starts: Tensor


class Suffix(NamedTuple):
    """
    The embedded suffix.

    :param embs: (B, S, D of the expert).
    :param pad_mask: (B, S) bool, all True.
    :param starts: (S,) bool, where blocks begin.
    :param modulations: what flow time makes of the expert's norms.
    """

    embs: Tensor
    pad_mask: Tensor
    starts: Tensor
    modulations: Modulations


class PrefixCache(NamedTuple):
    """
    What the expert sees of the prefix.

    :param layers: keys and values of each layer, (B, G, P, E).
    :param pad_mask: (B, P) bool.
    """

    layers: tuple[KeyValue, ...]
    pad_mask: Tensor


class Pi0(nn.Module):
    """
    Both models; ``config.pi05`` says which.

    ``gradient_checkpointing`` trades time for memory in training: each layer's activations are
    recomputed in the backward pass.
    """

    def __init__(self, config: Pi0Config) -> None:
        super().__init__()
        self.config = config
        self.gradient_checkpointing = False
        width = config.expert.width
        self.vision = ImageEncoder(config.vision, config.text.width)
        self.embed_tokens = nn.Embedding(config.vocab_size, config.text.width)
        self.text = Gemma(config.text)
        self.expert = Gemma(config.expert, adaptive=config.pi05)
        self.action_in_proj = nn.Linear(config.action_dim, width)
        self.action_out_proj = nn.Linear(width, config.action_dim)
        if config.pi05:
            self.time_mlp_in = nn.Linear(width, width)
            self.time_mlp_out = nn.Linear(width, width)
        else:
            self.state_proj = nn.Linear(config.action_dim, width)
            self.action_time_mlp_in = nn.Linear(2 * width, width)
            self.action_time_mlp_out = nn.Linear(width, width)

    def encode_images(self, images: Mapping[str, Tensor]) -> Tensor:
        """Return the tokens of all cameras, encoded as one batch, (C, B, N, D)."""
        stacked = torch.stack(tuple(images.values()))  # (C, B, 3, S, S)
        tokens: Tensor = self.vision(stacked.flatten(0, 1), checkpointing=self._checkpointing)
        return tokens.view(*stacked.shape[:2], *tokens.shape[1:])

    def embed_prefix(self, features: Tensor, inputs: Inputs) -> Prefix:
        """
        Put images and language in a row.

        :param features: from :meth:`encode_images`, (C, B, N, D).
        """
        cameras, batch, patches, _ = features.shape
        language = self.embed_tokens(inputs.tokens) * math.sqrt(self.config.text.width)
        embs = torch.cat((*features, language), dim=1)  # (B, P, D), P = C * N + L
        seen = torch.stack([inputs.image_masks[slot] for slot in inputs.images], dim=1)  # (B, C)
        seen = seen[..., None].expand(batch, cameras, patches).flatten(1)  # (B, C * N)
        pad_mask = torch.cat((seen, inputs.token_mask), dim=1)  # (B, P)
        return Prefix(embs, pad_mask, pad_mask.new_zeros(embs.shape[1]))

    def embed_suffix(self, state: Tensor, x_t: Tensor, time: Tensor) -> Suffix:
        """
        Put state and noisy actions in a row.

        :param state: (B, A).
        :param x_t: (B, H, A).
        :param time: flow time, (B,), or one for each action, (B, H), float32.
        """
        actions = self.action_in_proj(x_t)  # (B, H, D)
        if self.config.pi05:
            embs, modulations = actions, self.expert.modulations(self.time_condition(time))
        else:
            embs = torch.cat((self.state_proj(state)[:, None], self._fuse(actions, time)), dim=1)
            modulations = self.expert.modulations()
        pad_mask = torch.ones(embs.shape[:2], dtype=torch.bool, device=embs.device)
        blocks = embs.shape[1] - self.config.horizon + 1  # state and first action, or the latter
        starts = torch.arange(embs.shape[1], device=embs.device) < blocks  # (S,)
        return Suffix(embs, pad_mask, starts, modulations)

    def time_condition(self, time: Tensor) -> Tensor:
        """Return what modulates π0.5's norms, (..., D): SiLU follows both layers of the MLP."""
        hidden = F.silu(self.time_mlp_in(self._embed_time(time)))
        return F.silu(self.time_mlp_out(hidden))

    def read_prefix(self, prefix: Prefix) -> tuple[Tensor, PrefixCache]:
        """Return the prefix's last hidden states, (B, P, D), and what it leaves for the expert."""
        mask = block_mask(prefix.pad_mask, prefix.starts)
        stream = Stream(self.text, prefix.embs, self.text.modulations())
        outputs, layers = run([stream], positions_of(prefix.pad_mask), mask)
        return outputs[0], PrefixCache(tuple(layers), prefix.pad_mask)

    def prefill(self, prefix: Prefix) -> PrefixCache:
        """Return what the prefix leaves for the expert."""
        return self.read_prefix(prefix)[1]

    def velocity(self, cache: PrefixCache, state: Tensor, x_t: Tensor, time: Tensor) -> Tensor:
        """
        Return the velocity of the chunk, (B, H, A) float32, with the prefix in the cache.

        :param state: (B, A).
        :param x_t: (B, H, A).
        :param time: flow time, (B,), or one for each action, (B, H), float32.
        """
        hidden = self.read_suffix(cache, self.embed_suffix(state, x_t, time))
        return self._velocity_of(hidden)

    def read_suffix(self, cache: PrefixCache, suffix: Suffix) -> Tensor:
        """Return the expert's last hidden states, (B, S, D), with the prefix in the cache."""
        own = block_mask(suffix.pad_mask, suffix.starts)  # (B, S, S)
        prefix = cache.pad_mask[:, None].expand(-1, own.shape[1], -1)  # (B, S, P)
        positions = positions_of(suffix.pad_mask, after=cache.pad_mask)
        stream = Stream(self.expert, suffix.embs, suffix.modulations)
        mask = torch.cat((prefix, own), dim=2)
        return run([stream], positions, mask, cache.layers)[0][0]

    def joint_velocity(self, inputs: Inputs, x_t: Tensor, time: Tensor) -> Tensor:
        """Return the velocity of the chunk, (B, H, A), both streams together: for training."""
        prefix = self.embed_prefix(self.encode_images(inputs.images), inputs)
        suffix = self.embed_suffix(inputs.state, x_t, time)
        pad_mask = torch.cat((prefix.pad_mask, suffix.pad_mask), dim=1)
        mask = block_mask(pad_mask, torch.cat((prefix.starts, suffix.starts)))
        streams = (
            Stream(self.text, prefix.embs, self.text.modulations()),
            Stream(self.expert, suffix.embs, suffix.modulations),
        )
        checkpointing = self._checkpointing
        outputs, _ = run(streams, positions_of(pad_mask), mask, checkpointing=checkpointing)
        return self._velocity_of(outputs[1])

    def loss(
        self,
        inputs: Inputs,
        actions: Tensor,
        noise: Tensor | None = None,
        time: Tensor | None = None,
        generator: torch.Generator | None = None,
        known: Tensor | None = None,
    ) -> Tensor:
        """
        Return the squared error of the velocity, (B, H, A), over all padded dimensions.

        :param actions: normalised, padded with zeros, (B, H, A).
        :param noise: (B, H, A); drawn from a standard normal when None.
        :param time: (B,); drawn by :func:`pi0_ros.model.flow.sample_time` when None.
        :param generator: source of what is drawn.
        :param known: how many leading actions are given clean and not learnt, (B,) integers: their
            flow time and error are 0 (Black et al., arXiv 2512.05964).
        """
        device = generator.device if generator else actions.device
        if noise is None:
            noise = torch.randn(actions.shape, generator=generator, device=device)
        if time is None:
            time = sample_time(len(actions), generator)
        noise, time = noise.to(actions.device), time.to(actions.device)
        if known is None:
            x_t, u_t = interpolate(noise, actions, time)
            return (self.joint_velocity(inputs, x_t, time) - u_t).square()
        given = known_first(known, self.config.horizon)  # (B, H)
        times = time[:, None].masked_fill(given, 0.0)
        x_t, u_t = interpolate(noise, actions, times)
        error = (self.joint_velocity(inputs, x_t, times) - u_t).square()
        return error.masked_fill(given[..., None], 0.0)

    @property
    def _checkpointing(self) -> bool:
        return self.gradient_checkpointing and torch.is_grad_enabled()

    def _embed_time(self, time: Tensor) -> Tensor:
        config = self.config
        return time_embedding(time, config.expert.width, config.min_period, config.max_period)

    def _fuse(self, actions: Tensor, time: Tensor) -> Tensor:
        """Mix flow time into the action tokens of π0, (B, H, D)."""
        embedded = self._embed_time(time.view(len(time), -1)).expand_as(actions)
        hidden = F.silu(self.action_time_mlp_in(torch.cat((actions, embedded), dim=-1)))
        fused: Tensor = self.action_time_mlp_out(hidden)
        return fused

    def _velocity_of(self, hidden: Tensor) -> Tensor:
        """Project the action tokens, the last H of hidden, (B, S, D), to a velocity."""
        actions = hidden[:, -self.config.horizon :].to(self.action_out_proj.weight.dtype)
        velocity: Tensor = self.action_out_proj(actions)
        return velocity
