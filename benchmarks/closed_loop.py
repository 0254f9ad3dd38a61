# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What delay costs the demo: every way to take over chunks, with and without 200 ms more.

Simulated robot, policy and executor in lock-step, as in `python -m pi0_ros.sim.evaluate`; a result
depends on seeds alone. All rows see the same scenes with the same noise, so that differences are
paired. `blocking` runs half a chunk and infers while the robot stands still. Prints a table in
Markdown, and leaves every trial in results.json.

    python benchmarks/closed_loop.py CHECKPOINT [--trials 20] [--rows rtc,crossfade] [--jobs 2]
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
import os
from pathlib import Path
import sys
from types import MappingProxyType
from typing import Any

from tqdm import tqdm

from pi0_ros.execution.seams import STRATEGIES
from pi0_ros.sim.evaluate import FIRST_SEED
from pi0_ros.sim.evaluate.parameters import read_parameters
from pi0_ros.sim.evaluate.plan import Condition, all_sentences, plain_trials
from pi0_ros.sim.evaluate.pool import Job, play
from pi0_ros.sim.evaluate.report import MEASURE, Report
from pi0_ros.sim.evaluate.table import Row, paired_difference
from pi0_ros.sim.evaluate.trial import LATENCY_S, Outcome, Trial
from pi0_ros.types import InputError

CONFIG = Path(__file__).resolve().parents[1] / 'config'
ROBOT_FILE = CONFIG / 'robots' / 'aloha_sim.yaml'
# What each row changes of the trials that the parameter file describes.
ROWS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        'rtc': {'strategy': 'rtc', 'rtc': 'guided'},
        **{name: {'strategy': name, 'rtc': 'none'} for name in STRATEGIES if name != 'rtc'},
        'blocking': {'strategy': 'replace', 'rtc': 'none', 'blocking': True},
    }
)
COLUMNS = (
    'row', 'delay', 'skill', 'done', 'rate', '95 % of rates', 'median',
    'against no delay [points]', 'lost, won',
)  # fmt: skip


def conditions_of(row: str, delay_s: float) -> tuple[Condition, Condition]:
    """Return a row without and with delay."""

    def later(by_s: float) -> Condition:
        def vary(trial: Trial) -> Trial:
            return replace(trial, latency_s=LATENCY_S + by_s, **ROWS[row])

        text = f'{by_s * 1e3:.0f}'
        return Condition(f'{row}_{text}', f'{row} | {text} ms', vary)

    return later(0.0), later(delay_s)


def line(*cells: str) -> str:
    """Return a line of a table in Markdown."""
    return f'| {" | ".join(cells)} |'


def lines_of(
    label: str, rows: Sequence[Row], outcomes: Sequence[Outcome], prompt: Sequence[Outcome]
) -> Iterator[str]:
    """
    Yield a line for each skill.

    :param prompt: the same trials without delay; the same outcomes if these are without.
    """
    for row in rows:
        skill = row.label.rpartition(': ')[2]
        before, after = (
            [outcome.success for outcome in found if outcome.trial.skill == skill]
            for found in (prompt, outcomes)
        )
        low, high = row.interval
        cells = ['', '']
        if outcomes is not prompt:
            difference, least, most = paired_difference(before, after)
            pairs = list(zip(before, after, strict=True))
            lost, won = pairs.count((True, False)), pairs.count((False, True))
            cells = [
                f'{100 * difference:+.1f} ({100 * least:+.1f} to {100 * most:+.1f})',
                f'{lost}, {won}',
            ]
        yield line(
            label,
            skill,
            f'{row.done} of {row.trials}',
            f'{100 * row.done / row.trials:.1f} %',
            f'{100 * low:.1f}-{100 * high:.1f} %',
            '' if row.median_s is None else f'{row.median_s:.2f} s',
            *cells,
        )


def compare(options: argparse.Namespace) -> None:
    """Play all trials and print each row as soon as it is through."""
    told = read_parameters(options.params)
    trials = [
        replace(trial, **told)
        for trial in plain_trials(all_sentences(options.only), options.trials)
    ]
    pairs = [conditions_of(row, options.delay_ms * 1e-3) for row in options.rows]
    jobs = [
        Job(ROBOT_FILE, options.checkpoint, condition.vary(trial))
        for pair in pairs
        for condition in pair
        for trial in trials
    ]
    tqdm.write(f'{options.checkpoint}, scenes from seed {FIRST_SEED} on, {told}.\n{MEASURE}\n')
    tqdm.write(f'{line(*COLUMNS)}\n{line(*["---"] * len(COLUMNS))}')
    report = Report(options.checkpoint)
    options.output.mkdir(parents=True, exist_ok=True)
    outcomes = iter(tqdm(play(jobs, options.jobs), total=len(jobs), unit='trial'))
    for pair in pairs:
        prompt: list[Outcome] = []
        for condition in pair:
            found = list(islice(outcomes, len(trials)))
            prompt = prompt or found
            rows = report.add(condition, found)
            tqdm.write('\n'.join(lines_of(condition.label, rows, found, prompt)))
            report.write(options.output / 'results.json')


def rows_named(text: str) -> list[str]:
    """Return the names of rows that stand in a text, between commas."""
    names = text.split(',')
    unknown = [name for name in names if name not in ROWS]
    if unknown:
        raise argparse.ArgumentTypeError(
            f'expected some of {",".join(ROWS)}, found {", ".join(unknown)}'
        )
    return names


def main() -> None:
    """Compare what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument('checkpoint', type=Path)
    parser.add_argument('--trials', type=int, default=20, help='scenes per sentence (%(default)s)')
    parser.add_argument(
        '--rows', type=rows_named, default=list(ROWS), help=f'some of {",".join(ROWS)} (all)'
    )
    parser.add_argument('--delay-ms', type=float, default=200.0, help='[ms] more (%(default)s)')
    parser.add_argument('--only', choices=('pick', 'put'), help='one of the two skills')
    parser.add_argument('--jobs', type=int, default=os.cpu_count(), help='processes (%(default)s)')
    parser.add_argument(
        '--params',
        type=Path,
        default=CONFIG / 'demo_params.yaml',
        help='parameters of policy and executor (%(default)s)',
    )
    parser.add_argument(
        '--output',
        type=Path,
        default=Path('evaluation/closed_loop'),
        help='folder of results.json (%(default)s)',
    )
    try:
        compare(parser.parse_args())
    except InputError as error:
        sys.exit(str(error))


if __name__ == '__main__':
    main()
