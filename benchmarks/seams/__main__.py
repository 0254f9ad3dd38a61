# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Run every way of executing chunks under every delay, print the table, and renew the documents.

    python -m benchmarks.seams [--record] [--doc doc]
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from datetime import datetime, timezone
from itertools import product
from pathlib import Path

import numpy as np

from benchmarks import tables
from benchmarks.seams import table
from benchmarks.seams.goals import RATE_HZ, Results, judge
from benchmarks.seams.measures import measure
from benchmarks.seams.plot import draw
from benchmarks.seams.policies import Intends, Recorded, Synthetic
from benchmarks.seams.trace import METHODS, ORACLE, Row, run
from pi0_ros.robots.spec import load_robot

ROOT = Path(__file__).resolve().parents[2]
ROBOT = ROOT / 'config' / 'robots' / 'aloha_sim.yaml'
CHECKPOINT = ROOT / 'checkpoints' / 'demo'
RECORDING = Path(__file__).with_name('demo.npz')
RATES_HZ = (50.0, RATE_HZ)
RETURNING_S = 0.3
DELAYS_S = (0.0, 0.05, 0.1, 0.2, 0.4)
PICTURED, SHOWN_DELAY_S = 'synthetic', 0.2  # in the picture; the delay also in the short table


def main() -> None:
    """Measure, print, and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or '').splitlines()[1])
    parser.add_argument('--record', action='store_true', help='make the recording anew, first')
    parser.add_argument('--doc', type=Path, default=ROOT / 'doc', help='folder of the documents')
    arguments = parser.parse_args()
    robot = load_robot(ROBOT)
    if arguments.record:
        from benchmarks.seams.record import record  # noqa: PLC0415 - only this needs a simulator

        record(robot, CHECKPOINT, RECORDING)
    policies: dict[str, Intends] = {
        'biased': Synthetic(robot, drift=0.0),
        'synthetic': Synthetic(robot),
        'returning': Synthetic(robot, returning_s=RETURNING_S),
        'recorded': Recorded(robot, RECORDING),
    }
    arms = ~np.isin(robot.joint_names, list(robot.grippers))
    results = {
        row: measure(run(row, robot, policies[row.policy]), arms) for row in every_row(policies)
    }
    print(tables.plain(table.HEAD, table.rows(results)), '', sep='\n')
    print(tables.plain(*judge(results)))
    write_tables(arguments.doc, results)
    shown = [Row(PICTURED, method, RATE_HZ, SHOWN_DELAY_S) for method in METHODS]
    traces = {row.method: run(row, robot, policies[PICTURED]) for row in shown}
    draw(arguments.doc / 'seams.png', traces, robot.joint_names, results, shown[0])


def every_row(policies: Iterable[str]) -> Iterator[Row]:
    """Yield what is to be run, in the table's order."""
    for policy, rate_hz in product(policies, RATES_HZ):
        for delay_s, method in product(DELAYS_S, (ORACLE, *METHODS)):
            yield Row(policy, method, rate_hz, delay_s)


def write_tables(doc: Path, results: Results) -> None:
    """Renew the documents' tables."""
    today = datetime.now(tz=timezone.utc).date().isoformat()
    short = {
        row: measures
        for row, measures in results.items()
        if (row.rate_hz, row.delay_s) == (RATE_HZ, SHOWN_DELAY_S)
    }
    goals = tables.markdown(*judge(results))
    tables.fill(doc / 'seams.md', 'goals', f'{today}:\n\n{goals}')
    tables.fill(doc / 'seams.md', 'table', tables.markdown(table.HEAD, table.rows(short)))
    every = tables.markdown(table.HEAD, table.rows(results))
    text = (
        f'# Every row of the seam benchmark\n\n{today}; [how to read it](seams.md).\n\n{every}\n'
    )
    (doc / 'seams-table.md').write_text(text, encoding='utf-8')


if __name__ == '__main__':
    main()
