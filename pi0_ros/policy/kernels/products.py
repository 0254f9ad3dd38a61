# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The kernels that multiply few tokens by a large matrix, each with what stands around the product.

A program takes the tokens of one batch element, or some of them, and a strip of the matrix.
Arguments are contiguous tensors unless a step is given, which is what lies between two batch
elements; an absent tensor is None. Sums are of float32.
"""

import triton
import triton.language as tl


@triton.jit
def _normed_products(
    x, scale, scale_step, shift, shift_step, first, second, wanted, length, eps,
    D: tl.constexpr, ROWS: tl.constexpr, COLUMNS: tl.constexpr, DEPTH: tl.constexpr,
):  # fmt: skip
    """
    Return two products with x / rms(x) * (1 + scale) + shift, (ROWS, COLUMNS) float32 each.

    In one pass over x: what rms(x) is, is known at its end, and divides the products. The shift
    has to be left out of that, so it goes the same way in a row of its own, the tile's last.
    Returned before them: the tokens of the tile, (ROWS,), and which of them are any.

    :param x: (B, S, D); ``length`` is S. A program of ``(_, tile, b)`` takes ROWS - 1 of its rows.
    :param first: pointers to a matrix's rows, (COLUMNS,), and ``wanted`` which are any; ``second``
        likewise.
    """
    batch, row = tl.program_id(2), tl.arange(0, ROWS)
    last = row == ROWS - 1
    token = tl.program_id(1) * (ROWS - 1) + row
    real = (token < length) & (row < ROWS - 1)
    x += (batch * length + token) * D
    scale += batch * scale_step
    if shift is not None:
        shift += batch * shift_step
    squares = tl.zeros((ROWS,), tl.float32)
    one = tl.zeros((ROWS, COLUMNS), tl.float32)
    two = tl.zeros((ROWS, COLUMNS), tl.float32)
    for start in range(0, D, DEPTH):
        k = start + tl.arange(0, DEPTH)
        inside = k < D
        part = tl.load(x[:, None] + k[None, :], mask=real[:, None] & inside[None, :], other=0.0)
        part = part.to(tl.float32)
        squares += tl.sum(part * part, axis=1)
        part *= 1 + tl.load(scale + k, mask=inside, other=0.0).to(tl.float32)[None, :]
        if shift is not None:
            shifts = tl.load(shift + k, mask=inside, other=0.0).to(tl.float32)
            part = tl.where(last[:, None], shifts[None, :], part)
        part = part.to(first.dtype.element_ty)
        here = inside[:, None] & wanted[None, :]
        matrix = tl.load(first[None, :] + k[:, None], mask=here, other=0.0)
        one = tl.dot(part, matrix, one, input_precision='ieee')
        matrix = tl.load(second[None, :] + k[:, None], mask=here, other=0.0)
        two = tl.dot(part, matrix, two, input_precision='ieee')
    factor = tl.rsqrt(squares / D + eps)[:, None]
    if shift is None:
        return token, real, one * factor, two * factor
    of_shift = last[:, None]
    one = one * factor + tl.sum(tl.where(of_shift, one, 0.0), axis=0)[None, :]
    two = two * factor + tl.sum(tl.where(of_shift, two, 0.0), axis=0)[None, :]
    return token, real, one, two


@triton.jit
def project(
    x, scale, scale_step, shift, shift_step, weight, cos, sin, rotation_step,
    query, key, value, length, places, eps,
    D: tl.constexpr, QUERIES: tl.constexpr, KEYS: tl.constexpr, HALF: tl.constexpr,
    ROWS: tl.constexpr, COLUMNS: tl.constexpr, DEPTH: tl.constexpr,
):  # fmt: skip
    """
    Put rotate(norm(x) · weightᵀ) where queries, keys and values belong; values aren't rotated.

    A rotation mixes e and e + E/2, so a program has the same strip of both halves of one head.

    :param x: (B, S, D); ``length`` is S.
    :param weight: (QUERIES + 2 * KEYS heads of E, D); ``HALF`` is E/2.
    :param cos: (B, S, E) float32, its batch elements ``rotation_step`` apart; ``sin`` likewise.
    :param query: (B, S, QUERIES, E), to be filled.
    :param key: (B, KEYS, places, E), whose last S places are to be filled; ``value`` likewise.
    """
    strips: tl.constexpr = (HALF + COLUMNS - 1) // COLUMNS
    head, strip = tl.program_id(0) // strips, tl.program_id(0) % strips
    batch = tl.program_id(2)
    e = strip * COLUMNS + tl.arange(0, COLUMNS)
    wanted = e < HALF
    first = weight + (head * 2 * HALF + e) * D
    token, real, low, high = _normed_products(
        x, scale, scale_step, shift, shift_step, first, first + HALF * D, wanted, length, eps,
        D, ROWS, COLUMNS, DEPTH,
    )  # fmt: skip
    here = real[:, None] & wanted[None, :]
    if head < QUERIES + KEYS:
        angle = batch * rotation_step + token[:, None] * 2 * HALF + e[None, :]
        cosine, sine = tl.load(cos + angle, mask=here), tl.load(sin + angle, mask=here)
        low, high = low * cosine - high * sine, high * cosine + low * sine
    if head < QUERIES:
        out = query + ((batch * length + token) * QUERIES + head) * 2 * HALF
    else:
        room, group = key, head - QUERIES
        if head >= QUERIES + KEYS:
            room, group = value, head - QUERIES - KEYS
        out = room + ((batch * KEYS + group) * places + places - length + token) * 2 * HALF
    out = out[:, None] + e[None, :]
    tl.store(out, low, mask=here)
    tl.store(out + HALF, high, mask=here)


@triton.jit
def gate_up(
    x, scale, scale_step, shift, shift_step, weight, inner, length, eps,
    D: tl.constexpr, WIDTH: tl.constexpr,
    ROWS: tl.constexpr, COLUMNS: tl.constexpr, DEPTH: tl.constexpr,
):  # fmt: skip
    """
    Put gelu(norm(x) · gateᵀ) * (norm(x) · upᵀ) into inner.

    gelu is its approximation by tanh, and (1 + tanh(u)) / 2 = sigmoid(2u). Hendrycks and Gimpel,
    arXiv 1606.08415, section 2.

    :param x: (B, S, D); ``length`` is S.
    :param weight: gate and then up, (2 * WIDTH, D).
    :param inner: (B, S, WIDTH), to be filled.
    """
    batch = tl.program_id(2)
    n = tl.program_id(0) * COLUMNS + tl.arange(0, COLUMNS)
    wanted = n < WIDTH
    first = weight + n * D
    token, real, gate, up = _normed_products(
        x, scale, scale_step, shift, shift_step, first, first + WIDTH * D, wanted, length, eps,
        D, ROWS, COLUMNS, DEPTH,
    )  # fmt: skip
    gelu = gate * tl.sigmoid(1.5957691216057308 * (gate + 0.044715 * gate * gate * gate))
    out = inner + (batch * length + token[:, None]) * WIDTH + n[None, :]
    tl.store(out, gelu * up, mask=real[:, None] & wanted[None, :])


@triton.jit
def add_product(
    x, factor, weight, gate, gate_step, out, parts, arrivals, length,
    D: tl.constexpr, INNER: tl.constexpr, SPLITS: tl.constexpr, SHARE: tl.constexpr,
    ROWS: tl.constexpr, COLUMNS: tl.constexpr, DEPTH: tl.constexpr,
):  # fmt: skip
    """
    Put x + (factor · weightᵀ) * gate into out; without a gate it is 1.

    A narrow matrix has too few strips to occupy a GPU, so each is split into shares of what is
    summed. Who comes last adds up the shares' sums, always in the same order.

    :param x: (B, S, D); ``length`` is S.
    :param factor: (B, S, INNER), of which each of SPLITS programs takes a SHARE.
    :param weight: (D, INNER).
    :param out: (B, S, D), to be filled.
    :param parts: room for the shares' sums, (SPLITS, B, S, D) float32.
    :param arrivals: how many have arrived, an int32 for each of the other programs, zero before
        and after.
    """
    strip, split = tl.program_id(0), tl.program_id(1)
    tiles = tl.cdiv(length, ROWS)
    batch, tile = tl.program_id(2) // tiles, tl.program_id(2) % tiles
    token = tile * ROWS + tl.arange(0, ROWS)
    real = token < length
    token += batch * length
    n = strip * COLUMNS + tl.arange(0, COLUMNS)
    wanted = n < D
    product = tl.zeros((ROWS, COLUMNS), tl.float32)
    for start in range(0, SHARE, DEPTH):
        k = split * SHARE + start + tl.arange(0, DEPTH)
        inside = k < INNER
        here = real[:, None] & inside[None, :]
        some = tl.load(factor + token[:, None] * INNER + k[None, :], mask=here, other=0.0)
        here = inside[:, None] & wanted[None, :]
        matrix = tl.load(weight + n[None, :] * INNER + k[:, None], mask=here, other=0.0)
        product = tl.dot(some, matrix, product, input_precision='ieee')
    here = real[:, None] & wanted[None, :]
    place = token[:, None] * D + n[None, :]
    between = tl.num_programs(2) // tiles * length * D  # of one share's sums and the next's
    tl.store(parts + split * between + place, product, mask=here)
    tl.debug_barrier()  # one thread tells of the arrival, and all must have stored by then
    arrivals += tl.program_id(2) * tl.num_programs(0) + strip
    if tl.atomic_add(arrivals, 1) == SPLITS - 1:
        total = tl.zeros((ROWS, COLUMNS), tl.float32)
        for i in range(
            SPLITS
        ):  # .cg: not from the cache of one processor, which others don't fill
            total += tl.load(parts + i * between + place, mask=here, cache_modifier='.cg')
        if gate is not None:
            factors = tl.load(gate + batch * gate_step + n, mask=wanted, other=0.0)
            total *= factors.to(tl.float32)[None, :]
        total += tl.load(x + place, mask=here).to(tl.float32)
        tl.store(out + place, total, mask=here)
        tl.store(arrivals, 0)
