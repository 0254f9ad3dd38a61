# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What a chunk costs, stage by stage, beside what the device could do at best.

The model has random weights of the right scale: the time of a matrix product does not depend on
what is in it. :mod:`benchmarks.inference.settings` says what can be chosen, and the public PyTorch
implementation can run on the same weights in turn with ours (:mod:`benchmarks.inference.against`).
Every figure is appended to ``benchmarks/results/inference.jsonl``, from which the tables and the
picture of doc/performance.md are made.
"""
