# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whole runs: resumed as if never interrupted, the same in several processes, or refused."""

from dataclasses import replace
import errno
from importlib.util import find_spec
import os
from pathlib import Path
import shutil
import subprocess
import sys

from checkpoint_rig import shard, write_lerobot
import numpy as np
import pytest
from safetensors.torch import load_file
import torch
from training_rig import CHECKPOINT, ROBOT_FILE, ROOT, FakeExamples

from pi0_ros.model.checkpoint import load_checkpoint
from pi0_ros.model.pi0 import Pi0
from pi0_ros.policy.policy import Policy
from pi0_ros.robots.spec import load_robot
from pi0_ros.train import run
from pi0_ros.train.__main__ import main
from pi0_ros.train.curve import FILE as CURVE
from pi0_ros.train.run import Job, train
from pi0_ros.train.settings import TrainSettings
from pi0_ros.types import InputError, Observation

needs_peft = pytest.mark.skipif(find_spec('peft') is None, reason='peft is not installed')
QUICK = TrainSettings(
    steps=4, batch_size=4, learning_rate=1e-3, warmup_steps=2, augment=True, log_every=1,
    save_every=2, ema_decay=0.9, std_floor=0.05,
)  # fmt: skip
DATA = Path('made of nothing')


@pytest.fixture(autouse=True)
def examples(monkeypatch):
    monkeypatch.setattr(run, 'open_examples', lambda *_: FakeExamples())


def job(output, **settings):
    return Job(ROBOT_FILE, (DATA,), CHECKPOINT, output, replace(QUICK, **settings), 'cpu')


def curve(output):
    return (output / CURVE).read_text().splitlines()


def weights(output):
    return load_file(output / 'model.safetensors')


@pytest.mark.parametrize(
    'change',
    [
        {},
        {'optimizer': 'muon', 'accumulation': 2},
        pytest.param({'lora_rank': 2}, marks=needs_peft),
    ],
    ids=str,
)
def test_a_resumed_run_is_the_run_itself(tmp_path, monkeypatch, change):
    whole, parted = job(tmp_path / 'whole', **change), job(tmp_path / 'parted', **change)
    train(whole)
    step = run.Trainer.step

    def interrupted(self, number, batches):
        if number == 3:
            raise KeyboardInterrupt
        return step(self, number, batches)

    with monkeypatch.context() as patch:
        patch.setattr(run.Trainer, 'step', interrupted)
        with pytest.raises(KeyboardInterrupt):
            train(parted)
    # Step 2 is taken twice: it was not saved when the run was interrupted.
    assert [row.split(',')[0] for row in curve(parted.output)] == ['step', '0', '1', '2']
    train(replace(parted, resume=True))
    assert [row.split(',')[0] for row in curve(parted.output)] == ['step', '0', '1', '2', '3']
    assert curve(parted.output) == curve(whole.output)
    for name, value in weights(whole.output).items():
        assert torch.equal(value, weights(parted.output)[name]), name


def test_the_output_is_a_checkpoint_that_drives(tmp_path):
    train(job(tmp_path))
    robot = load_robot(ROBOT_FILE)
    observation = Observation(
        stamp_ns=1,
        images={name: np.zeros((48, 64, 3), np.uint8) for name in robot.cameras},
        state=np.zeros(14),
        prompt='go',
        stamps_ns={},
    )
    chunk = Policy.load(tmp_path, robot, seed=0).infer(observation).chunk
    assert chunk.positions.shape == (50, 14)


def share_noise():
    """
    Let noise follow from the actions, so that it is the same however a batch is parted.

    Otherwise each process draws noise of its own.
    """
    loss = Pi0.loss

    def same(self, inputs, actions, _noise, _time, known=None):
        times = inputs.state[:, 0].sigmoid()
        return loss(self, inputs, actions, actions.roll(3, 1) * 2, times, known=known)

    Pi0.loss = same
    run.open_examples = lambda *_: FakeExamples()


PROCESS = """
import pathlib, sys
from test_run import job, run, share_noise

share_noise()
run.train(job(pathlib.Path(sys.argv[1]), augment=False, accumulation=2))
"""


def test_the_starts_statistics_may_be_kept(tmp_path):
    file = Path('assets') / 'aloha_sim' / 'norm_stats.json'
    train(job(tmp_path / 'kept', keep_statistics=True))
    train(job(tmp_path / 'new'))
    assert (tmp_path / 'kept' / file).read_bytes() == (CHECKPOINT / file).read_bytes()
    assert (tmp_path / 'new' / file).read_bytes() != (CHECKPOINT / file).read_bytes()
    start = tmp_path / 'start'
    start.mkdir()
    for name in ('config.json', 'tokenizer.json'):
        (start / name).write_bytes((CHECKPOINT / name).read_bytes())
    bare = replace(job(tmp_path / 'bare', keep_statistics=True), start=start)
    with pytest.raises(InputError, match='norm_stats'):
        train(bare)
    assert not bare.output.exists()


def test_a_start_of_lerobots_keeps_its_ways(tmp_path):
    start = tmp_path / 'start'
    model, _ = load_checkpoint(CHECKPOINT)
    write_lerobot(model, start, cameras=('cam_right_wrist', 'cam_high'))
    shard(start)
    (start / 'tokenizer').mkdir()
    shutil.copy(CHECKPOINT / 'tokenizer.json', start / 'tokenizer')
    output = tmp_path / 'output'
    train(replace(job(output, steps=1, learning_rate=1e-12), start=start))
    trained, config = load_checkpoint(output)
    assert (config.rules, config.cameras) == ('lerobot', (('cam_right_wrist',), ('cam_high',)))
    for name, value in trained.state_dict().items():
        assert torch.allclose(value, model.state_dict()[name], atol=1e-6), name
    assert Policy.load(output, load_robot(ROBOT_FILE))


