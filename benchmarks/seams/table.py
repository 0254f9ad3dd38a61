# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The rows of the table: figures as text."""

from __future__ import annotations

from benchmarks.seams.goals import Results
from benchmarks.seams.measures import Measures
from benchmarks.seams.trace import Row
from benchmarks.tables import number

HEAD = (
    'policy', 'Hz', 'delay [ms]', 'method', 'seams',
    'position [rad]', 'velocity [rad/s]', 'acceleration [rad/s²]',
    'RMS jerk [rad/s³]', 'stalled', 'tracking [rad]', 'step [rad]', 'limited',
)  # fmt: skip


def cells(row: Row, measures: Measures) -> tuple[str, ...]:
    """Return a row of the table, as long as :data:`HEAD`."""
    jumps = zip(measures.worst_jump, measures.p95_jump, strict=True)
    return (
        row.policy,
        f'{row.rate_hz:.0f}',
        f'{row.delay_s * 1e3:.0f}',
        row.method,
        str(measures.handovers),
        *(f'{number(worst)} ({number(p95)})' for worst, p95 in jumps),
        number(measures.jerk),
        f'{measures.stalled} ({measures.needless})',
        f'{number(measures.tracking)} ({number(measures.missing)})',
        number(measures.step),
        str(measures.limited),
    )


def rows(results: Results) -> list[tuple[str, ...]]:
    """Return all rows of the table."""
    return [cells(row, measures) for row, measures in results.items()]
