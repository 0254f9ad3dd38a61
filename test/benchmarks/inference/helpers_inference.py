# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Figures that nobody measured, to be told."""

from benchmarks.inference.ours import Run
from benchmarks.inference.results import Against, Record, by_stage
from benchmarks.inference.settings import CASES

RUNS = [
    Run(
        {'preprocess': 1.0, 'vision': 10.0 + i, 'prefix': 30.0, 'denoise': 20.0, 'download': 0.5},
        [2.5, *(9 * [1.9])],
    )
    for i in range(3)
]


def record(case='cpu', *, series='', settings=None, rival=None, device='a device'):
    return Record(
        case=case,
        series=series,
        when='2026-11-26T00:00:00+00:00',
        commit='0123456789ab',
        device=device,
        versions={'torch': '2.13.0'},
        settings=settings or CASES[case],
        engine='eager',
        runs=len(RUNS),
        stages=by_stage(RUNS),
        floor={'vision': 5.5, 'prefix': 15.0, 'denoise': 10.0},
        flops_per_s=1e12,
        bytes_per_s=1e11,
        weights_bytes=3_000_000_000,
        cache_bytes=1_000_000,
        peak_bytes=4_000_000_000,
        against=rival,
    )


def rival(milliseconds):
    chunk = dict.fromkeys(('p50', 'p95', 'p99', 'max'), milliseconds)
    return Against('fedcba987654', '2.13.0', 'none', chunk, 2e-6)
