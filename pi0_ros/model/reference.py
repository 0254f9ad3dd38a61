# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What the model makes of a reference folder's inputs, under the names of the recorded quantities.

Times and numbers of steps are read from the recorded names, so a folder may hold any. Comparing
is :mod:`pi0_ros.model.verify`'s business.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
import json
from pathlib import Path
import re
from typing import NamedTuple

import torch
from torch import Tensor

from pi0_ros.model.attention import block_mask, positions_of
from pi0_ros.model.config import Pi0Config
from pi0_ros.model.flow import denoise, euler_times, interpolate
from pi0_ros.model.names import EMBEDDING, TIED_TO_EMBEDDING, openpi_name
from pi0_ros.model.pi0 import Inputs, Pi0, Prefix, PrefixCache
from pi0_ros.types import InputError

Quantities = dict[str, Tensor]


class Given(NamedTuple):
    """
    The inputs of a reference folder.

    :param noise: (B, H, A).
    :param actions: (B, H, A).
    :param time: (B,).
    """

    inputs: Inputs
    noise: Tensor
    actions: Tensor
    time: Tensor


def read_given(folder: Path, io: Mapping[str, Tensor], config: Pi0Config) -> Given:
    """
    Return the inputs, cameras in the order of ``image_keys`` of the folder's ``config.json``.

    :raises InputError: naming an input that is absent or of another shape.
    """
    slots = json.loads((folder / 'config.json').read_text(encoding='utf-8')).get('image_keys')
    if not isinstance(slots, list) or not slots:
        raise InputError(
            f'{folder}: config.json: image_keys: expected camera names, found {slots}'
        )
    batch, length = _size(io, 'in.tokens')
    tokens = _take(io, 'in.tokens', (batch, length), torch.int64)
    if not 0 <= tokens.min() <= tokens.max() < config.vocab_size:
        raise InputError(f'in.tokens: expected ids below {config.vocab_size}')
    size, chunk = config.vision.image_size, (batch, config.horizon, config.action_dim)
    picture = (batch, 3, size, size)
    inputs = Inputs(
        {slot: _take(io, f'in.image.{slot}', picture) for slot in slots},
        {slot: _take(io, f'in.image_mask.{slot}', (batch,), torch.bool) for slot in slots},
        tokens,
        _take(io, 'in.token_mask', (batch, length), torch.bool),
        _take(io, 'in.state', (batch, config.action_dim)),
    )
    noise, actions = _take(io, 'in.noise', chunk), _take(io, 'in.actions', chunk)
    return Given(inputs, noise, actions, _take(io, 'in.time', (batch,)))


@torch.no_grad()
def quantities(model: Pi0, given: Given, names: Mapping[str, Tensor]) -> Quantities:
    """
    Return all forward quantities, ``out.*``.

    :param names: the recorded ones, which say at what times and with how many steps.
    """
    features = model.encode_images(given.inputs.images)
    prefix = model.embed_prefix(features, given.inputs)
    hidden, cache = model.read_prefix(prefix)
    return (
        _vision(model, given.inputs, features)
        | _prefix(prefix, hidden, cache)
        | _suffixes(model, given, cache, names)
        | _velocities(model, given, cache, names)
        | _loss(model, given)
        | _samples(model, given, cache, names)
    )


def gradients(model: Pi0, given: Given) -> Quantities:
    """Return the gradient of the mean loss for each parameter, ``grad.*``, openpi's names."""
    model.zero_grad()
    loss = model.loss(given.inputs, given.actions, given.noise, given.time).mean()
    torch.autograd.backward(loss)
    found = {
        f'grad.{openpi_name(name)}': parameter.grad
        for name, parameter in model.named_parameters()
        if parameter.grad is not None
    }
    return found | {f'grad.{TIED_TO_EMBEDDING}': found[f'grad.{openpi_name(EMBEDDING)}']}


def _size(io: Mapping[str, Tensor], name: str) -> tuple[int, int]:
    if name not in io or io[name].ndim != 2 or not io[name].numel():
        raise InputError(f'{name}: expected something of shape (B, L)')
    batch, length = io[name].shape
    return batch, length


