# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The benchmark itself, on a model that takes milliseconds."""

import shutil
import sys

import pytest
from safetensors.torch import save_file
import torch

from benchmarks.inference import __main__ as program
from benchmarks.inference import against, device, series, settings
from benchmarks.inference.against import Openpi, check
from benchmarks.inference.device import commit, measure_rates, peak_memory, watch_memory
from benchmarks.inference.ours import Ours, build
from benchmarks.inference.results import read
from benchmarks.inference.settings import CASES, ROOT, Settings
from pi0_ros.model.config import tiny_config
from pi0_ros.types import InputError

CPU = torch.device('cpu')


@pytest.fixture(autouse=True)
def small(monkeypatch):
    for pi05 in (False, True):
        monkeypatch.setitem(settings.PUBLIC, 'pi05' if pi05 else 'pi0', tiny_config(pi05=pi05))
    monkeypatch.setattr('benchmarks.inference.device.SIDE', {'cpu': 64})
    monkeypatch.setattr('benchmarks.inference.device.COPIED_BYTES', {'cpu': 2**20})
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def doc(tmp_path):
    shutil.copy(ROOT / 'doc' / 'performance.md', tmp_path)
    return tmp_path


def run(doc, *words):
    return program.main([*words, '--results', str(doc / 'r.jsonl'), '--doc', str(doc)])


def test_from_one_command_to_the_document(doc, capsys):
    words = '--case cpu --layers 0 --vision-layers 0 --tokens 8 --real-tokens 3 --threads 1'
    assert run(doc, *words.split(), '--runs', '4') == 0
    (record,) = read(doc / 'r.jsonl')
    assert record.runs == 4
    assert record.case == ''  # the settings are others than the name stands for
    assert list(record.stages) == [
        'preprocess', 'upload', 'vision', 'prefix', 'denoise', 'download', 'a step', 'chunk',
    ]  # fmt: skip
    assert all(value > 0 for value in record.floor.values())
    assert record.weights_bytes > 4 * sum(
        p.numel() for p in build(record.settings).vision.parameters()
    )
    shown = capsys.readouterr().out
    assert 'a step' in shown
    assert 'most in use' in shown
    assert 'not measured' in (doc / 'performance.md').read_text()


def test_a_series_has_every_point(doc, monkeypatch):
    monkeypatch.setattr(series, 'SERIES', {'cameras': (1, 3), 'batch': (2,)})
    monkeypatch.setattr(series, 'LONGEST_PROMPT', 8)
    words = '--model pi05 --cameras 2 --masked 1 --runs 30 --seconds 0 --threads 1 --steps 2'
    assert run(doc, *words.split(), '--series') == 0
    records = read(doc / 'r.jsonl')
    assert [(one.series, one.settings.cameras, one.settings.batch) for one in records] == [
        ('', 2, 1), ('cameras', 1, 1), ('cameras', 3, 1), ('batch', 1, 2),
    ]  # fmt: skip
    assert {one.settings.masked for one in records[1:]} == {0}
    assert [one.runs for one in records] == [3, 2, 2, 2]


def test_points_of_a_series_do_not_touch_one_another(doc, monkeypatch):
    monkeypatch.setattr(series, 'SERIES', {'horizon': (3,), 'real_tokens': (2,), 'steps': (10,)})
    monkeypatch.setattr(series, 'LONGEST_PROMPT', 8)
    assert (
        run(
            doc, *['--model', 'pi0', '--runs', '3', '--seconds', '0', '--threads', '1'], '--series'
        )
        == 0
    )
    base, horizon, tokens, again = read(doc / 'r.jsonl')
    assert horizon.floor['denoise'] < base.floor['denoise']
    assert tokens.floor['prefix'] < base.floor['prefix']
    assert again.floor == base.floor


def test_without_a_case_only_the_documents_are_renewed(doc):
    assert run(doc) == 0
    assert not (doc / 'r.jsonl').exists()


