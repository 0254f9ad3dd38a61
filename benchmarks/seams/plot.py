# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A picture of the result: commands around seams, and figures against the delay."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
import numpy as np
from numpy.typing import NDArray

from benchmarks.seams.goals import Results
from benchmarks.seams.measures import Measures
from benchmarks.seams.trace import METHODS, Row, Trace
from pi0_ros.types import NS_PER_S

COLORS = {
    'block': '#8a9099',
    'average': '#f08018',
    'replace': '#c9a227',
    'crossfade': '#1f68be',
    'ensemble': '#8455b8',
    'rtc': '#2b8a57',
}
INK, FAINT = '#20242a', '#787e86'
WINDOW_S = (4.5, 5.9)  # of the traces that are shown: before the slow inference
VELOCITY_SHOWN = 2.5  # either way; what goes beyond is cut off [rad/s]
FIGURES: Mapping[str, Callable[[Measures], float]] = {
    'worst seam jump in position [rad]': lambda measures: float(measures.worst_jump[0]),
    'worst seam jump in velocity [rad/s]': lambda measures: float(measures.worst_jump[1]),
    'RMS jerk [rad/s³]': lambda measures: measures.jerk,
}


def draw(
    file: Path, traces: Mapping[str, Trace], names: Sequence[str], results: Results, shown: Row
) -> None:
    """
    Draw and write the picture: the joint that moves farthest, and the figures of its policy.

    :param traces: of the methods, at one delay.
    :param names: of the joints.
    :param shown: a row of these traces.
    """
    trace = next(iter(traces.values()))
    joint = int(np.ptp(trace.reference[_in_window(trace)], axis=0).argmax())
    with mpl.rc_context({'font.size': 8, 'text.color': INK, 'axes.edgecolor': FAINT}):
        figure = Figure(figsize=(10.5, 9.0), layout='constrained')
        grid = figure.add_gridspec(len(traces) + 3, 2 * len(FIGURES))
        for i, (name, trace) in enumerate(traces.items()):
            position = figure.add_subplot(grid[i, : len(FIGURES)])
            velocity = figure.add_subplot(grid[i, len(FIGURES) :])
            _draw_trace(position, velocity, name, trace, joint)
        position, velocity, *_, last_position, last_velocity = figure.axes
        position.set_title(
            f'{names[joint]} told by the {shown.policy} policy, {shown.delay_s * 1e3:.0f} ms late',
            loc='left',
        )
        velocity.set_title('velocity of the commands, over two ticks', loc='left')
        for axes in (last_position, last_velocity):
            axes.tick_params(labelbottom=True)
            axes.set_xlabel('time [s]; dots are seams, black is the reference')
        for i, (label, value) in enumerate(FIGURES.items()):
            axes = figure.add_subplot(grid[len(traces) :, 2 * i : 2 * i + 2])
            _draw_bars(axes, label, value, results, shown)
        figure.align_ylabels()
        handles = [Patch(color=COLORS[name], label=name) for name in METHODS]
        figure.legend(
            handles=handles, loc='outside lower center', ncols=len(METHODS), frameon=False
        )
        figure.savefig(file, dpi=110)


def _draw_trace(position: Axes, velocity: Axes, name: str, trace: Trace, joint: int) -> None:
    """Draw the commands, as a controller holds them, and their velocities over the reference's."""
    shown = _in_window(trace)
    seconds = trace.times_ns[shown] / NS_PER_S
    seams = trace.handovers[shown]
    for axes, values, unit in (
        (position, np.array, 'rad'),
        (velocity, lambda path: np.gradient(path, seconds), 'rad/s'),
    ):
        reference, commands = (
            values(path[shown, joint]) for path in (trace.reference, trace.commands)
        )
        axes.step(seconds, commands, where='post', color=COLORS[name], linewidth=1.3)
        axes.plot(seconds, reference, color=INK, linewidth=0.8)
        axes.plot(seconds[seams], commands[seams], 'o', color=COLORS[name], markersize=3.5)
        axes.set_ylabel(f'{name}\n[{unit}]' if axes is position else f'[{unit}]')
        axes.set_xlim(WINDOW_S)
        axes.tick_params(labelbottom=False)
        axes.spines[['top', 'right']].set_visible(False)
    velocity.set_ylim(-VELOCITY_SHOWN, VELOCITY_SHOWN)


def _in_window(trace: Trace) -> NDArray[np.bool_]:
    seconds = trace.times_ns / NS_PER_S
    return np.asarray((seconds >= WINDOW_S[0]) & (seconds <= WINDOW_S[1]))


def _draw_bars(
    axes: Axes, label: str, value: Callable[[Measures], float], results: Results, shown: Row
) -> None:
    """Draw a figure of every method at every delay."""
    chosen = {
        (row.method, row.delay_s): value(measures)
        for row, measures in results.items()
        if (row.policy, row.rate_hz) == (shown.policy, shown.rate_hz)
    }
    delays = sorted({delay for _, delay in chosen})
    width = 0.8 / len(METHODS)
    for i, name in enumerate(METHODS):
        places = np.arange(len(delays)) + (i - (len(METHODS) - 1) / 2) * width
        heights = [chosen[name, delay] for delay in delays]
        axes.bar(places, heights, width, color=COLORS[name])
    axes.set_yscale('log')
    axes.set_xticks(range(len(delays)), [f'{delay * 1e3:.0f}' for delay in delays])
    axes.set_xlabel('delay [ms]')
    axes.set_title(label, loc='left')
    axes.spines[['top', 'right']].set_visible(False)