def _take(
    io: Mapping[str, Tensor],
    name: str,
    shape: tuple[int, ...],
    dtype: torch.dtype = torch.float32,
) -> Tensor:
    if name not in io:
        raise InputError(f'{name}: not recorded')
    expected, found = f'shape {shape} of {dtype}', io[name]
    if tuple(found.shape) != shape or found.dtype != dtype:
        raise InputError(
            f'{name}: expected {expected}, found {tuple(found.shape)} of {found.dtype}'
        )
    return found


def _numbers(names: Mapping[str, Tensor], pattern: str) -> Iterator[str]:
    """Yield what the pattern's group finds in the recorded names, each once."""
    found = (re.match(rf'(?:out|bf16)\.{pattern}', name) for name in names)
    return iter(sorted({match[1] for match in found if match}))


def _vision(model: Pi0, inputs: Inputs, features: Tensor) -> Quantities:
    found = {}
    for (slot, image), tokens in zip(inputs.images.items(), features, strict=True):
        found[f'out.vision.{slot}.features'] = tokens
        found[f'out.vision.{slot}.last_hidden_state'] = model.vision.hidden(image)
    return found


def _prefix(prefix: Prefix, hidden: Tensor, cache: PrefixCache) -> Quantities:
    found = {
        'embs': prefix.embs,
        'pad_masks': prefix.pad_mask,
        'att_masks': prefix.starts.expand_as(prefix.pad_mask),
        'att_2d_masks': block_mask(prefix.pad_mask, prefix.starts),
        'position_ids': positions_of(prefix.pad_mask),
        'out': hidden,
    }
    for i, layer in enumerate(cache.layers):
        found |= {f'kv.{i}.key': layer.key, f'kv.{i}.value': layer.value}
    return {f'out.prefix.{name}': value for name, value in found.items()}


def _suffixes(
    model: Pi0, given: Given, cache: PrefixCache, names: Mapping[str, Tensor]
) -> Quantities:
    found = {}
    for t in _numbers(names, r'suffix\.t([\d.e-]+?)\.[a-z]'):
        time = torch.full_like(given.time, float(t))
        suffix = model.embed_suffix(given.inputs.state, given.noise, time)
        here = f'out.suffix.t{t}.'
        found[here + 'embs'] = suffix.embs
        found[here + 'pad_masks'] = suffix.pad_mask
        found[here + 'att_masks'] = suffix.starts.expand_as(suffix.pad_mask)
        found[here + 'att_2d_masks'] = block_mask(suffix.pad_mask, suffix.starts)
        found[here + 'position_ids'] = positions_of(suffix.pad_mask, after=cache.pad_mask)
        found[here + 'out'] = model.read_suffix(cache, suffix)[:, -model.config.horizon :]
        if model.config.pi05:
            found[here + 'adarms_cond'] = model.time_condition(time)
    return found


def _velocities(
    model: Pi0, given: Given, cache: PrefixCache, names: Mapping[str, Tensor]
) -> Quantities:
    velocity = partial(model.velocity, cache, given.inputs.state)
    x_t, _ = interpolate(given.noise, given.actions, given.time)
    found = {'out.v_t.mix': velocity(x_t, given.time)}
    for t in _numbers(names, r'v_t\.noise\.t([\d.e-]+)$'):
        time = torch.full_like(given.time, float(t))
        found[f'out.v_t.noise.t{t}'] = velocity(given.noise, time)
    return found


def _loss(model: Pi0, given: Given) -> Quantities:
    x_t, u_t = interpolate(given.noise, given.actions, given.time)
    return {
        'out.loss': model.loss(given.inputs, given.actions, given.noise, given.time),
        'out.loss.v_t': model.joint_velocity(given.inputs, x_t, given.time),
        'out.loss.x_t': x_t,
        'out.loss.u_t': u_t,
    }


def _samples(
    model: Pi0, given: Given, cache: PrefixCache, names: Mapping[str, Tensor]
) -> Quantities:
    velocity = partial(model.velocity, cache, given.inputs.state)
    found = {}
    for n in _numbers(names, r'sample\.n(\d+)\.'):
        entering: dict[int, Tensor] = {}
        actions = denoise(velocity, given.noise, int(n), record=entering.__setitem__)
        found[f'out.sample.n{n}.actions'] = actions
        found[f'out.sample.n{n}.x_t'] = torch.stack(list(entering.values()))
        found[f'out.sample.n{n}.times'] = torch.tensor(euler_times(int(n)))
    return found
