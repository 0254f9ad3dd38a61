# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A picture of how the time grows with the work, stage by stage, over the floor."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
import numpy as np

from benchmarks.inference.results import Record
from benchmarks.inference.series import SERIES
from benchmarks.inference.table import newest, varied

LABELS = {
    'cameras': 'cameras',
    'real_tokens': 'tokens of the prompt',
    'steps': 'denoising steps',
    'horizon': 'actions of a chunk',
    'batch': 'observations at once',
}
COLORS = {'vision': '#8455b8', 'prefix': '#1f68be', 'denoise': '#2b8a57', 'else': '#c9ced6'}
INK, FAINT = '#20242a', '#787e86'
HEIGHT_IN = 2.6  # of a row of axes


def draw(file: Path, records: Sequence[Record]) -> None:
    """Draw and write the picture: a row for each case and device of which there is a series."""
    points = newest(record for record in records if record.series in SERIES)
    rows = list(dict.fromkeys((record.case, record.device) for record in points))
    if not rows:
        return
    with mpl.rc_context({'font.size': 8, 'text.color': INK, 'axes.edgecolor': FAINT}):
        figure = Figure(figsize=(12.0, HEIGHT_IN * len(rows) + 0.4), layout='constrained')
        grid = figure.subplots(len(rows), len(SERIES), squeeze=False)
        for line, row in zip(grid, rows, strict=True):
            for axes, name in zip(line, SERIES, strict=True):
                chosen = [
                    one for one in points if (one.case, one.device, one.series) == (*row, name)
                ]
                _draw_series(axes, name, sorted(chosen, key=varied))
            # One scale for all, but for several observations, which would make the others flat.
            alike = [axes for axes, name in zip(line, SERIES, strict=True) if name != 'batch']
            top = max(axes.get_ylim()[1] for axes in alike)
            for axes in alike:
                axes.set_ylim(0, top)
            line[0].set_ylabel('median time of a chunk [ms]')
            line[0].set_title(f'{row[0]}: {row[1]}', loc='left')
        handles, names = grid[0, 0].get_legend_handles_labels()
        figure.legend(handles, names, loc='outside lower center', ncols=len(names), frameon=False)
        figure.savefig(file, dpi=110)


def _draw_series(axes: Axes, name: str, points: Sequence[Record]) -> None:
    """Draw the stages on top of one another, and the floor as a line over them."""
    places = np.arange(len(points))
    bottom = np.zeros(len(points))
    for stage, color in COLORS.items():
        heights = np.array([_share(point, stage) for point in points])
        axes.bar(places, heights, 0.7, bottom=bottom, color=color, label=stage)
        bottom += heights
    floors = [sum(point.floor.values()) for point in points]
    axes.plot(places, floors, 'D', color=INK, markersize=3.5, label='floor')
    axes.set_xticks(places, [str(varied(point)) for point in points])
    axes.set_xlabel(LABELS[name])
    axes.spines[['top', 'right']].set_visible(False)


def _share(record: Record, stage: str) -> float:
    """Return a stage's median; of 'else', what is left of the chunk's."""
    if stage in record.stages:
        return record.stages[stage]['p50']
    known = sum(record.stages[one]['p50'] for one in COLORS if one in record.stages)
    return max(0.0, record.chunk_ms - known) if stage == 'else' else 0.0
