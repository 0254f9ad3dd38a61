# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
How often a checkpoint does what it is told: ``python -m pi0_ros.sim.evaluate CHECKPOINT``.

Prints a table, and leaves it as results.json beside sheet.png, the last pictures of some trials.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
import os
from pathlib import Path
import sys
import tempfile

from tqdm import tqdm

from pi0_ros.sim.evaluate import FIRST_SEED
from pi0_ros.sim.evaluate.parameters import read_parameters
from pi0_ros.sim.evaluate.plan import (
    CONTROLS,
    PLAIN,
    ROBUSTNESS,
    Condition,
    all_sentences,
    plain_trials,
)
from pi0_ros.sim.evaluate.pool import Job, play
from pi0_ros.sim.evaluate.report import MEASURE, Report
from pi0_ros.sim.evaluate.sheet import draw_sheet
from pi0_ros.sim.evaluate.table import HEADER
from pi0_ros.sim.evaluate.trial import Outcome, Trial
from pi0_ros.tools.untrained import write_untrained_copy
from pi0_ros.types import InputError
from pi0_ros.viz.film import save_picture

EVERY = {condition.name: condition for condition in (PLAIN, *CONTROLS, *ROBUSTNESS)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Evaluate the checkpoint of the command line."""
    options = _parser().parse_args(arguments)
    try:
        _evaluate(options)
    except InputError as error:
        sys.stderr.write(f'{error}\n')
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog='pi0_ros.sim.evaluate', description=__doc__)
    parser.add_argument('checkpoint', type=Path, help='folder of the policy')
    parser.add_argument(
        '--robot',
        type=Path,
        default=Path('config/robots/aloha_sim.yaml'),
        help='description of the simulated robot (%(default)s)',
    )
    parser.add_argument(
        '--params',
        type=Path,
        default=Path('config/demo_params.yaml'),
        help='parameters of policy and executor (%(default)s)',
    )
    parser.add_argument(
        '--trials', type=_positive, default=100, help='scenes per sentence (%(default)s)'
    )
    parser.add_argument(
        '--others', type=_positive, help='scenes per sentence under other conditions (as many)'
    )
    parser.add_argument(
        '--jobs', type=_positive, default=os.cpu_count(), help='processes (%(default)s)'
    )
    parser.add_argument(
        '--output',
        type=Path,
        default=Path('evaluation'),
        help='folder of results.json and sheet.png (%(default)s)',
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument('--only', choices=('pick', 'put'), help='one of the two skills')
    what.add_argument('--sentences', nargs='+', help='these instead of one for each task')
    extent = parser.add_mutually_exclusive_group()
    extent.add_argument('--plain', action='store_true', help='no controls')
    extent.add_argument('--all', action='store_true', help='robustness too')
    extent.add_argument(
        '--conditions', nargs='+', choices=[*EVERY], metavar='NAME', help=f'{", ".join(EVERY)}'
    )
    return parser  # fmt: skip


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f'expected at least 1, found {number}')
    return number


def _evaluate(options: argparse.Namespace) -> None:
    """Play all trials and report each condition as soon as it is through."""
    told = read_parameters(options.params)
    sentences = options.sentences or all_sentences(options.only)
    trials = {
        condition: [
            replace(trial, **told)
            for trial in plain_trials(
                sentences,
                options.trials if condition is PLAIN else options.others or options.trials,
            )
        ]
        for condition in _conditions(options)
    }
    report = Report(options.checkpoint)
    options.output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        untrained = Path(folder) / 'untrained'
        if any(condition.untrained for condition in trials):
            write_untrained_copy(options.checkpoint, untrained)
        jobs = [
            _job(options, untrained if condition.untrained else options.checkpoint,
                 condition, trial)
            for condition, mine in trials.items()
            for trial in mine
        ]  # fmt: skip
        tqdm.write(f'{options.checkpoint}, scenes from seed {FIRST_SEED} on.\n{MEASURE}\n')
        tqdm.write(HEADER)
        outcomes = iter(tqdm(play(jobs, options.jobs), total=len(jobs), unit='trial'))
        for condition, mine in trials.items():
            _take_in(options, report, condition, islice(outcomes, len(mine)))


def _conditions(options: argparse.Namespace) -> list[Condition]:
    if options.conditions:
        return [EVERY[name] for name in options.conditions]
    if options.plain:
        return [PLAIN]
    return [*EVERY.values()] if options.all else [PLAIN, *CONTROLS]


def _job(options: argparse.Namespace, checkpoint: Path, condition: Condition, trial: Trial) -> Job:
    return Job(options.robot, checkpoint, condition.vary(trial), picture=condition is PLAIN)


def _take_in(
    options: argparse.Namespace, report: Report, condition: Condition, outcomes: Iterator[Outcome]
) -> None:
    """Report one condition, on the terminal and in the output folder."""
    found = list(outcomes)
    for row in report.add(condition, found):
        tqdm.write(str(row))
    report.write(options.output / 'results.json')
    if condition is PLAIN:
        done = sum(outcome.success for outcome in found)
        title = f'{options.checkpoint}: {done} of {len(found)} trials done'
        save_picture(draw_sheet(found, title), options.output / 'sheet.png')


if __name__ == '__main__':
    sys.exit(main())
