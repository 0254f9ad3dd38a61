# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
A layer of few tokens in six Triton kernels, for CUDA.

An action expert reads all its weights for some fifty tokens, so a layer takes as long as reading
them, if only there are few kernels to start and each keeps the whole GPU reading. Triton comes
with PyTorch for CUDA and nowhere else: nothing here is imported before someone asks for it.

Letters in shapes: :mod:`pi0_ros.model`'s, with R = K / G as in
:mod:`pi0_ros.policy.fused_layers`.
"""