def test_a_checkpoint_can_be_the_model():
    of_demo = Settings(model='checkpoints/untrained', cameras=2, masked=1, batch=2, steps=2)
    ours = Ours(build(of_demo), of_demo)
    actions, cost = ours.run()
    assert actions.shape == ours.noise.shape
    assert actions.isfinite().all()
    assert all(value >= 0 for value in cost.stages.values())
    assert len(cost.steps) == 2


def test_masked_pictures_are_black_and_change_nothing():
    one = Settings(cameras=1, steps=2)
    three = Settings(cameras=3, masked=2, steps=2)
    ours = Ours(build(three), three)
    pixels = ours.observations().pixels
    assert pixels[:, 0].any()
    assert not pixels[:, 1:].any()
    assert torch.allclose(Ours(build(one), one).run()[0], ours.run()[0], atol=1e-5)


def test_adaptive_norms_take_part():
    settings = Settings(model='pi05', cameras=1, steps=1)
    ours = Ours(build(settings), settings)
    first, _ = ours.run()
    ours.noise = ours.noise.flip(1)
    second, _ = ours.run()
    # With shut gates each action depends on its own noise alone.
    assert not torch.allclose(first.flip(1), second, atol=1e-4)


@pytest.mark.parametrize(
    ('words', 'named'),
    [
        ('--cameras 2 --masked 2', 'masked'),
        ('--steps 0', 'steps'),
        ('--tokens 4 --real-tokens 5', 'real_tokens'),
        ('--dtype int8', 'dtype'),
        ('--device tpu', 'device'),
        ('--model checkpoints/untrained --layers 2', 'layers'),
        ('--case cpu --against .', '--against-python'),
        ('--cameras 1 --against . --against-python python', 'cameras'),
        ('--dtype float16 --against . --against-python python', 'dtype'),
    ],
)
def test_what_cannot_be_measured_is_named(doc, capsys, words, named):
    assert run(doc, *words.split()) == 1
    assert named in capsys.readouterr().err


def test_openpi_has_no_checkpoint_of_ours():
    with pytest.raises(InputError, match='model'):
        check(Settings(model='checkpoints/demo'), 'none')
    check(CASES['cpu'], 'none')


def test_openpi_answers_until_it_ends(tmp_path, monkeypatch):
    side = tmp_path / 'side.py'
    side.write_text(
        'import sys\n'
        'print(\'{"torch": "2.13.0"}\', flush=True)\n'
        'sys.stdin.readline()\n'
        'print(\'{"milliseconds": 2.5}\', flush=True)\n'
        'sys.exit(3)\n'
    )
    monkeypatch.setattr(against, 'SIDE', side)
    save_file({'actions': torch.ones(1, 2, 3)}, tmp_path / 'actions.safetensors')
    with Openpi(sys.executable, tmp_path, tmp_path) as openpi:
        assert openpi.torch == '2.13.0'
        assert openpi.run() == 2.5
        assert openpi.actions().shape == (1, 2, 3)
        with pytest.raises(InputError, match='ended with 3'):
            openpi.run()


def test_the_device_is_measured():
    rates = measure_rates(CPU, torch.float32)
    assert rates.flops_per_s > 0
    assert rates.bytes_per_s > 0
    watch_memory(CPU)
    before = peak_memory(CPU)
    torch.ones(2**26)
    assert peak_memory(CPU) > before


def test_the_floor_is_that_of_the_faster_product(monkeypatch):
    monkeypatch.setattr(device, 'prefers_onednn', lambda _numbers: True)
    one, other = (multiply() for multiply in device._products(64, CPU, torch.float32))
    torch.testing.assert_close(one, other)
    assert len(list(device._products(64, CPU, torch.bfloat16))) == 1


def test_commit_of_what_is_no_checkout(tmp_path):
    assert commit(tmp_path) == ''
