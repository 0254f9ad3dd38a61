# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The figures as tables: of one run, of all that were measured, and beside what was wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from benchmarks.inference.results import CHEAPER, PERCENTILES, Record
from benchmarks.inference.settings import CASES, Settings
from pi0_ros.policy.policy import NUM_STEPS
from pi0_ros.policy.quantization import NONE

NOT_MEASURED = 'not measured'
STAGE_HEAD = ('stage [ms]', *PERCENTILES, 'floor', 'ratio')
RUN_HEAD = (
    'case', 'device', 'chunk p50 [ms]', 'p99', 'floor', 'ratio', 'openpi p50 [ms]', 'of openpi',
    'difference', 'weights + cache [GB]', 'peak [GB]', 'runs', 'date, commit',
)  # fmt: skip
CASE_HEAD = (
    'case', 'model', 'layers (vision)', 'cameras (masked)', 'tokens (real)', 'actions', 'steps',
    'dtype', 'device', 'CPU threads',
)  # fmt: skip
EVERY_HEAD = ('case', *STAGE_HEAD)
GOAL_HEAD = ('case', 'what', 'wanted', 'found', '')
SERIES_HEAD = (
    'case', 'device', 'varied', 'value', 'vision', 'prefix', 'denoise', 'chunk p50 [ms]', 'floor',
)  # fmt: skip
CHEAPER_HEAD = (
    'case', 'device', 'variant', 'chunk p50 [ms]', 'weights [GB]', 'error rms', 'error max',
    'of the actions', 'date, commit',
)  # fmt: skip


@dataclass(frozen=True)
class Goal:
    """
    What is wanted of a case.

    :param figure: of the record; None if it has none.
    :param most: what it should be at most.
    :param unit: of both.
    """

    case: str
    what: str
    figure: Callable[[Record], float | None]
    most: float | None
    unit: str = 'ms'


def of_openpi(record: Record) -> float | None:
    """Return our time for a chunk as a part of the public implementation's, medians."""
    return record.chunk_ms / record.against.chunk['p50'] if record.against else None


def of_compiled(record: Record) -> float | None:
    """Return the same if that was compiled, as it is by default."""
    return of_openpi(record) if record.against and record.against.compiled != 'none' else None


def of_eager(record: Record) -> float | None:
    """Return the same if that was not compiled."""
    return of_openpi(record) if record.against and record.against.compiled == 'none' else None


def _tail(record: Record) -> float:
    return record.stages['chunk']['p99'] / record.chunk_ms


GOALS = (
    Goal('gpu', 'p50 of a chunk (on an H200)', lambda record: record.chunk_ms, 9.5),
    Goal('gpu', 'p99 / p50', _tail, 1.15, ''),
    Goal('gpu', "of openpi's time, compiled", of_compiled, 1 / 3, ''),
    Goal('gpu-pi05', 'p50 of a chunk (on an H200)', lambda record: record.chunk_ms, 9.0),
    Goal('gpu-pi05', 'p99 / p50', _tail, 1.15, ''),
    Goal('cpu', "of openpi's time, compiled", of_compiled, 0.55, ''),
    Goal('cpu', "of openpi's time, eager", of_eager, 0.55, ''),
    Goal('full', 'p50 of a chunk', lambda record: record.chunk_ms, None),
    Goal('demo', 'p50 of a chunk', lambda record: record.chunk_ms, 60.0),
)


def stages(record: Record) -> list[tuple[str, ...]]:
    """Return a row for each stage and the chunk, as long as :data:`STAGE_HEAD`."""
    floor = {
        **record.floor,
        'a step': record.floor['denoise'] / record.settings.steps,
        'chunk': sum(record.floor.values()),
    }
    return [
        (
            name,
            *(number(found[one]) for one in PERCENTILES),
            *_beside(found['p50'], floor.get(name)),
        )
        for name, found in record.stages.items()
    ]


def cases() -> list[tuple[str, ...]]:
    """Return what the cases are, as long as :data:`CASE_HEAD`."""
    return [
        (
            name,
            one.model,
            f'{_given(one.layers)} ({_given(one.vision_layers)})',
            f'{one.cameras} ({one.masked})',
            f'{_given(one.tokens)} ({_given(one.real_tokens)})',
            _given(one.horizon),
            str(one.steps),
            one.dtype,
            one.device,
            _given(one.threads),
        )
        for name, one in CASES.items()
    ]


def runs(records: Iterable[Record]) -> list[tuple[str, ...]]:
    """Return a row for each case and device, as long as :data:`RUN_HEAD`."""
    latest = newest(record for record in records if not record.series)
    rows = [_run(record) for record in latest]
    measured = {record.case for record in latest}
    missing = ('',) * (len(RUN_HEAD) - 3)
    return rows + [(case, '', NOT_MEASURED, *missing) for case in CASES if case not in measured]


