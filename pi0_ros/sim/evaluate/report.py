# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The evaluation as a file: every row of the table, and every trial behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
import json
from pathlib import Path
from typing import Any

from pi0_ros.sim.evaluate.plan import PLAIN, Condition
from pi0_ros.sim.evaluate.table import Row, rows_by_sentence, rows_by_skill
from pi0_ros.sim.evaluate.trial import LIMIT_S, Outcome
from pi0_ros.sim.task import GRASP_DISTANCE_M, HOLD_NS, LIFT_HEIGHT_M
from pi0_ros.types import NS_PER_S

MEASURE = (
    f'Done is, for {HOLD_NS / NS_PER_S:g} s on end,\n'
    f'  pick: the cube above {100 * LIFT_HEIGHT_M:g} cm and within {100 * GRASP_DISTANCE_M:g} cm '
    f'of the finger tips, within {LIMIT_S["pick"]:g} s;\n'
    '  put: the cube standing on the other one, away from the finger tips, '
    f'within {LIMIT_S["put"]:g} s.\n'
    'Another: a cube was held that was not the one to pick up. Times are to the end of success.'
)


class Report:
    """
    Grows by one condition after another.

    :param checkpoint: what is evaluated.
    """

    def __init__(self, checkpoint: Path) -> None:
        self._values: dict[str, Any] = {
            'checkpoint': str(checkpoint), 'measure': MEASURE, 'conditions': {},
        }  # fmt: skip

    def add(self, condition: Condition, outcomes: Sequence[Outcome]) -> list[Row]:
        """Take in the outcomes of a condition; return its rows of the table."""
        rows = rows_by_skill(condition.label, outcomes)
        if condition is PLAIN:
            rows = rows_by_sentence(outcomes) + rows
        self._values['conditions'][condition.name] = {
            'rows': [asdict(row) for row in rows],
            'trials': [_without_picture(outcome) for outcome in outcomes],
        }
        return rows

    def write(self, path: Path) -> None:
        """Write what there is so far, as JSON."""
        path.write_text(json.dumps(self._values, indent=1) + '\n', encoding='utf-8')


def _without_picture(outcome: Outcome) -> dict[str, Any]:
    values = asdict(replace(outcome, picture=None))
    del values['picture']
    return values
