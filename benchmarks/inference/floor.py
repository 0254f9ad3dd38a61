# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The least that a chunk can cost: operations and bytes of each stage, and the time they take.

Counted is what no exact method avoids: the matrix products and attention of what is real, and each
weight read once per pass. The last layer of the prefix gives keys and values only; the
modulations of π0.5 depend on flow time alone, so they are constants; what projects states,
actions and times is under 1 % of a step and left out; activations stay in the cache. A stage takes
the longer of its arithmetic and its traffic, and stages follow one another.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from pi0_ros.model.config import GemmaConfig, Pi0Config, VisionConfig


@dataclass(frozen=True)
class Rates:
    """
    What a device does.

    :param flops_per_s: of matrix products, a multiplication and an addition being two.
    :param bytes_per_s: read and written, of copies in its memory.
    """

    flops_per_s: float
    bytes_per_s: float


@dataclass(frozen=True)
class Work:
    """What a stage has to do: operations, and bytes that it reads."""

    flops: float
    bytes: float

    def milliseconds(self, rates: Rates) -> float:
        """Return what it takes at least [ms]."""
        return 1e3 * max(self.flops / rates.flops_per_s, self.bytes / rates.bytes_per_s)


@dataclass(frozen=True)
class Load:
    """
    How much goes through the network.

    :param cameras: real pictures of an observation.
    :param tokens: real tokens of the prompt.
    :param steps: of denoising.
    :param batch: observations at once.
    :param dtype: of weights and activations.
    """

    cameras: int
    tokens: int
    steps: int
    batch: int
    dtype: torch.dtype


def work(config: Pi0Config, load: Load) -> dict[str, Work]:
    """Return the work of the stages vision, prefix and denoise."""
    size, batch, text, expert = load.dtype.itemsize, load.batch, config.text, config.expert
    patches = config.vision.num_patches
    pictures = batch * load.cameras
    seeing = vision_weights(config)
    vision = Work(
        pictures * (2 * patches * seeing + _vision_attention(config.vision)), seeing * size
    )
    prefix = load.cameras * patches + load.tokens
    reading = (text.depth - 1) * layer_weights(text) + key_weights(text)
    looks = (text.depth - 1) * _attention(text, prefix, prefix)
    read = Work(batch * (2 * prefix * reading + looks), reading * size)
    suffix = config.horizon + (not config.pi05)  # π0 has a state token
    acting = expert.depth * layer_weights(expert)
    looks = expert.depth * _attention(expert, suffix, prefix + suffix)
    cached = cache_numbers(config, prefix) * batch
    step = Work(batch * (2 * suffix * acting + looks), (acting + cached) * size)
    denoise = Work(load.steps * step.flops, load.steps * step.bytes)
    return {'vision': vision, 'prefix': read, 'denoise': denoise}


def cache_numbers(config: Pi0Config, prefix: int) -> int:
    """Return how many numbers the keys and values of a prefix are."""
    text = config.text
    return 2 * text.depth * prefix * text.num_kv_heads * text.head_dim


def vision_weights(config: Pi0Config) -> int:
    """Return the numbers in the matrices of the vision tower and its projector."""
    vision = config.vision
    layer = 4 * vision.hidden_size**2 + 2 * vision.hidden_size * vision.intermediate_size
    around = 3 * vision.patch_size**2 + config.text.width  # patches in, the prefix's width out
    return vision.num_hidden_layers * layer + vision.hidden_size * around


def layer_weights(gemma: GemmaConfig) -> int:
    """Return the numbers in the matrices of one layer."""
    attention = 2 * gemma.width * gemma.num_heads * gemma.head_dim  # query and output
    return attention + key_weights(gemma) + 3 * gemma.width * gemma.mlp_dim


def key_weights(gemma: GemmaConfig) -> int:
    """Return the numbers in the matrices of one layer's keys and values."""
    return 2 * gemma.width * gemma.num_kv_heads * gemma.head_dim


def _attention(gemma: GemmaConfig, queries: int, keys: int) -> int:
    """Return the operations of one layer's products of queries, keys and values."""
    return 4 * queries * keys * gemma.num_heads * gemma.head_dim


def _vision_attention(vision: VisionConfig) -> int:
    """Return those of the whole tower, for one picture."""
    return 4 * vision.num_hidden_layers * vision.num_patches**2 * vision.hidden_size
