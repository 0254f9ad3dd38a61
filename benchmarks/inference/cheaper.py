# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One case in cheaper numbers: what each saves, and what it costs in accuracy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from benchmarks.inference.measure import Effort, measure, use_threads
from benchmarks.inference.price import exact, exact_actions
from benchmarks.inference.results import CHEAPER, Record
from benchmarks.inference.settings import Settings
from benchmarks.inference.table import variant
from pi0_ros.policy.quantization import INT8_DYNAMIC, NONE, QUANTIZATIONS
from pi0_ros.types import InputError

FEWER_STEPS = (5, 3, 2, 1)


def variants(base: Settings) -> Iterator[Settings]:
    """Yield what is measured: exact, in fewer bits, and in fewer steps of the case's own bits."""
    yield replace(exact(base), engine=base.engine)
    narrow = replace(exact(base), engine=base.engine, dtype='bfloat16')
    yield narrow
    for kind in QUANTIZATIONS:
        if kind != NONE:
            # Its parts are only worth while once they are compiled into one.
            engine = 'compiled' if kind == INT8_DYNAMIC else base.engine
            yield replace(narrow, quantization=kind, engine=engine)
    for steps in FEWER_STEPS:
        yield replace(base, steps=steps)


def measure_cheaper(base: Settings, effort: Effort, case: str) -> Iterator[Record]:
    """
    Yield a record of every variant that runs here; say of the others why they don't.

    :param effort: of each.
    """
    use_threads(base)
    expected = exact_actions(base)
    for settings in variants(base):
        try:
            yield measure(settings, effort, case=case, series=CHEAPER, expected=expected)
        except InputError as error:
            print(f'{variant(settings)}: left out: {error}')
