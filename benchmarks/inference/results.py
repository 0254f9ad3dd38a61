# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What was measured, and the file it is appended to: one line of JSON for each run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
import json
from pathlib import Path

import numpy as np

from benchmarks.inference.ours import Run
from benchmarks.inference.settings import Settings
from pi0_ros.types import InputError

CHEAPER = 'cheaper'
PERCENTILES = ('p50', 'p95', 'p99', 'max')


@dataclass(frozen=True)
class Against:
    """
    The public implementation in the same run.

    :param commit: of its checkout.
    :param torch: the version it runs on.
    :param compiled: the mode of its torch.compile, or none.
    :param chunk: percentiles of its time for a chunk [ms].
    :param difference: largest, of its actions and ours.
    """

    commit: str
    torch: str
    compiled: str
    chunk: Mapping[str, float]
    difference: float


@dataclass(frozen=True)
class Error:
    """
    How far the actions are from those of float32 in all steps, in the model's numbers.

    :param rms: root of the mean square of the differences.
    :param largest: of the differences.
    :param actions_rms: root of the mean square of the actions themselves.
    :param chunks: how many were compared.
    """

    rms: float
    largest: float
    actions_rms: float
    chunks: int


@dataclass(frozen=True)
class Record:
    """
    One run.

    :param case: its name among the cases, or empty.
    :param series: which of the settings varies, or that the numbers are :data:`CHEAPER` ones, or
        empty.
    :param when: ISO 8601, UTC.
    :param commit: of this repository.
    :param device: its name.
    :param versions: of what the time depends on.
    :param engine: what ran the model.
    :param runs: how many chunks were timed.
    :param stages: percentiles of each stage, in order [ms].
    :param floor: what the stages need at least, by the two rates [ms].
    :param flops_per_s: measured, of matrix products.
    :param bytes_per_s: measured, of copies.
    :param weights_bytes: of what the engine keeps of them.
    :param cache_bytes: of the prefix's keys and values.
    :param peak_bytes: most memory in use during the runs.
    :param start_up_s: what came before the runs, in order [s].
    :param error: of the actions; None where they are those of float32 in all steps.
    """

    case: str
    series: str
    when: str
    commit: str
    device: str
    versions: Mapping[str, str]
    settings: Settings
    engine: str
    runs: int
    stages: Mapping[str, Mapping[str, float]]
    floor: Mapping[str, float]
    flops_per_s: float
    bytes_per_s: float
    weights_bytes: int
    cache_bytes: int
    peak_bytes: int
    against: Against | None = None
    start_up_s: Mapping[str, float] = field(default_factory=dict)
    error: Error | None = None

    @property
    def chunk_ms(self) -> float:
        """The median time for a chunk, from pixels of the model's size to actions [ms]."""
        return self.stages['chunk']['p50']


def percentiles(values: Iterable[float]) -> dict[str, float]:
    """Return the percentiles and the maximum."""
    array = np.fromiter(values, float)
    found = (*np.percentile(array, (50, 95, 99)), array.max())
    return {name: round(float(value), 4) for name, value in zip(PERCENTILES, found, strict=True)}


def by_stage(runs: Sequence[Run]) -> dict[str, dict[str, float]]:
    """
    Return the percentiles of each stage, of a denoising step, and of the chunk.

    A chunk is all stages but the first: preprocessing is the camera's business.
    """
    stages = {name: percentiles(run.stages[name] for run in runs) for name in runs[0].stages}
    steps = [step for run in runs for step in run.steps]
    if steps:
        stages['a step'] = percentiles(steps)
    chunks = (sum(run.stages.values()) - run.stages['preprocess'] for run in runs)
    return stages | {'chunk': percentiles(chunks)}


def append(file: Path, record: Record) -> None:
    """Write a record at the end of the file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open('a', encoding='utf-8') as stream:
        stream.write(json.dumps(asdict(record), ensure_ascii=False) + '\n')


def read(file: Path) -> list[Record]:
    """
    Return the records of the file, oldest first; none if there is no file.

    :raises InputError: naming the line that is no record.
    """
    if not file.is_file():
        return []
    records = []
    for i, line in enumerate(file.read_text(encoding='utf-8').splitlines(), 1):
        try:
            records.append(_record(json.loads(line)))
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f'{file}: line {i}: expected a record, found {error}') from error
    return records


def _record(values: dict[str, object]) -> Record:
    against, error = values['against'], values.get('error')  # older ones have none
    parts = {
        'settings': Settings(**values['settings']),  # type: ignore[arg-type]
        'against': Against(**against) if isinstance(against, dict) else None,
        'error': Error(**error) if isinstance(error, dict) else None,
    }
    return Record(**(values | parts))  # type: ignore[arg-type]