def every_stage(records: Iterable[Record]) -> list[tuple[str, ...]]:
    """Return the stages of every case, as long as :data:`EVERY_HEAD`."""
    latest = newest(record for record in records if not record.series)
    return [(record.case, *row) for record in latest for row in stages(record)]


def goals(records: Iterable[Record]) -> list[tuple[str, ...]]:
    """Return what was wanted and found, as long as :data:`GOAL_HEAD`."""
    alone = [record for record in records if not record.series]
    return [_judged(goal, [one for one in alone if one.case == goal.case]) for goal in GOALS]


def series(records: Iterable[Record]) -> list[tuple[str, ...]]:
    """Return a row for every point of a series, as long as :data:`SERIES_HEAD`."""
    return [
        (
            record.case,
            record.device,
            record.series,
            str(varied(record)),
            *(number(record.stages[name]['p50']) if name in record.stages else ''
              for name in ('vision', 'prefix', 'denoise', 'chunk')),
            number(sum(record.floor.values())),
        )
        for record in newest(one for one in records if one.series not in ('', CHEAPER))
    ]  # fmt: skip


def cheaper(records: Iterable[Record]) -> list[tuple[str, ...]]:
    """Return what cheaper numbers save and cost, as long as :data:`CHEAPER_HEAD`."""
    return [
        (
            record.case,
            f'{record.device}, {record.engine}',
            variant(record.settings),
            number(record.chunk_ms),
            number(record.weights_bytes / 1e9),
            *error(record),
            f'{record.when[:10]}, {record.commit}',
        )
        for record in newest(one for one in records if one.series == CHEAPER)
    ]


def error(record: Record) -> tuple[str, str, str]:
    """Return the error of the actions: rms, largest, and rms as a part of the actions' own."""
    found = record.error
    if found is None:
        return ('–', '–', '–')
    part = f'{100 * found.rms / found.actions_rms:.2g} %'
    return (f'{found.rms:.2g}', f'{found.largest:.2g}', part)


def variant(settings: Settings) -> str:
    """Return in which numbers a chunk is computed."""
    quantization = '' if settings.quantization == NONE else f', {settings.quantization}'
    steps = '' if settings.steps == NUM_STEPS else f', steps: {settings.steps}'
    return f'{settings.dtype}{quantization}{steps}'


def newest(records: Iterable[Record]) -> list[Record]:
    """Return the last record of each kind, in the order of the cases."""
    latest = {_kind(record): record for record in records if record.case}
    order = list(CASES)
    return sorted(latest.values(), key=lambda record: order.index(record.case))


def varied(record: Record) -> int:
    """Return the value of what the record's series varies; 0 if it is of no number."""
    return int(getattr(record.settings, record.series, 0))


def number(value: float) -> str:
    """Return three significant digits, without an exponent."""
    return f'{value:.0f}' if abs(value) >= 100 else f'{value:.3g}'


def _kind(record: Record) -> tuple[object, ...]:
    """Return what makes a record one that another of the same takes the place of."""
    compiled = record.against.compiled if record.against else ''
    point = variant(record.settings) if record.series == CHEAPER else varied(record)
    return record.case, record.device, compiled, record.series, point


def _run(record: Record) -> tuple[str, ...]:
    rival, part = record.against, of_openpi(record)
    chunk = record.stages['chunk']
    return (
        record.case,
        f'{record.device}, {record.settings.dtype}, {record.engine}',
        number(chunk['p50']),
        number(chunk['p99']),
        *_beside(chunk['p50'], sum(record.floor.values())),
        f'{number(rival.chunk["p50"])} ({_compiled(rival.compiled)})' if rival else NOT_MEASURED,
        '' if part is None else f'{part:.2f}x',
        f'{rival.difference:.1e}' if rival else '',
        number((record.weights_bytes + record.cache_bytes) / 1e9),
        number(record.peak_bytes / 1e9),
        str(record.runs),
        f'{record.when[:10]}, {record.commit}',
    )


def _given(value: int) -> str:
    return str(value) if value else '–'


def _compiled(mode: str) -> str:
    return 'eager' if mode == 'none' else mode


def _judged(goal: Goal, records: Sequence[Record]) -> tuple[str, ...]:
    """Judge the newest of the records that tells."""
    figures = [figure for one in records if (figure := goal.figure(one)) is not None]
    wanted = (
        'to be told' if goal.most is None else f'at most {number(goal.most)} {goal.unit}'.rstrip()
    )
    if not figures:
        return (goal.case, goal.what, wanted, NOT_MEASURED, '')
    figure = figures[-1]
    met = '' if goal.most is None else 'met' if figure <= goal.most else 'missed'
    return (goal.case, goal.what, wanted, f'{number(figure)} {goal.unit}'.rstrip(), met)


def _beside(found: float, floor: float | None) -> Sequence[str]:
    """Return the floor, and how many times it the figure is."""
    return ('', '') if floor is None else (number(floor), f'{found / floor:.1f}x')
