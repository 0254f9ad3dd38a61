# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The kernels of an attention of few queries on many keys.

The keys are split among programs, or there would be fewer of those than a GPU has processors
(Dao et al., "Flash-Decoding for long-context inference", 2023). Heads that share a key stand below
one another as one long query, row s * R + r, so that the key is read for all of them at once.
"""

import triton
import triton.language as tl


@triton.jit
def attend(
    query, key, value, bias, bias_step, bias_row, found, highest, total, length, places, scale,
    GROUPS: tl.constexpr, SHARING: tl.constexpr, E: tl.constexpr, WIDTH: tl.constexpr,
    ROWS: tl.constexpr, COLUMNS: tl.constexpr, SHARE: tl.constexpr,
):  # fmt: skip
    """
    Put what each split of the keys gives for each query: Σ w · value, max l and Σ w.

    Here l = query · key * scale + bias, and w = exp(l - max l). The softmax over all keys follows
    from these (:func:`merge`); within a split it is computed in the same way, tile by tile
    (Milakov and Gimelshein, arXiv 1805.02867, algorithm 3).

    :param query: (B, S, GROUPS * SHARING, E); ``length`` is S.
    :param key: (B, GROUPS, places, E), of which a program takes a SHARE; ``value`` likewise.
    :param bias: (B, S * SHARING, places), its elements ``bias_step`` and its rows ``bias_row``
        apart, finite.
    :param found: (B, GROUPS, splits, S * SHARING, E) float32, to be filled.
    :param highest: (B, GROUPS, splits, S * SHARING) float32, to be filled; ``total`` likewise.
    """
    split = tl.program_id(1)
    batch, group = tl.program_id(2) // GROUPS, tl.program_id(2) % GROUPS
    row = tl.program_id(0) * ROWS + tl.arange(0, ROWS)
    real = row < length * SHARING
    e = tl.arange(0, WIDTH)
    inside = e < E
    token, head = batch * length + row // SHARING, group * SHARING + row % SHARING
    asked = query + (token * GROUPS * SHARING + head)[:, None] * E + e[None, :]
    asked = tl.load(asked, mask=real[:, None] & inside[None, :], other=0.0)
    most = tl.full((ROWS,), float('-inf'), tl.float32)
    weights = tl.zeros((ROWS,), tl.float32)
    sums = tl.zeros((ROWS, WIDTH), tl.float32)
    for start in range(0, SHARE, COLUMNS):
        place = split * SHARE + start + tl.arange(0, COLUMNS)
        present = place < places
        at = (tl.program_id(2) * places + place) * E
        keys = tl.load(key + at[None, :] + e[:, None], mask=present[None, :] & inside[:, None],
                       other=0.0)  # fmt: skip
        logits = tl.dot(asked, keys, input_precision='ieee') * scale
        if bias is not None:
            added = bias + batch * bias_step + row[:, None] * bias_row + place[None, :]
            added = tl.load(added, mask=real[:, None] & present[None, :], other=0.0)
            logits += added.to(tl.float32)
        logits = tl.where(present[None, :], logits, float('-inf'))
        more = tl.maximum(most, tl.max(logits, axis=1))  # finite: a split's first key is present
        weight = tl.exp(logits - more[:, None])
        shrunk = tl.exp(most - more)
        most = more
        weights = weights * shrunk + tl.sum(weight, axis=1)
        values = tl.load(value + at[:, None] + e[None, :], mask=present[:, None] & inside[None, :],
                         other=0.0)  # fmt: skip
        sums *= shrunk[:, None]
        sums = tl.dot(weight.to(values.dtype), values, sums, input_precision='ieee')
    at = (tl.program_id(2) * tl.num_programs(1) + split) * length * SHARING + row
    tl.store(found + at[:, None] * E + e[None, :], sums, mask=real[:, None] & inside[None, :])
    tl.store(highest + at, most, mask=real)
    tl.store(total + at, weights, mask=real)


@triton.jit
def merge(
    found, highest, total, out, length, splits,
    GROUPS: tl.constexpr, SHARING: tl.constexpr, E: tl.constexpr, WIDTH: tl.constexpr,
    SPLITS: tl.constexpr,
):  # fmt: skip
    """
    Put the softmax over all keys: Σ f · found / Σ f · total, with f = exp(highest - max highest).

    A program is for one query.

    :param found: of :func:`attend`, like ``highest`` and ``total``; SPLITS is a power of two and
        at least ``splits``.
    :param out: (B, S, GROUPS * SHARING, E), to be filled.
    """
    row = tl.program_id(0)
    batch, group = tl.program_id(1) // GROUPS, tl.program_id(1) % GROUPS
    split = tl.arange(0, SPLITS)
    real = split < splits
    e = tl.arange(0, WIDTH)
    inside = e < E
    at = (tl.program_id(1) * splits + split) * length * SHARING + row
    most = tl.load(highest + at, mask=real, other=float('-inf'))
    factor = tl.exp(most - tl.max(most, axis=0))
    weight = tl.sum(factor * tl.load(total + at, mask=real, other=0.0), axis=0)
    sums = tl.load(found + at[:, None] * E + e[None, :], mask=real[:, None] & inside[None, :],
                   other=0.0)  # fmt: skip
    mean = tl.sum(sums * factor[:, None], axis=0) / weight
    token, head = batch * length + row // SHARING, group * SHARING + row % SHARING
    tl.store(out + (token * GROUPS * SHARING + head) * E + e, mean, mask=inside)
