# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Cheaper numbers: what is tried, and that their price is that of the numbers alone."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec

from helpers_inference import record
import pytest
import torch

from benchmarks.inference import __main__ as program
from benchmarks.inference import cheaper, price, settings, table
from benchmarks.inference.measure import Effort, measure
from benchmarks.inference.results import CHEAPER, Error, append, read
from benchmarks.inference.settings import DEMO, Settings
from pi0_ros.model.config import tiny_config
from pi0_ros.types import InputError

BASE = Settings(cameras=2, tokens=8, real_tokens=5, threads=1)
ONCE = Effort(1, 0.0, least=1)
needs_torchao = pytest.mark.skipif(find_spec('torchao') is None, reason='torchao is not installed')


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    monkeypatch.setitem(settings.PUBLIC, 'pi0', tiny_config())
    monkeypatch.setattr('benchmarks.inference.device.SIDE', {'cpu': 64})
    monkeypatch.setattr('benchmarks.inference.device.COPIED_BYTES', {'cpu': 2**20})
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


def test_what_is_exact_has_no_price():
    assert measure(BASE, ONCE).error is None
    assert measure(replace(BASE, engine='eager'), ONCE).error is None


@pytest.mark.parametrize(
    'change',
    [
        {'dtype': 'bfloat16'},
        pytest.param({'quantization': 'int8'}, marks=needs_torchao),
        {'steps': 3},
    ],
    ids=str,
)
def test_what_is_not_exact_has_one(change):
    error = measure(replace(BASE, **change), ONCE).error
    assert error.chunks == price.CHUNKS
    assert 0 < error.rms < error.largest < 3 * error.actions_rms


def test_the_error_is_that_of_the_difference():
    expected = torch.full((3, 2, 2), 2.0)
    found = expected.clone()
    found[0, 0, 0] += 0.6
    error = price.error_of(found, expected)
    assert error.rms == pytest.approx(0.6 / 12**0.5)
    assert error.largest == pytest.approx(0.6)
    assert (error.actions_rms, error.chunks) == (2.0, 3)


def test_every_variant_that_runs_is_measured_and_others_say_why(monkeypatch, capsys):
    def dear(base, *_args, **_kwargs):
        if base.quantization == 'fp8':
            raise InputError('quantization: no GPU')
        return record(settings=base, series=CHEAPER)

    monkeypatch.setattr(cheaper, 'measure', dear)
    found = [table.variant(one.settings) for one in cheaper.measure_cheaper(BASE, ONCE, 'cpu')]
    assert found == [
        'float32', 'bfloat16', 'bfloat16, int8', 'bfloat16, int8_dynamic', 'float32, steps: 5',
        'float32, steps: 3', 'float32, steps: 2', 'float32, steps: 1',
    ]  # fmt: skip
    assert 'bfloat16, fp8: left out: quantization: no GPU' in capsys.readouterr().out


def test_the_table_says_what_was_saved_and_what_it_cost(tmp_path, capsys):
    narrow = replace(settings.CASES['cpu'], dtype='bfloat16')
    plain = record(series=CHEAPER)
    found = replace(record(series=CHEAPER, settings=narrow), error=Error(0.01, 0.2, 0.5, 4))
    for one in (plain, found):
        append(tmp_path / 'r.jsonl', one)
    records = read(tmp_path / 'r.jsonl')
    assert records == [plain, found]
    assert [row[2:8] for row in table.cheaper(records)] == [
        ('float32', '61.5', '3', '–', '–', '–'),
        ('bfloat16', '61.5', '3', '0.01', '0.2', '2 %'),
    ]
    assert table.series(records) == []
    program.tell(found)
    assert '0.01 rms, 0.2 at most: 2 % of their own rms' in capsys.readouterr().out


def test_the_demos_price_is_that_of_its_own_scenes():
    demo = Settings(model=DEMO, cameras=2, threads=1)
    expected = price.exact_actions(demo)
    five, one = (measure(replace(demo, steps=steps), ONCE, expected=expected).error
                 for steps in (5, 1))  # fmt: skip
    assert five.chunks == len(expected)
    assert five.rms < 0.05 * five.actions_rms  # of invented observations it would be more
    assert five.rms < one.rms
