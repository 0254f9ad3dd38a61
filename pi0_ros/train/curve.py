# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The course of a run as a CSV file, one row now and then; it knows no trainer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
import csv
from pathlib import Path

FILE = 'curve.csv'


class Curve:
    """
    A file that grows by a row at a time, each with the number of its step in front.

    :param output: folder of the run.
    :param columns: names, the step's first.
    :param start: step that the run goes on from; rows of later ones, which a run that was
        interrupted had written but not saved, are taken away.
    """

    def __init__(self, output: Path, columns: Sequence[str], start: int) -> None:
        self._path = output / FILE
        kept = [row for row in self._read() if int(row[0]) < start]
        with self._path.open('w', newline='', encoding='utf-8') as file:
            csv.writer(file).writerows([columns, *kept])

    def add(self, values: Iterable[float]) -> None:
        """Add a row, to be seen at once by whoever watches the file."""
        with self._path.open('a', newline='', encoding='utf-8') as file:
            csv.writer(file).writerow(f'{value:.6g}' for value in values)

    def _read(self) -> list[list[str]]:
        if not self._path.exists():
            return []
        with self._path.open(newline='', encoding='utf-8') as file:
            rows = list(csv.reader(file))
        return [row for row in rows[1:] if len(row) == len(rows[0])]  # the last may be cut off
