# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Figures as text: tables for the terminal and for documents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path


def number(value: float) -> str:
    """Return two significant digits, without an exponent."""
    return f'{value:.0f}' if value >= 100 else f'{value:.2g}'


def plain(head: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    """Return a table for the terminal, columns aligned."""
    lines = [head, *body]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    return '\n'.join(
        '  '.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def markdown(head: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    """Return a table for a document."""
    return '\n'.join(f'| {" | ".join(line)} |' for line in (head, ['---'] * len(head), *body))


def fill(file: Path, name: str, text: str) -> None:
    """
    Put a text into a document, in the place of what stood between a region's two marks.

    :raises ValueError: if the document has no such region.
    """
    begin, end = f'<!-- {name} -->\n', f'\n<!-- end of {name} -->'
    document = file.read_text(encoding='utf-8')
    before, begins, rest = document.partition(begin)
    _, ends, after = rest.partition(end)
    if not (begins and ends):
        raise ValueError(f'{file}: no region {name}, expected {begin!r} and {end!r}')
    file.write_text(before + begin + text + end + after, encoding='utf-8')