def test_two_processes_take_the_steps_of_one(tmp_path, monkeypatch):
    one, two = tmp_path / 'one', tmp_path / 'two'
    script = tmp_path / 'process.py'
    script.write_text(PROCESS)
    command = [
        sys.executable, '-m', 'torch.distributed.run', '--standalone', '--local-addr',
        'localhost', '--nproc-per-node=2', str(script), str(two),
    ]  # fmt: skip
    folders = (ROOT, ROOT / 'test' / 'train', ROOT / 'test' / 'model')
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(map(str, folders)))
    subprocess.run(command, env=environment, check=True, timeout=300)
    monkeypatch.setattr(Pi0, 'loss', Pi0.loss)  # and put back afterwards
    share_noise()
    train(job(one, augment=False))
    outputs = (one, two)
    losses = [[float(row.split(',')[1]) for row in curve(output)[1:]] for output in outputs]
    assert len(losses[0]) == QUICK.steps
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-4)
    for name, value in weights(outputs[0]).items():
        # Adam makes much of gradients that are rounding noise, but weights move by 3e-3.
        torch.testing.assert_close(value, weights(outputs[1])[name], atol=2e-4, rtol=0)


def test_what_can_not_be_used_is_named(tmp_path, capsys):
    arguments = ['--robot', str(ROBOT_FILE), '--data', 'x', '--start', str(CHECKPOINT)]
    (tmp_path / 'full').mkdir()
    (tmp_path / 'full' / 'file').write_text('')
    assert main([*arguments, '--output', str(tmp_path / 'full')]) == 1
    assert 'expected an empty folder' in capsys.readouterr().err
    assert main([*arguments, '--output', str(tmp_path / 'new'), '--resume']) == 1
    assert 'nothing to resume' in capsys.readouterr().err
    assert main([*arguments, '--output', str(tmp_path / 'new'), '--steps', 'many']) == 1
    assert "steps: expected a int, found 'many'" in capsys.readouterr().err
    assert main([*arguments[:-1], str(tmp_path), '--output', str(tmp_path / 'new')]) == 1
    assert 'config.json' in capsys.readouterr().err
    assert not (tmp_path / 'new').exists()
    assert main([*arguments, '--output', str(tmp_path / 'new'), '--device', 'abacus']) == 1
    assert "device 'abacus' cannot be used here" in capsys.readouterr().err


def test_data_without_numbers_leave_no_output(tmp_path, monkeypatch):
    class Broken(FakeExamples):
        def motion(self, index):
            motion = super().motion(index)
            motion.targets[:] = np.nan
            return motion

    monkeypatch.setattr(run, 'open_examples', lambda *_: Broken())
    with pytest.raises(InputError, match='example 0: targets'):
        train(job(tmp_path / 'new'))
    assert not (tmp_path / 'new').exists()


def test_a_batch_is_cut_into_equal_parts():
    with pytest.raises(InputError, match=r'batch_size: .* processes \(6\), found 4'):
        run._check_share(replace(QUICK, accumulation=2), world=3)


@pytest.mark.parametrize('place', ['save_checkpoint', 'save_state'])
def test_a_disk_that_is_full_leaves_what_was_saved(tmp_path, monkeypatch, place):
    write = getattr(run, place)

    def full(*arguments):
        if (tmp_path / 'train_state').exists():
            raise OSError(errno.ENOSPC, 'No space left on device')
        return write(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(run, place, full)
        with pytest.raises(InputError, match=f'{tmp_path}: step 4 cannot be saved: .*No space'):
            train(job(tmp_path))
    load_checkpoint(tmp_path)
    train(replace(job(tmp_path), resume=True))
    assert len(curve(tmp_path)) == 1 + QUICK.steps
    names = {file.name for file in tmp_path.iterdir()}
    assert not {name for name in names if name.endswith(('.new', '.old'))}


def test_a_state_survives_its_own_replacement(tmp_path, monkeypatch):
    rename, left = Path.rename, []

    def interrupted(self, target):
        if target == tmp_path / 'train_state' and target.with_suffix('.old').exists():
            left.append(sorted(file.name for file in tmp_path.glob('train_state*')))
            raise KeyboardInterrupt
        return rename(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, 'rename', interrupted)
        with pytest.raises(KeyboardInterrupt):
            train(job(tmp_path))
    assert left == [['train_state.new', 'train_state.old']]
    train(replace(job(tmp_path), resume=True))  # from step 2, which the old one holds
    train(job(tmp_path / 'whole'))
    assert curve(tmp_path) == curve(tmp_path / 'whole')


def test_a_run_is_not_continued_as_another(tmp_path, monkeypatch):
    train(job(tmp_path))
    other = replace(job(tmp_path, learning_rate=1e-2), resume=True)
    with pytest.raises(InputError, match=r'learning_rate: the run was started with 0\.001'):
        train(other)
    with monkeypatch.context() as patch:
        patch.setattr(run, 'open_examples', lambda *_: FakeExamples(13))
        with pytest.raises(InputError, match='examples: the run was started with 12, not 13'):
            train(replace(job(tmp_path), resume=True))
    (tmp_path / 'train_state' / 'state.safetensors').write_bytes(b'cut')
    with pytest.raises(InputError, match='no state to go on from'):
        train(replace(job(tmp_path), resume=True))
