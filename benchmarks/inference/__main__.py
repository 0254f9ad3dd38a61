# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Time the model, print each stage beside its floor, keep the figures, and renew the documents.

    python -m benchmarks.inference --case cpu --against OPENPI --against-python PYTHON
    python -m benchmarks.inference --case gpu --series --cheaper
    python -m benchmarks.inference --model pi05 --layers 2 --cameras 1 --steps 5
    python -m benchmarks.inference      # measures nothing, renews the documents
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from pathlib import Path
import sys

from benchmarks import tables
from benchmarks.inference import table
from benchmarks.inference.against import COMPILE_MODES, COMPILED
from benchmarks.inference.cheaper import measure_cheaper
from benchmarks.inference.measure import Effort, Rival, measure
from benchmarks.inference.plot import draw
from benchmarks.inference.results import CHEAPER, Record, append, read
from benchmarks.inference.series import SERIES, measure_series
from benchmarks.inference.settings import CASES, ROOT, Settings
from pi0_ros.policy.policy import NUM_STEPS
from pi0_ros.types import InputError

RESULTS = ROOT / 'benchmarks' / 'results' / 'inference.jsonl'
RUNS = 200
SECONDS = {'cpu': 60.0, 'cuda': 300.0}
SERIES_SHARE = 10  # of the runs and the time that a case gets, for one point of a series
PICTURE = 'performance.png'
NAMES = tuple(field.name for field in fields(Settings))


def main(words: Sequence[str] | None = None) -> int:
    """Measure what is asked for; return the exit status."""
    parser = make_parser()
    arguments = parser.parse_args(words)
    try:
        for record in measured(arguments):
            append(arguments.results, record)
            tell(record)
        document(arguments.doc, read(arguments.results))
    except InputError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def make_parser() -> argparse.ArgumentParser:
    """Return what reads the command line: an option for each of the settings, and more."""
    parser = argparse.ArgumentParser(
        prog='benchmarks.inference',
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('--case', choices=CASES, help='settings that have a name')
    for field in fields(Settings):
        kind = int if isinstance(field.default, int) else str
        parser.add_argument('--' + field.name.replace('_', '-'), type=kind)
    parser.add_argument('--runs', type=int, default=RUNS, help='chunks to time, at most')
    parser.add_argument('--seconds', type=float, help='after which no more begin')
    parser.add_argument('--series', action='store_true', help='vary the work, too')
    parser.add_argument('--cheaper', action='store_true', help='vary the numbers, too')
    parser.add_argument('--against', type=Path, help="openpi's checkout, to run in turn with")
    parser.add_argument('--against-python', type=Path, help="with openpi's requirements")
    parser.add_argument(
        '--against-compile', choices=COMPILE_MODES, default=COMPILED, help='how openpi is compiled'
    )
    parser.add_argument('--results', type=Path, default=RESULTS, help='file to append to')
    parser.add_argument('--doc', type=Path, default=ROOT / 'doc', help='folder of the documents')
    return parser


def measured(arguments: argparse.Namespace) -> Iterator[Record]:
    """
    Yield what was measured.

    :raises InputError: if something is no setting, or can't run here.
    """
    given = {name: getattr(arguments, name) for name in NAMES}
    given = {name: value for name, value in given.items() if value is not None}
    if arguments.case is None and not given:
        return
    settings = replace(CASES.get(arguments.case, Settings()), **given)
    case = arguments.case if settings == CASES.get(arguments.case) else ''
    kind = settings.device.partition(':')[0]
    if kind not in SECONDS:
        raise InputError(f'device: expected one of {list(SECONDS)}, found {settings.device!r}')
    seconds = SECONDS[kind] if arguments.seconds is None else arguments.seconds
    yield measure(settings, Effort(arguments.runs, seconds), rival_of(arguments), case=case)
    effort = Effort(arguments.runs // SERIES_SHARE, seconds / SERIES_SHARE, least=2)
    if arguments.series:
        yield from measure_series(settings, effort, case)
    if arguments.cheaper:
        yield from measure_cheaper(settings, effort, case)


def rival_of(arguments: argparse.Namespace) -> Rival | None:
    """
    Return where openpi is, if it is asked for.

    :raises InputError: if its Python is missing.
    """
    if arguments.against is None:
        return None
    if arguments.against_python is None:
        raise InputError('against: expected --against-python with it, see doc/performance.md')
    return Rival(arguments.against, arguments.against_python, arguments.against_compile)


def tell(record: Record) -> None:
    """Print a record."""
    settings = record.settings
    if record.series == CHEAPER:
        print(_priced(record))
        return
    if record.series:
        print(
            f'{record.series} {table.varied(record)}: {table.number(record.chunk_ms)} ms, '
            f'floor {table.number(sum(record.floor.values()))} ms'
        )
        return
    shown = ', '.join(f'{name} {getattr(settings, name)}' for name in NAMES)
    print(
        f'{record.case or "own settings"}: {shown}\n'
        f'{record.device}, {record.engine}, {record.runs} runs; '
        f'measured {record.flops_per_s / 1e9:.4g} GFLOP/s, '
        f'{record.bytes_per_s / 1e9:.3g} GB/s'
    )
    print(tables.plain(table.STAGE_HEAD, table.stages(record)))
    print(
        f'memory [GB]: weights {record.weights_bytes / 1e9:.3g}, '
        f'cache {record.cache_bytes / 1e9:.2g}, most in use {record.peak_bytes / 1e9:.3g}'
    )
    seconds = ' + '.join(f'{name} {value:.3g}' for name, value in record.start_up_s.items())
    print(f'start-up [s]: {seconds} = {sum(record.start_up_s.values()):.3g}')
    if record.error:
        print(_priced(record))
    if record.against:
        rival, part = record.against, table.of_openpi(record)
        print(
            f'openpi {rival.commit}, compiled: {rival.compiled}: '
            f'p50 {table.number(rival.chunk["p50"])} ms; ours is {part:.3f} of it; '
            f'actions differ by {rival.difference:.1e} at most'
        )


def _priced(record: Record) -> str:
    """Return what a record's numbers save and cost."""
    saved = (
        f'{table.variant(record.settings)}, {record.engine}: {table.number(record.chunk_ms)} ms, '
        f'weights {record.weights_bytes / 1e9:.3g} GB'
    )
    if record.error is None:
        return saved
    rms, largest, part = table.error(record)
    return (
        f'{saved}; actions differ from float32 in {NUM_STEPS} steps by {rms} rms, '
        f'{largest} at most: {part} of their own rms'
    )


def document(doc: Path, records: Sequence[Record]) -> None:
    """Renew the tables and the picture."""
    file = doc / 'performance.md'
    for name, head, rows in (
        ('goals', table.GOAL_HEAD, table.goals(records)),
        ('cases', table.CASE_HEAD, table.cases()),
        ('runs', table.RUN_HEAD, table.runs(records)),
        ('stages', table.EVERY_HEAD, table.every_stage(records)),
        ('series', table.SERIES_HEAD, table.series(records)),
        ('cheaper', table.CHEAPER_HEAD, table.cheaper(records)),
    ):
        text = tables.markdown(head, rows) if rows else table.NOT_MEASURED
        tables.fill(file, name, text)
    draw(doc / PICTURE, records)
    drawn = any(record.series in SERIES for record in records)
    tables.fill(
        file, 'picture', f'![time against work]({PICTURE})' if drawn else table.NOT_MEASURED
    )


if __name__ == '__main__':
    sys.exit(main())
