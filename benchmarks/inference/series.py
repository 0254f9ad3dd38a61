# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How the time grows with the work: one of the settings varies, the others stay."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from benchmarks.inference.measure import Effort, record, timed, use_threads
from benchmarks.inference.ours import Ours, build
from benchmarks.inference.results import Record
from benchmarks.inference.settings import Settings, lengths, real_tokens

LONGEST_PROMPT = 200
SERIES: dict[str, tuple[int, ...]] = {
    'cameras': (1, 2, 3, 4),
    'real_tokens': (16, 48, 100, LONGEST_PROMPT),
    'steps': (1, 2, 5, 10, 20),
    'horizon': (10, 25, 50, 100),
    'batch': (1, 2, 4, 8),
}


def measure_series(base: Settings, effort: Effort, case: str) -> Iterator[Record]:
    """
    Yield a record of every point, on one model.

    :param base: what stays; with nothing masked, and a prompt that may be long.
    :param effort: of each point.
    """
    use_threads(base)
    model = build(base)
    config = lengths(base, model.config)
    base = replace(
        base,
        masked=0,
        cameras=base.seen,
        tokens=LONGEST_PROMPT,
        real_tokens=real_tokens(base, config),
        horizon=config.horizon,
    )
    for name, values in SERIES.items():
        for value in values:
            settings = replace(base, **{name: value})  # type: ignore[arg-type]
            ours = Ours(model, settings)
            ours.warm_up()
            runs, _, _ = timed(ours, effort)
            yield record(settings, ours, runs, case=case, series=name)
            del ours  # before the next engine arranges the weights anew
