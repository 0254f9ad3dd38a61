# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Records, the file they are kept in, the tables and the picture."""

from dataclasses import replace
import json

from helpers_inference import RUNS, record, rival
import pytest

from benchmarks.inference import table
from benchmarks.inference.ours import Run
from benchmarks.inference.plot import draw
from benchmarks.inference.results import append, by_stage, percentiles, read
from benchmarks.inference.settings import CASES
from pi0_ros.types import InputError


def test_records_come_back_as_they_were(tmp_path):
    file = tmp_path / 'results' / 'inference.jsonl'
    records = [record(), record('gpu', rival=rival(80.0))]
    for one in records:
        append(file, one)
    assert read(file) == records
    assert all(json.loads(line) for line in file.read_text().splitlines())
    assert read(tmp_path / 'none') == []


@pytest.mark.parametrize('line', ['{', '{}', '{"settings": {}, "against": null}', '3'])
def test_a_line_that_is_no_record_is_named(tmp_path, line):
    file = tmp_path / 'inference.jsonl'
    append(file, record())
    with file.open('a') as stream:
        stream.write(line + '\n')
    with pytest.raises(InputError, match='line 2'):
        read(file)


def test_percentiles():
    found = percentiles(float(i) for i in range(1, 101))
    assert found == {'p50': 50.5, 'p95': 95.05, 'p99': 99.01, 'max': 100.0}


def test_a_chunk_is_all_but_preprocessing():
    stages = by_stage(RUNS)
    assert stages['chunk']['p50'] == pytest.approx(11.0 + 30.0 + 20.0 + 0.5)
    assert stages['a step']['p50'] == pytest.approx(1.9)
    assert stages['a step']['max'] == pytest.approx(2.5)
    assert list(stages)[-1] == 'chunk'


def test_an_engine_may_have_other_stages():
    stages = by_stage([Run({'preprocess': 1.0, 'graph': 8.0}, [])])
    assert list(stages) == ['preprocess', 'graph', 'chunk']
    rows = table.stages(replace(record(), stages=stages))
    assert rows[1][-2:] == ('', '')
    assert rows[2][-1] == '0.3x'


def test_stages_stand_beside_their_floor():
    rows = {row[0]: row for row in table.stages(record())}
    assert rows['vision'] == ('vision', '11', '11.9', '12', '12', '5.5', '2.0x')
    assert rows['a step'][-2:] == ('1', '1.9x')
    assert rows['chunk'][-2:] == ('30.5', '2.0x')
    assert rows['preprocess'][-2:] == ('', '')
    assert all(len(row) == len(table.STAGE_HEAD) for row in rows.values())


def test_what_was_not_measured_says_so():
    rows = table.runs([record('demo')])
    assert [row[0] for row in rows] == ['demo', *(case for case in CASES if case != 'demo')]
    assert rows[0][2] == '61.5'
    assert rows[1][2] == table.NOT_MEASURED
    assert all(len(row) == len(table.RUN_HEAD) for row in rows)
    assert {row[3] for row in table.goals([])} == {table.NOT_MEASURED}


def test_goals_are_met_or_missed():
    found = table.goals([record('cpu', rival=rival(100.0)), record('demo')])
    verdicts = {row[:2]: row[3:] for row in found}
    assert verdicts['cpu', "of openpi's time, eager"] == ('0.615', 'missed')
    assert verdicts['cpu', "of openpi's time, compiled"] == (table.NOT_MEASURED, '')
    assert verdicts['demo', 'p50 of a chunk'] == ('61.5 ms', 'missed')
    later = [record(rival=rival(100.0)), record(rival=rival(200.0)), record()]
    assert ('cpu', 'met') in {(row[0], row[4]) for row in table.goals(later)}
    assert all(len(row) == len(table.GOAL_HEAD) for row in found)


def test_cases_are_told():
    rows = {row[0]: row for row in table.cases()}
    assert rows['cpu'][1:5] == ('pi0', '4 (4)', '3 (1)', '48 (20)')
    assert rows['demo'][2] == '– (–)'
    assert {len(row) for row in rows.values()} == {len(table.CASE_HEAD)}


def test_the_last_of_a_kind_counts():
    old, new = record(rival=rival(100.0)), record(rival=rival(200.0))
    elsewhere, own = record(device='another'), record(settings=CASES['cpu'], case='')
    alone = record()
    assert table.newest([old, new, elsewhere, own, alone]) == [new, elsewhere, alone]


def test_series_are_tabled_and_drawn(tmp_path):
    points = [
        record(series=name, settings=replace(CASES['cpu'], **{name: value}))
        for name, value in (('cameras', 2), ('cameras', 4), ('steps', 5))
    ]
    rows = table.series(points)
    assert [row[2:4] for row in rows] == [('cameras', '2'), ('cameras', '4'), ('steps', '5')]
    assert all(len(row) == len(table.SERIES_HEAD) for row in rows)
    draw(tmp_path / 'none.png', [record()])
    assert not (tmp_path / 'none.png').exists()
    draw(tmp_path / 'series.png', points)
    assert (tmp_path / 'series.png').stat().st_size > 1000
