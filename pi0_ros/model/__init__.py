# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
π0 and π0.5 in PyTorch: tensors in, action chunks out. Knows neither robots nor ROS nor clocks.

Reading order:

=============  ==================================================================================
config         every size, as frozen dataclasses, and the named variants of openpi
layers         RMSNorm (plain, adaptive), GEGLU MLP, rotary positions, time embedding
attention      who may look at whom, at which position, and the attention itself
siglip         images to prefix tokens
gemma          the two transformer streams (prefix, expert) and the attention they share
flow           the time convention, noise schedule and Euler sampling
pi0            the model: prefix, cache, velocity, loss
initialise     weights to begin with
precision      which parameters stay float32 when the rest is bfloat16 or float16
names          our parameter names, openpi's and LeRobot's, one table
config_file    config.json to sizes and back
lerobot        what a LeRobot folder says beside its weights
tensors        safetensors files, whole or in shards; no pickles
checkpoint     a folder to a model and back, completely or not at all
tokenizer      a sentence (and for π0.5 the state) to token ids
reference      what the model makes of recorded inputs, under the recordings' names
verify         ``python -m pi0_ros.model.verify DIR``: compare with recorded reference vectors
=============  ==================================================================================

Letters in shapes: B batch, S sequence, P prefix, H horizon, A action, D width, K attention heads,
G key/value heads, E width of one head, C cameras, N patches of one image, L language tokens.
"""

import logging

# transformers imports torchao where that is installed, and torchao tells of every library for GPUs
# that are not there; what PyTorch would tell of torchao concerns its authors alone.
for _name in ('torchao', 'torch.utils._pytree'):
    logging.getLogger(_name).setLevel(logging.ERROR)
