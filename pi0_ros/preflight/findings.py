# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a check has found, and findings as a table. It does not know what is checked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
import textwrap

WIDTH = 99  # of the table [characters]


class Level(IntEnum):
    """How bad it is: as it should be, doubtful, or a reason not to move."""

    PASS = 0
    WARN = 1
    FAIL = 2


@dataclass(frozen=True)
class Finding:
    """
    The result of one check.

    :param level: how bad it is.
    :param check: what was looked at, in a word or two.
    :param reason: what was found.
    :param remedy: what to do about it; empty only if all is well.
    """

    level: Level
    check: str
    reason: str
    remedy: str = ''

    def __post_init__(self) -> None:
        """Whoever complains says what to do."""
        if self.level > Level.PASS and not self.remedy:
            raise ValueError(f'{self.check}: a complaint needs a remedy')

    def __str__(self) -> str:
        """Return it in one sentence, for a log."""
        return f'{self.check}: {self.reason}' + (f' -> {self.remedy}' if self.remedy else '')


def passed(check: str, reason: str) -> Finding:
    """Return that all is well."""
    return Finding(Level.PASS, check, reason)


def warning(check: str, reason: str, remedy: str) -> Finding:
    """Return a doubt."""
    return Finding(Level.WARN, check, reason, remedy)


def failure(check: str, reason: str, remedy: str) -> Finding:
    """Return a reason not to move."""
    return Finding(Level.FAIL, check, reason, remedy)


def worst(findings: Iterable[Finding]) -> Level:
    """Return the highest level; PASS if there are none."""
    return max((finding.level for finding in findings), default=Level.PASS)


def table(title: str, findings: Iterable[Finding]) -> str:
    """
    Return the findings as text: level, check, reason, and on a line of its own the remedy.

    :param title: stands above them.
    """
    findings = list(findings)
    counts = [f'{sum(f.level == level for f in findings)} {level.name}' for level in Level]
    width = max((len(finding.check) for finding in findings), default=0)
    rows = [line for finding in findings for line in _rows(finding, width)]
    return '\n'.join([title, *rows, ', '.join(reversed(counts))])


def _rows(finding: Finding, width: int) -> list[str]:
    head = f'{finding.level.name}  {finding.check:{width}}  '
    indent = ' ' * len(head)
    first, *more = finding.reason.splitlines() or ['']
    rows = _wrapped(first, head, indent)
    rows += [row for line in more for row in _wrapped(line, indent, indent)]
    if finding.remedy:
        rows += _wrapped(finding.remedy, f'{indent}-> ', f'{indent}   ')
    return rows


def _wrapped(text: str, first: str, others: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=others, break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip
