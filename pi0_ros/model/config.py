# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Every size of the network, as frozen dataclasses; nothing here is about robots or how to run.

How they are written in a file is :mod:`pi0_ros.model.config_file`'s business.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pi0_ros.types import InputError


@dataclass(frozen=True)
class VisionConfig:
    """
    SigLIP's sizes, under the names that transformers' ``SiglipVisionConfig`` uses.

    The defaults are So400m/14 at 224 pixels, the only vision tower openpi releases.
    """

    hidden_size: int = 1152
    intermediate_size: int = 4304
    num_hidden_layers: int = 27
    num_attention_heads: int = 16
    image_size: int = 224
    patch_size: int = 14
    layer_norm_eps: float = 1e-6

    @property
    def num_patches(self) -> int:
        """Tokens that one image becomes, N."""
        return (self.image_size // self.patch_size) ** 2


@dataclass(frozen=True)
class GemmaConfig:
    """
    One Gemma stack.

    :param num_kv_heads: heads of key and value; each serves num_heads / num_kv_heads queries.
    :param rope_theta: base of the rotary wavelengths.
    """

    width: int
    depth: int
    mlp_dim: int
    num_heads: int
    num_kv_heads: int
    head_dim: int
    rope_theta: float = 10_000.0
    rms_norm_eps: float = 1e-6


# openpi, src/openpi/models/gemma.py, get_config.
GEMMA = {
    'dummy': GemmaConfig(64, 4, 128, 8, 1, 16),
    'gemma_300m': GemmaConfig(1024, 18, 4096, 8, 1, 256),
    'gemma_2b': GemmaConfig(2048, 18, 16_384, 8, 1, 256),
}

PALIGEMMA_VOCAB_SIZE = 257_152

# Who trained a checkpoint prepared its sentences and pictures in his own way, and so must whoever
# runs it: openpi, LeRobot since 0.5, LeRobot 0.4 (doc/checkpoints.md lists what differs).
Rules = Literal['openpi', 'lerobot', 'lerobot_0_4']


@dataclass(frozen=True)
class Pi0Config:
    """
    The whole model. The defaults are openpi's π0.

    :param text: the Gemma that reads the prefix.
    :param expert: the Gemma that reads the suffix; shares depth and attention heads with text.
    :param horizon: actions per chunk, H.
    :param pi05: π0.5: no state token, and time enters through adaptive norms.
    :param max_token_len: language tokens of the prefix, padding included, L.
    :param discrete_state: the prompt carries the state as integers.
    :param noise_scale: standard deviation of the noise that a chunk is sampled from; the public
        model's is 1, and with less a model that is unsure sooner does the same thing twice.
    :param known_actions: how many leading actions of a chunk the model was trained to be given
        clean, at most (:func:`pi0_ros.model.guidance.continued`); 0 for none, as the public one.
    :param min_period: shortest wavelength of the time embedding [flow time].
    :param max_period: longest wavelength of the time embedding [flow time].
    :param rules: how sentences and pictures are prepared.
    :param cameras: for each picture in the order of the prefix, the names that its camera may
        have; empty where openpi's three slots are meant.
    """

    vision: VisionConfig = VisionConfig()
    text: GemmaConfig = GEMMA['gemma_2b']
    expert: GemmaConfig = GEMMA['gemma_300m']
    vocab_size: int = PALIGEMMA_VOCAB_SIZE
    action_dim: int = 32
    horizon: int = 50
    pi05: bool = False
    max_token_len: int = 48
    discrete_state: bool = False
    noise_scale: float = 1.0
    known_actions: int = 0
    min_period: float = 4e-3
    max_period: float = 4.0
    rules: Rules = 'openpi'
    cameras: tuple[tuple[str, ...], ...] = ()

    def __post_init__(self) -> None:
        """Check what the sizes owe each other."""
        if not 0 <= self.known_actions < self.horizon:
            raise InputError(
                f'config: known_actions: expected at least 0 and less than the horizon '
                f'({self.horizon}), found {self.known_actions}'
            )
        shared = ('depth', 'num_heads', 'num_kv_heads', 'head_dim', 'rope_theta')
        apart = [name for name in shared if getattr(self.text, name) != getattr(self.expert, name)]
        if apart:
            raise InputError(
                f'config: text and expert share their attention, so their {", ".join(apart)} '
                f'must be equal; found text {self.text} and expert {self.expert}'
            )
        for owner, whole, part in (
            ('text', self.text.num_heads, self.text.num_kv_heads),
            ('vision', self.vision.hidden_size, self.vision.num_attention_heads),
            ('expert', self.expert.width, 2),  # sine and cosine halves of the time embedding
        ):
            if whole % part:
                raise InputError(f'config: {owner}: {whole} is not a multiple of {part}')


def tiny_config(*, pi05: bool = False) -> Pi0Config:
    """Return sizes at which the model builds and runs in milliseconds, for tests."""
    return Pi0Config(
        vision=VisionConfig(32, 48, 1, 2, 28, 14),
        text=GemmaConfig(32, 2, 64, 4, 2, 8),
        expert=GemmaConfig(16, 2, 32, 4, 2, 8),
        vocab_size=64,
        action_dim=6,
        horizon=5,
        pi05=pi05,
        max_token_len=8,
        discrete_state=pi05,
    )
